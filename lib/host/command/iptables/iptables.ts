/** `iptables`, `ip6tables`, `iptables-restore` and `ip6tables-restore`. */
import type { Tool } from "../command.ts";
import { applyIptables } from "./apply.ts";
import type { IptablesCommand } from "./command.ts";
import { parseIptables, parseRestore } from "./parse.ts";
import { printIptables } from "./print.ts";

export const IPTABLES: Tool<IptablesCommand> = {
  parse(path, words, input) {
    const name = path.slice(path.lastIndexOf("/") + 1);
    return name.endsWith("-restore") ? parseRestore(name, words, input ?? "") : parseIptables(name, words);
  },
  print: printIptables,
  apply: applyIptables,
};
