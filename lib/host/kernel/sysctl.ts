/**
 * Settings of devices. A simulated host keeps what was set: a device takes over from `default` when it is made, and what
 * nobody set is the kernel's own default.
 */
import { settingsBelow, withoutSettings, withSettings } from "../settings.ts";
import type { Namespace } from "../state.ts";

type Family = 4 | 6;

function prefixOf(family: Family, dev: string): string {
  // sysctl prints a dot in a name as a slash.
  return `net.ipv${family}.conf.${dev.replaceAll(".", "/")}.`;
}

/** Of one device; undefined where it has the kernel's own default. */
export function deviceSetting(ns: Namespace, family: Family, dev: string, key: string): string | undefined {
  return ns.sysctls[prefixOf(family, dev) + key];
}

export function ipv6Enabled(ns: Namespace, dev: string): boolean {
  return deviceSetting(ns, 6, dev, "disable_ipv6") !== "1";
}

/** The settings of a namespace that has got a new device: those of `default` that are not the kernel's own. */
export function withDevice(sysctls: Record<string, string>, dev: string): Record<string, string> {
  const added: Record<string, string> = {};
  for (const family of [4, 6] as const) {
    const from = prefixOf(family, "default");
    for (const key of DEFAULTED) {
      const value = sysctls[from + key];
      if (value !== undefined && value !== "0") added[prefixOf(family, dev) + key] = value;
    }
  }
  return withSettings(sysctls, added);
}

/** Settings that a simulated host looks at, or shows; a namespace may hold thousands of others. */
const DEFAULTED = [
  ...["forwarding", "disable_ipv6", "rp_filter", "proxy_arp", "arp_ignore", "arp_announce", "arp_filter"],
  ...["accept_ra", "promote_secondaries", "keep_addr_on_down", "addr_gen_mode", "accept_local", "route_localnet"],
];

export function withoutDevice(sysctls: Record<string, string>, dev: string): Record<string, string> {
  return renamedDevice(sysctls, dev, undefined);
}

export function renamedDevice(
  sysctls: Record<string, string>,
  dev: string,
  name: string | undefined,
): Record<string, string> {
  const found = FAMILIES.flatMap((family) => settingsBelow(sysctls, prefixOf(family, dev)));
  if (found.length === 0) return sysctls;
  const moved: Record<string, string> = {};
  if (name !== undefined)
    for (const key of found) {
      const family = key.startsWith("net.ipv6.") ? 6 : 4;
      moved[prefixOf(family, name) + key.slice(prefixOf(family, dev).length)] = sysctls[key] as string;
    }
  return withSettings(withoutSettings(sysctls, found), moved);
}

const FAMILIES: readonly Family[] = [4, 6];
