/**
 * The /31 of link-local addresses between a distributed router and the fip namespace. Agents keep them in a file
 * (fip-linklocal-networks); here they are read back from the namespaces. A new one is the one that a real agent would take:
 * Python's `set.pop()` out of all 8192 networks, whose order follows from how CPython hashes numbers, the same everywhere.
 * Source: neutron/agent/l3/link_local_allocator.py, item_allocator.py; CPython Objects/tupleobject.c, setobject.c.
 */
import { formatIpv4 } from "../../net/address.ts";
import { popOrder } from "./python-set.ts";

export interface LinkLocalPair {
  /** The router's end (rfp-). */
  readonly router: string;
  /** The fip namespace's end (fpr-). */
  readonly fip: string;
}

/** DVR_FIP_LL_CIDR 169.254.64.0/18 in networks of two addresses. */
const FIRST = 169 * 2 ** 24 + 254 * 2 ** 16 + 64 * 256;
const COUNT = 8192;

let order: readonly number[] | undefined;

/** @param used addresses of routers' ends on this host */
export function freePair(used: ReadonlySet<string>): LinkLocalPair {
  order ??= popOrder(
    Array.from({ length: COUNT }, (_, i) => {
      const first = FIRST + 2 * i;
      // netaddr's IPNetwork is hashed as (version, first, last).
      return { value: first, key: [4n, BigInt(first), BigInt(first + 1)] };
    }),
  );
  const free = order.find((one) => !used.has(formatIpv4(one)));
  if (free === undefined) throw new RangeError("no link-local network is left between routers and fip namespaces");
  return { router: formatIpv4(free), fip: formatIpv4(free + 1) };
}
