/** A host in namespaces of this machine's kernel: what its tools print as text, and the same host read as a bundle. Needs root. */
import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import type { CollectedCloud } from "../../collect/cloud.ts";
import { readHost } from "../../collect/host.ts";
import type { HostState } from "../../host/state.ts";

const DUMP = `
dump() { mkdir -p "$1"; d="$1"; shift
  for what in "d-link:-d link" "s-link:-s link" "addr:addr" "route-table-all:route show table all" "6-route-table-all:-6 route show table all" \\
    "rule:rule" "6-rule:-6 rule" "neigh:neigh" "neigh-proxy:neigh show proxy"; do
    "$@" ip -j \${what#*:} >"$d/ip-j-\${what%%:*}.json"; done
  for what in "fdb:fdb" "vlan:vlan" "d-link:-d link"; do "$@" bridge -j \${what#*:} >"$d/bridge-j-\${what%%:*}.json"; done
  "$@" iptables-save -c >"$d/iptables-save-c.txt"; "$@" ip6tables-save -c >"$d/ip6tables-save-c.txt"; "$@" ipset save >"$d/ipset-save.txt"; }
`;

/** A cloud of this host alone, of which no API tells anything. */
export function cloudWith(host: HostState): CollectedCloud {
  const none = { networks: [], subnets: [], ports: [], routers: [], floatingIps: [], securityGroups: [] };
  return {
    name: "one host",
    world: { hosts: [host], guests: [], segments: [], gaps: [] },
    api: { ...none, agents: [], servers: [], projects: [] },
    gaps: [],
    files: () => [],
    raw: async () => "",
  };
}

/** Runs the set-up, then each line: `texts` are their outputs, standard error included. */
export async function realHost(setUp: string, lines: readonly string[]): Promise<{ texts: string[]; host: HostState }> {
  const dir = await mkdtemp(join(tmpdir(), "console-"));
  try {
    const script = [
      ...["mount --make-rprivate /", "mount -t tmpfs tmpfs /run", "mkdir -p /run/netns", `cd ${dir}`],
      // Nobody answers for names: a server that refuses at once.
      ...["touch resolv", "mount --bind resolv /etc/resolv.conf", setUp],
      // Carriers are told of by a worker of the kernel's, addresses wait for duplicates.
      ...["sleep 2.5", DUMP, "dump root", "ip -j netns list >ip-j-netns.json"],
      'for n in $(ls /run/netns); do dump "netns/$n" ip netns exec "$n"; done',
      ...lines.map((line, i) => `{ ${line} ; } >text.${i} 2>&1`),
      "true",
    ].join("\n");
    await writeFile(join(dir, "script.sh"), script);
    await promisify(execFile)("unshare", ["-n", "-m", "bash", join(dir, "script.sh")]);
    const texts = await Promise.all(lines.map((_, i) => readFile(join(dir, `text.${i}`), "utf8")));
    return { texts, host: await readHost(dir) };
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}
