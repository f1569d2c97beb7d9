/** Addresses that ports give back are free again, at once. */
import type { FixedIp } from "../core/model.ts";
import type { Hooks } from "../hooks.ts";
import type { Change } from "../resource.ts";
import { released } from "./free-addresses.ts";

export const addressHooks: Hooks = {
  async portDeleting(change, port) {
    release(change, port.fixed_ips, []);
  },
  async portUpdated(change, before, after) {
    release(change, before.fixed_ips, after.fixed_ips);
  },
};

function release(change: Change, before: readonly FixedIp[], after: readonly FixedIp[]): void {
  if (before === after) return;
  const kept = new Set(after.map((ip) => ip.ip_address));
  for (const { subnet_id, ip_address } of before) if (!kept.has(ip_address)) released(change, subnet_id, ip_address);
}
