/** Every tool there is, by the `tool` of its commands; and which words on a shell line call which. */
import { BRCTL } from "./brctl.ts";
import { BRIDGE } from "./bridge.ts";
import type { Tool, ToolCommand } from "./command.ts";
import { CONNTRACK } from "./conntrack.ts";
import { FILE } from "./file.ts";
import { IP } from "./ip/ip.ts";
import { IPSET } from "./ipset.ts";
import { IPTABLES } from "./iptables/iptables.ts";
import { OFCTL } from "./ovs/ofctl.ts";
import { VSCTL } from "./ovs/vsctl.ts";
import { PROCESS } from "./process.ts";
import { SYSCTL } from "./sysctl.ts";

type ToolName = ToolCommand["tool"];

export const TOOLS: { readonly [N in ToolName]: Tool<Extract<ToolCommand, { tool: N }>> } = {
  ip: IP,
  brctl: BRCTL,
  bridge: BRIDGE,
  sysctl: SYSCTL,
  "ovs-vsctl": VSCTL,
  "ovs-ofctl": OFCTL,
  iptables: IPTABLES,
  ipset: IPSET,
  conntrack: CONNTRACK,
  process: PROCESS,
  file: FILE,
};

/** Program → tool; several programs may be one tool (iptables, ip6tables). */
const PROGRAMS: Readonly<Record<string, ToolName>> = {
  ip: "ip",
  brctl: "brctl",
  bridge: "bridge",
  sysctl: "sysctl",
  "ovs-vsctl": "ovs-vsctl",
  "ovs-ofctl": "ovs-ofctl",
  iptables: "iptables",
  ip6tables: "iptables",
  "iptables-restore": "iptables",
  "ip6tables-restore": "iptables",
  ipset: "ipset",
  conntrack: "conntrack",
  dnsmasq: "process",
  haproxy: "process",
  radvd: "process",
  kill: "process",
  cat: "file",
  rm: "file",
};

/** The tool that a program's name calls; its directory does not matter. */
export function toolOf(program: string): Tool<ToolCommand> | undefined {
  const name = program.slice(program.lastIndexOf("/") + 1);
  return Object.hasOwn(PROGRAMS, name) ? toolNamed(PROGRAMS[name] as ToolName) : undefined;
}

/** The table's type says that each tool gets its own commands only; who looks one up by a command's `tool` keeps to that. */
export function toolNamed(name: ToolName): Tool<ToolCommand> {
  return TOOLS[name] as unknown as Tool<ToolCommand>;
}
