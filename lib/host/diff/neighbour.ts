/** Neighbour entries that were written, and proxies. Learned ones come and go by themselves. */
import type { Command } from "../command/command.ts";
import { findLink } from "../edit.ts";
import type { HostState, Neighbour } from "../state.ts";
import { commonNamespaces, differingBy } from "./lists.ts";

export function diffNeighbours(actual: HostState, desired: HostState): Command[] {
  const out: Command[] = [];
  for (const [ns, wanted] of commonNamespaces(actual, desired)) {
    const netns = ns.name;
    const { gone, come } = differingBy(ns.neighbours, wanted.neighbours, key);
    const replaced = new Set(come.map(place));
    for (const n of gone)
      if (isWritten(n) && !replaced.has(place(n)))
        out.push({ netns, run: { tool: "ip", action: "neigh-del", address: n.address, dev: n.dev } });
    for (const { address, dev, mac, state } of come)
      if (findLink(ns, dev))
        out.push({
          netns,
          run: {
            ...{ tool: "ip", action: "neigh-replace", address, dev },
            ...(mac !== undefined && { mac }),
            nud: (state[0] ?? "permanent").toLowerCase(),
          },
        });
    const proxies = differingBy(ns.proxies, wanted.proxies, place);
    for (const { address, dev } of proxies.gone)
      out.push({ netns, run: { tool: "ip", action: "neigh-del", address, dev, proxy: true } });
    for (const { address, dev } of proxies.come)
      if (findLink(ns, dev))
        out.push({ netns, run: { tool: "ip", action: "neigh-replace", address, dev, proxy: true } });
  }
  return out;
}

function isWritten({ state }: Neighbour): boolean {
  return state.includes("PERMANENT") || state.includes("NOARP");
}

function place({ address, dev }: { address: string; dev: string }): string {
  return `${address}%${dev}`;
}

function key(n: Neighbour): string {
  return [n.address, n.dev, n.mac ?? "", ...n.state].join(" ");
}
