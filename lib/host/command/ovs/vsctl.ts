/** `ovs-vsctl`. */
import type { Tool } from "../command.ts";
import { applyVsctl } from "./vsctl-apply.ts";
import type { VsctlCommand } from "./vsctl-command.ts";
import { parseVsctl } from "./vsctl-parse.ts";
import { printVsctl } from "./vsctl-print.ts";

export const VSCTL: Tool<VsctlCommand> = {
  parse: (_name, words) => parseVsctl(words),
  print: printVsctl,
  apply: (host, _netns, command) => applyVsctl(host, command),
};
