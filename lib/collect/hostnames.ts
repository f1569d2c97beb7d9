/** Which host of the bundle a name of the control plane means. */
import type { CollectedHost } from "./host.ts";

/** Names in the order of trust: the directory, what the host reports of itself, then the same without the domain. */
export function hostNames(hosts: readonly CollectedHost[]): (name: string) => string | undefined {
  const exact = new Map<string, string>();
  const short = new Map<string, string | undefined>();
  for (const { state, aliases } of hosts) {
    for (const alias of aliases) if (!exact.has(alias)) exact.set(alias, state.name);
  }
  for (const { state } of hosts) exact.set(state.name, state.name);
  for (const [alias, name] of exact) {
    const first = shorten(alias);
    // Two hosts that differ in their domain alone: the short name means neither.
    short.set(first, short.has(first) && short.get(first) !== name ? undefined : name);
  }
  return (name) => exact.get(name) ?? short.get(shorten(name));
}

function shorten(name: string): string {
  return name.split(".")[0] ?? name;
}
