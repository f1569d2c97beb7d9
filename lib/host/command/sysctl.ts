/** `sysctl -w NAME=VALUE …` of procps. */
import { namespaceOf, withNamespace } from "../edit.ts";
import { CommandError, type Tool } from "./command.ts";

export interface SysctlCommand {
  readonly tool: "sysctl";
  readonly settings: readonly { readonly name: string; readonly value: string }[];
}

export const SYSCTL: Tool<SysctlCommand> = {
  parse() {
    throw new CommandError("unknown");
  },
  print: ({ settings }) => ({ words: ["sysctl", "-w", ...settings.map(({ name, value }) => `${name}=${value}`)] }),
  apply(host, netns, { settings }) {
    const ns = namespaceOf(host, netns);
    return withNamespace(host, {
      ...ns,
      sysctls: { ...ns.sysctls, ...Object.fromEntries(settings.map(({ name, value }) => [name, value])) },
    });
  },
};
