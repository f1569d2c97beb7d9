/** Runs commands in namespaces of this machine's kernel, and reads the outcome as a bundle is read. Needs root. */
import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { readHost } from "../../collect/host.ts";
import type { Command } from "../command/command.ts";
import { printCommand } from "../command/shell.ts";
import type { HostState } from "../state.ts";

export interface Outcome {
  /** Exit status, and what was printed on standard error, for each command. */
  readonly results: readonly { readonly status: number; readonly error: string }[];
  readonly host: HostState;
}

/** Addresses are usable at once: nobody waits for duplicates. */
const NO_DAD = "sysctl -qw net.ipv6.conf.all.accept_dad=0 net.ipv6.conf.default.accept_dad=0";

/** `netns 1` is the one of process 1, and that is not the private one in which the commands run. */
const OWN = "/run/netns/own";

function inPrivate(command: Command): Command {
  const { run } = command;
  const home = run.tool === "ip" && run.action === "link-set" && run.netns === "1";
  return home ? { ...command, run: { ...run, netns: "own" } } : command;
}

const DUMP = `
dump() { mkdir -p "$1"; shift
  "$@" ip -j -d link >"$d/ip-j-d-link.json"; "$@" ip -j addr >"$d/ip-j-addr.json"
  "$@" ip -j route show table all >"$d/ip-j-route-table-all.json"
  "$@" ip -j -6 route show table all >"$d/ip-j-6-route-table-all.json"
  "$@" ip -j rule >"$d/ip-j-rule.json"; "$@" ip -j -6 rule >"$d/ip-j-6-rule.json"
  "$@" ip -j neigh >"$d/ip-j-neigh.json"; "$@" ip -j neigh show proxy >"$d/ip-j-neigh-proxy.json"
  "$@" bridge -j fdb >"$d/bridge-j-fdb.json"; }
`;

export async function runForReal(commands: readonly Command[]): Promise<Outcome> {
  const dir = await mkdtemp(join(tmpdir(), "kernel-"));
  try {
    const lines = commands.map((command, i) => {
      const made = command.run.tool === "ip" && command.run.action === "netns-add" ? command.run.name : undefined;
      const settle = made === undefined ? "" : `; ip netns exec ${made} ${NO_DAD} 2>/dev/null`;
      // Carriers are told of by a worker of the kernel's, who takes up to a second for some (net/core/link_watch.c).
      return `{ ${printCommand(inPrivate(command))}; } >/dev/null 2>err.${i}; echo $? >status.${i}${settle}; sleep 0.03`;
    });
    const script = [
      ...["mount --make-rprivate /", "mount -t tmpfs tmpfs /run", "mkdir -p /run/netns"],
      ...[`touch ${OWN}`, `mount --bind /proc/self/ns/net ${OWN}`],
      ...[NO_DAD, "ip link set lo up", `cd ${dir}`],
      ...lines,
      ...["sleep 1.2", DUMP, 'd=root; dump "$d"', "ip -j netns list >ip-j-netns.json"],
      'for n in $(ls /run/netns); do [ "$n" = own ] && continue; d="netns/$n"; dump "$d" ip netns exec "$n"; done',
    ].join("\n");
    await writeFile(join(dir, "script.sh"), script);
    await promisify(execFile)("unshare", ["-n", "-m", "bash", join(dir, "script.sh")]);
    const results = await Promise.all(
      commands.map(async (_, i) => ({
        status: Number(await readFile(join(dir, `status.${i}`), "utf8")),
        error: (await readFile(join(dir, `err.${i}`), "utf8")).trim(),
      })),
    );
    return { results, host: await readHost(dir) };
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}
