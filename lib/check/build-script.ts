/** A host as the shell script that builds it on a machine with nothing but its cards, and Open vSwitch running where it has one. */
import { emptyRoot } from "../agents/baseline/empty.ts";
import { printCommands } from "../host/command/shell.ts";
import { diff } from "../host/diff/diff.ts";
import { findNamespace, ROOT } from "../host/edit.ts";
import type { HostState } from "../host/state.ts";

/** What the script starts from. */
export function bareMachine(host: HostState): HostState {
  const links = findNamespace(host, ROOT)?.links ?? [];
  // A card of a virtual machine may be one end of a cable whose other end is out of sight.
  const cards = links.filter((one) => one.kind === "physical" || (one.kind === "veth" && one.linkName === undefined));
  const { name, config, ovs } = host;
  const bare: HostState = { name, config, namespaces: [emptyRoot(cards)], dnsmasq: [], processes: [], gaps: [] };
  if (!ovs) return bare;
  const { version } = ovs;
  const empty = { otherConfig: {}, externalIds: {}, bridges: [], routes: [], tunnelNeighbours: [], conntrack: [] };
  return { ...bare, ovs: { ...empty, version } };
}

export function buildScript(host: HostState): string {
  const commands = printCommands(diff(bareMachine(host), host));
  const directories = new Set([...commands.matchAll(/^cat > (\S+)\/[^/\s]+ <</gm)].map((found) => found[1]));
  const made = [...directories].map((one) => `mkdir -p ${one}\n`).join("");
  return `#!/bin/sh\n# Builds ${host.name} from nothing.\nset -e\n${made}${commands}`;
}
