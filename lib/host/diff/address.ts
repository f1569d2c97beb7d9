/** Addresses. */
import type { AddrCommand } from "../command/ip/command.ts";
import { findLink, findNamespace } from "../edit.ts";
import type { Address, HostState } from "../state.ts";
import { isComplete, isOwnAddress } from "./kernel-made.ts";
import { commonNamespaces, differingBy } from "./lists.ts";
import { type Change, Recorder } from "./recorder.ts";

export function diffAddresses(actual: HostState, desired: HostState): Change {
  const out = new Recorder(actual);
  for (const [ns, wanted] of commonNamespaces(actual, desired)) {
    const { gone } = differingBy(ns.addresses, wanted.addresses, key);
    const complete = gone.length > 0 && isComplete(wanted);
    for (const address of gone) {
      if (isOwnAddress(ns, address) && !complete) continue;
      // A primary address that went took this one along.
      if (present(out.host, ns.name, address)) out.run(ns.name, command("addr-del", address));
    }
    const now = findNamespace(out.host, ns.name) ?? ns;
    const { come } = differingBy(now.addresses, wanted.addresses, key);
    // Primary ones first: the first of its network is what the others are secondary to.
    for (const address of [...come].sort((a, b) => Number(a.secondary) - Number(b.secondary)))
      if (findLink(now, address.dev)) out.run(ns.name, command("addr-add", address));
  }
  return out;
}

function key(a: Address): string {
  return [a.dev, a.address, a.prefix, a.scope, a.secondary, a.broadcast ?? "", a.peer ?? ""].join(" ");
}

function present(host: HostState, netns: string, address: Address): boolean {
  const wanted = key(address);
  return findNamespace(host, netns)?.addresses.some((a) => key(a) === wanted) ?? false;
}

function command(action: AddrCommand["action"], a: Address): AddrCommand {
  const { family, dev, address, prefix, broadcast, peer, scope } = a;
  return {
    ...{ tool: "ip", action, family, dev, address, prefix },
    ...(peer !== undefined && { peer: `${peer}/${prefix}` }),
    ...(action !== "addr-del" && broadcast !== undefined && { broadcast }),
    ...(action !== "addr-del" && { scope }),
  };
}
