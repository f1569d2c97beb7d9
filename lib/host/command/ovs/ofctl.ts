/** `ovs-ofctl`. */
import type { Tool } from "../command.ts";
import { applyOfctl } from "./ofctl-apply.ts";
import type { OfctlCommand } from "./ofctl-command.ts";
import { parseOfctl } from "./ofctl-parse.ts";
import { printOfctl } from "./ofctl-print.ts";

export const OFCTL: Tool<OfctlCommand> = {
  parse: (_name, words, input) => parseOfctl(words, input),
  print: printOfctl,
  apply: (host, _netns, command) => applyOfctl(host, command),
};
