/** `sysctl -w NAME=VALUE …` of procps. */
import { findLink, namespaceOf } from "../edit.ts";
import { type Setting, writeSysctls } from "../kernel/sysctl-write.ts";
import { CommandError, type Tool } from "./command.ts";

export interface SysctlCommand {
  readonly tool: "sysctl";
  readonly settings: readonly Setting[];
}

export const SYSCTL: Tool<SysctlCommand> = {
  parse(_name: string, words: readonly string[]): SysctlCommand {
    const settings = words
      .filter((word) => !word.startsWith("-"))
      .map((word) => {
        const equals = word.indexOf("=");
        if (equals < 1) throw new CommandError(`sysctl: "${word}" must be of the form name=value`, 1);
        return { name: canonicalName(word.slice(0, equals).trim()), value: word.slice(equals + 1).trim() };
      });
    if (settings.length === 0) throw new CommandError("sysctl: no variables specified", 1);
    return { tool: "sysctl", settings };
  },

  print: ({ settings }) => ({ words: ["sysctl", "-w", ...settings.map(({ name, value }) => `${name}=${value}`)] }),

  apply(host, netns, { settings }) {
    const ns = namespaceOf(host, netns);
    for (const { name, value } of settings) {
      if (NUMERIC.test(name) && !/^-?(\d+|0x[\da-f]+)$/i.test(value))
        throw new CommandError(`sysctl: setting key "${name}": Invalid argument`, 1);
      const dev = /^net\.ipv[46]\.(?:conf|neigh)\.([^.]+)\./.exec(name)?.[1]?.replaceAll("/", ".");
      if (dev === undefined || dev === "all" || dev === "default" || findLink(ns, dev)) continue;
      throw new CommandError(`sysctl: cannot stat /proc/sys/${pathOf(name)}: No such file or directory`, 1);
    }
    return writeSysctls(host, netns, settings);
  },
};

/** Settings of devices and of forwarding: the kernel takes nothing else (net/ipv4/devinet.c). */
const NUMERIC = /^net\.(bridge\.|ipv[46]\.(conf\.|neigh\.|ip_))/;

/** Dots or slashes may separate; where slashes do, a dot belongs to a name (procps sysctl.c slashdot). */
function canonicalName(text: string): string {
  const first = /[./]/.exec(text)?.[0];
  if (first !== "/") return text;
  return text.replace(/[./]/g, (c) => (c === "/" ? "." : "/"));
}

function pathOf(name: string): string {
  return name.replace(/[./]/g, (c) => (c === "/" ? "." : "/"));
}
