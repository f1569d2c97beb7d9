/** `sysctl -w NAME=VALUE …` of procps. */
import { namespaceOf } from "../edit.ts";
import { writeSysctl } from "../kernel/sysctl-write.ts";
import { CommandError, type Tool } from "./command.ts";

export interface SysctlCommand {
  readonly tool: "sysctl";
  readonly settings: readonly { readonly name: string; readonly value: string }[];
}

export const SYSCTL: Tool<SysctlCommand> = {
  parse(_name, words) {
    const settings = words
      .filter((word) => word !== "-w" && word !== "--write" && word !== "-q")
      .map((word) => {
        const equals = word.indexOf("=");
        if (equals < 1) throw new CommandError(`sysctl: "${word}" must be of the form name=value`, 1);
        return { name: canonicalName(word.slice(0, equals).trim()), value: word.slice(equals + 1).trim() };
      });
    if (settings.length === 0) throw new CommandError("sysctl: no variables specified", 1);
    return { tool: "sysctl", settings };
  },

  print: ({ settings }) => ({ words: ["sysctl", "-w", ...settings.map(({ name, value }) => `${name}=${value}`)] }),

  apply: (host, netns, { settings }) =>
    settings.reduce((out, { name, value }) => {
      const dev = /^net\.ipv[46]\.(?:conf|neigh)\.([^.]+)\./.exec(name)?.[1]?.replaceAll("/", ".");
      const known = dev === undefined || dev === "all" || dev === "default";
      if (!known && !namespaceOf(out, netns).links.some((link) => link.name === dev))
        throw new CommandError(`sysctl: cannot stat /proc/sys/${pathOf(name)}: No such file or directory`, 1);
      return writeSysctl(out, netns, name, value);
    }, host),
};

/** Dots or slashes may separate; where slashes do, a dot belongs to a name (procps sysctl.c slashdot). */
function canonicalName(text: string): string {
  const first = /[./]/.exec(text)?.[0];
  if (first !== "/") return text;
  return text.replace(/[./]/g, (c) => (c === "/" ? "." : "/"));
}

function pathOf(name: string): string {
  return name.replace(/[./]/g, (c) => (c === "/" ? "." : "/"));
}
