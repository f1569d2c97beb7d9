/** Settings: those of the namespace before devices come, since a device takes them over; those of devices once it is there. */
import type { Command } from "../command/command.ts";
import { findLink, findNamespace } from "../edit.ts";
import { initial } from "../kernel/sysctl-initial.ts";
import type { Setting } from "../kernel/sysctl-write.ts";
import { comparedSettings } from "../settings.ts";
import type { HostState, Namespace } from "../state.ts";
import { commonNamespaces } from "./lists.ts";
import { type Change, Recorder } from "./recorder.ts";

const OF_DEVICE = /^net\.ipv[46]\.(?:conf|neigh)\.(?!all\.|default\.)([^.]+)\./;

export function hostSysctls(actual: HostState, desired: HostState): Change {
  const out = new Recorder(actual);
  for (const [ns, wanted] of commonNamespaces(actual, desired)) {
    if (ns.sysctls === wanted.sysctls) continue;
    // What is set for all reaches the others, which are looked at once more afterwards.
    const own = (now: Namespace) => changes(now, wanted).filter(({ name }) => !OF_DEVICE.test(name));
    const some = own(ns);
    const broad = some.filter(isBroad).sort(broadFirst);
    for (const setting of broad) setAgain(out, ns.name, setting);
    const others = broad.length === 0 ? some : own(findNamespace(out.host, ns.name) ?? ns);
    for (const setting of others.sort(broadFirst)) if (!isBroad(setting)) setAgain(out, ns.name, setting);
  }
  return out;
}

/** Unless an earlier one has brought it. */
function setAgain(out: Recorder, netns: string, setting: Setting): void {
  const now = findNamespace(out.host, netns);
  if (now && differs(now, setting.name, setting.value)) out.run(netns, write([setting]));
}

function isBroad({ name }: Setting): boolean {
  return name === "net.ipv4.ip_forward" || name.includes(".all.");
}

/** Those of one device in one line. */
export function deviceSysctls(actual: HostState, desired: HostState): Command[] {
  const out: Command[] = [];
  for (const [ns, wanted] of commonNamespaces(actual, desired)) {
    if (ns.sysctls === wanted.sysctls) continue;
    const byDevice = new Map<string, Setting[]>();
    for (const setting of changes(ns, wanted)) {
      const dev = OF_DEVICE.exec(setting.name)?.[1]?.replaceAll("/", ".");
      if (dev === undefined || !findLink(ns, dev)) continue;
      byDevice.set(dev, [...(byDevice.get(dev) ?? []), setting]);
    }
    for (const settings of byDevice.values()) out.push({ netns: ns.name, run: write(settings) });
  }
  return out;
}

/** What is to have another value; what is no longer set, its first one. */
function changes(ns: Namespace, wanted: Namespace): Setting[] {
  const out: Setting[] = [];
  for (const name of comparedSettings(ns.sysctls, wanted.sysctls)) {
    const [is, value] = [ns.sysctls[name], wanted.sysctls[name]];
    if (is !== value && (is ?? initial(name)) !== (value ?? initial(name)))
      out.push({ name, value: value ?? initial(name) });
  }
  return out;
}

function write(settings: readonly Setting[]): Command["run"] {
  return { tool: "sysctl", settings };
}

function differs(ns: Namespace, name: string, value: string): boolean {
  return (ns.sysctls[name] ?? initial(name)) !== value;
}

/** `net.ipv4.ip_forward`, then `all`, then `default`. */
function broadFirst({ name: a }: Setting, { name: b }: Setting): number {
  const rank = (name: string) => (name === "net.ipv4.ip_forward" ? 0 : name.includes(".all.") ? 1 : 2);
  return rank(a) - rank(b);
}
