/** Settings that are written, and what the kernel does on that. */
import { findLink, namespaceOf, withNamespace } from "../edit.ts";
import { withSettings } from "../settings.ts";
import type { HostState, Namespace } from "../state.ts";
import { down6, forwardingChanged, up6 } from "./inet.ts";

export interface Setting {
  /** As `sysctl` prints it. */
  readonly name: string;
  readonly value: string;
}

/** All at once: a host has thousands of settings. */
export function writeSysctls(host: HostState, netns: string, settings: readonly Setting[]): HostState {
  const ns = namespaceOf(host, netns);
  const set: Record<string, string> = {};
  for (const { name, value } of settings)
    if ((set[name] ?? ns.sysctls[name]) !== value) Object.assign(set, spread(ns, name, value));
  const names = Object.keys(set);
  if (names.length === 0) return host;
  return withNamespace(host, react(ns, { ...ns, sysctls: withSettings(ns.sysctls, set) }, names));
}

/** ip_forward is forwarding of all; what is set for all reaches every device, where the kernel says so. */
function spread(ns: Namespace, name: string, value: string): Record<string, string> {
  const all = name === "net.ipv4.ip_forward" ? "net.ipv4.conf.all.forwarding" : name;
  const found = /^net\.ipv([46])\.conf\.all\.(forwarding|disable_ipv6)$/.exec(all);
  if (!found) return { [name]: value };
  const [, family, key] = found;
  const out: Record<string, string> = { [all]: value, [`net.ipv${family}.conf.default.${key}`]: value };
  if (family === "4") out["net.ipv4.ip_forward"] = value;
  for (const link of ns.links) out[`net.ipv${family}.conf.${link.name.replaceAll(".", "/")}.${key}`] = value;
  return out;
}

function react(before: Namespace, written: Namespace, names: readonly string[]): Namespace {
  let out = written;
  for (const name of names) {
    const found = /^net\.ipv6\.conf\.([^.]+)\.(forwarding|disable_ipv6)$/.exec(name);
    if (!found || (before.sysctls[name] ?? "0") === out.sysctls[name]) continue;
    const dev = found[1]?.replaceAll("/", ".");
    const link = dev === undefined ? undefined : findLink(out, dev);
    if (!link) continue;
    if (found[2] === "forwarding") out = forwardingChanged(out, link);
    else if (out.sysctls[name] !== "0") out = down6(out, link);
    else if (link.up) out = up6(out, link);
  }
  return out;
}
