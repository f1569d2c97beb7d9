/** Which host of the bundle a name of the control plane means. */
import type { Gap } from "../host/state.ts";
import type { CollectedHost } from "./host.ts";

interface HostNames {
  hostOf(name: string): string | undefined;
  /** Names that several hosts go by, and directories that bear another host's name. */
  gaps: Gap[];
}

/**
 * Names in the order of trust: what one host alone reports of itself, the directory, then the same without the domain. A
 * directory can be misnamed or copied by whoever packs a bundle; a host knows what it is called.
 */
export function hostNames(hosts: readonly CollectedHost[]): HostNames {
  const gaps: Gap[] = [];
  const exact = new Map<string, string>();
  const short = new Map<string, string | undefined>();
  const claims = claimsOf(hosts);
  for (const { state } of hosts) exact.set(state.name, state.name);
  for (const [name, claimants] of claims) {
    const [first, ...more] = claimants;
    if (first === undefined) continue;
    if (more.length > 0) gaps.push(shared(name, claimants));
    // The host whose directory has that name as well; else the first of them, in the order of the directories.
    const host = claimants.includes(name) ? name : first;
    if (host !== name && exact.has(name)) gaps.push(misnamed(host, name));
    exact.set(name, host);
  }
  for (const [alias, name] of exact) {
    const first = shorten(alias);
    // Two hosts that differ in their domain alone: the short name means neither.
    short.set(first, short.has(first) && short.get(first) !== name ? undefined : name);
  }
  return { hostOf: (name) => exact.get(name) ?? short.get(shorten(name)), gaps };
}

/** Name → the hosts that report it as their own. */
function claimsOf(hosts: readonly CollectedHost[]): Map<string, string[]> {
  const claims = new Map<string, string[]>();
  for (const { state, aliases } of hosts)
    for (const alias of new Set(aliases)) claims.set(alias, [...(claims.get(alias) ?? []), state.name]);
  return claims;
}

function shared(name: string, claimants: readonly string[]): Gap {
  const [first = ""] = claimants;
  return {
    host: first,
    file: `${first}/hostname.txt`,
    reason: `${claimants.join(" and ")} call themselves ${name}: one may be a copy of the other`,
  };
}

function misnamed(host: string, name: string): Gap {
  const reason = `the directory ${host} is of the host that calls itself ${name}, which another directory is named after`;
  return { host, file: `${host}/hostname.txt`, reason };
}

function shorten(name: string): string {
  return name.split(".")[0] ?? name;
}
