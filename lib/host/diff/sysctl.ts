/** Settings: those of the namespace before devices come, since a device takes them over; those of devices once it is there. */
import type { Command } from "../command/command.ts";
import { findLink } from "../edit.ts";
import { initial } from "../kernel/sysctl-initial.ts";
import type { HostState, Namespace } from "../state.ts";
import { commonNamespaces } from "./lists.ts";
import { type Change, Recorder } from "./recorder.ts";

const OF_DEVICE = /^net\.ipv[46]\.(?:conf|neigh)\.(?!all\.|default\.)([^.]+)\./;

export function hostSysctls(actual: HostState, desired: HostState): Change {
  const out = new Recorder(actual);
  for (const [ns, wanted] of commonNamespaces(actual, desired)) {
    if (ns.sysctls === wanted.sysctls) continue;
    // What is set for all reaches the others: they are looked at afterwards, each by itself.
    for (const name of Object.keys(wanted.sysctls).sort(broadFirst)) {
      const now = out.host.namespaces.find((n) => n.name === ns.name) ?? ns;
      const value = wanted.sysctls[name] as string;
      if (!OF_DEVICE.test(name) && differs(now, name, value)) out.run(ns.name, write(name, value));
    }
    for (const name of Object.keys(ns.sysctls))
      if (!OF_DEVICE.test(name) && !(name in wanted.sysctls) && differs(ns, name, initial(name)))
        out.run(ns.name, write(name, initial(name)));
  }
  return out;
}

export function deviceSysctls(actual: HostState, desired: HostState): Command[] {
  const out: Command[] = [];
  for (const [ns, wanted] of commonNamespaces(actual, desired)) {
    if (ns.sysctls === wanted.sysctls) continue;
    const names = new Set([...Object.keys(wanted.sysctls), ...Object.keys(ns.sysctls)]);
    for (const name of names) {
      const dev = OF_DEVICE.exec(name)?.[1]?.replaceAll("/", ".");
      if (dev === undefined) continue;
      const value = wanted.sysctls[name] ?? initial(name);
      if (differs(ns, name, value) && findLink(ns, dev)) out.push({ netns: ns.name, run: write(name, value) });
    }
  }
  return out;
}

function write(name: string, value: string): Command["run"] {
  return { tool: "sysctl", settings: [{ name, value }] };
}

function differs(ns: Namespace, name: string, value: string): boolean {
  return (ns.sysctls[name] ?? initial(name)) !== value;
}

/** `net.ipv4.ip_forward`, then `all`, then `default`. */
function broadFirst(a: string, b: string): number {
  const rank = (name: string) => (name === "net.ipv4.ip_forward" ? 0 : name.includes(".all.") ? 1 : 2);
  return rank(a) - rank(b);
}
