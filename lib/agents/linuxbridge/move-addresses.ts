/**
 * A flat network's interface goes into the bridge: what the host says and hears itself must then be the bridge's.
 * Source: linuxbridge_neutron_agent.py update_interface_ip_details.
 */
import { ROOT } from "../../host/edit.ts";
import type { Route } from "../../host/state.ts";
import { addAddress, addressesOf, removeAddress } from "../interface-driver/addresses.ts";
import type { Hand } from "../interface-driver/hand.ts";

/** Moves global addresses and the default route, and says whether there were any. */
export function moveAddresses(hand: Hand, from: string, to: string): boolean {
  const moved = ([4, 6] as const).map((family) => moveFamily(hand, family, from, to));
  return moved.includes(true);
}

function moveFamily(hand: Hand, family: 4 | 6, from: string, to: string): boolean {
  const cidrs = addressesOf(hand, ROOT, from)
    .filter((one) => one.family === family && one.scope === "global")
    .map((one) => `${one.address}/${one.prefix}`);
  const gateway = hand.namespace(ROOT)?.routes.find((one) => one.family === family && isDefault(one, from));
  if (cidrs.length === 0 && !gateway) return false;
  for (const cidr of cidrs) addAddress(hand, ROOT, to, cidr);
  if (gateway?.via !== undefined) moveGateway(hand, family, gateway.via, gateway.metric, from, to);
  for (const cidr of cidrs) removeAddress(hand, ROOT, from, cidr);
  return true;
}

function isDefault({ dst, dev, table, via }: Route, device: string): boolean {
  return dev === device && table === "main" && via !== undefined && (dst === "0.0.0.0/0" || dst === "::/0");
}

/** IP_ROUTE_METRIC_DEFAULT: what a route has that nobody gave a metric. */
const DEFAULT_METRIC = { 4: 0, 6: 1024 } as const;

/** While both routes are there their metrics must differ. */
function moveGateway(hand: Hand, family: 4 | 6, via: string, metric: number, from: string, to: string): void {
  const next = metric === DEFAULT_METRIC[family] ? 100 : metric - 1;
  const route = { tool: "ip", family, dst: "default", via } as const;
  hand.ip(ROOT, { ...route, action: "route-replace", dev: to, metric: next });
  const left = hand.namespace(ROOT)?.routes.some((one) => one.family === family && isDefault(one, from));
  if (left) hand.ip(ROOT, { ...route, action: "route-del", dev: from });
}
