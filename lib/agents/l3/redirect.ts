/**
 * What a distributed router does not translate itself goes to the snat namespace: a table and a rule for each interface.
 * Source: neutron/agent/l3/dvr_local_router.py _get_snat_idx, _snat_redirect_modify, set_address_scope_interface_routes.
 */
import { familyOf } from "../../net/address.ts";
import { ipNumber } from "../../net/range.ts";
import { cidrsOf } from "../interface-driver/addresses.ts";
import type { Hand } from "../interface-driver/hand.ts";
import type { WantedRule } from "../interface-driver/routes.ts";
import { ANY, removeRoute, removeRule, routesOf, sameRule, setRoute, setRule } from "../interface-driver/routes.ts";
import type { HostView, PortView, RouterView } from "../view.ts";
import { crc32 } from "./crc32.ts";
import { deviceName } from "./names.ts";
import { isRoutedOutside } from "./scopes.ts";

/** FIP_RT_TBL: where traffic of floating IPs, and of networks that are known outside, finds its way out. */
export const FLOATING_TABLE = "16";
/** FAST_PATH_EXIT_PR */
const ROUTED_PRIORITY = 80_000;
/** Numbers below are the system's own rules. */
const FIRST_INDEX = 32_768;
const MASK_30 = 0x3fffffff;

/** Number of a table and priority of the rule for it. @param cidr an address with its prefix's length */
export function redirectIndex(cidr: string): number {
  const address = cidr.split("/")[0] ?? "";
  if (familyOf(address) === 4) return Number(ipNumber(address));
  const hash = crc32(cidr);
  const folded = (hash >>> 30) ^ (hash & MASK_30);
  return folded < FIRST_INDEX ? folded + MASK_30 : folded;
}

interface Redirect {
  readonly device: string;
  readonly rule: WantedRule & { readonly from: string };
  readonly via: string;
}

/** @param fast whether networks in the gateway's scope leave without SNAT: the host has a way out */
export function setRedirects(hand: Hand, view: HostView, router: RouterView, netns: string, fast: boolean): void {
  const { gateway } = router;
  const redirects: Redirect[] = [];
  const rules: WantedRule[] = [];
  for (const port of gateway ? router.interfaces.filter((one) => one.adminUp) : []) {
    if (gateway && isRoutedOutside(view, port, gateway) && fast) {
      for (const from of subnetCidrs(view, port))
        rules.push({ family: 4, from, table: FLOATING_TABLE, priority: ROUTED_PRIORITY });
    } else redirects.push(...redirectsOf(view, router, port));
  }
  rules.push(...redirects.map(({ rule }) => rule));
  removeOthers(hand, netns, rules);
  for (const { device, rule, via } of redirects) {
    setRoute(hand, netns, { dst: ANY[rule.family], via, dev: device, table: rule.table });
    setRule(hand, netns, rule);
    hand.sysctl(netns, { [`net.ipv4.conf.${device}.send_redirects`]: "0" });
  }
  for (const rule of rules) setRule(hand, netns, rule);
}

export function subnetCidrs(view: HostView, port: PortView): string[] {
  const subnets = view.networks.get(port.networkId)?.subnets ?? [];
  return port.fixedIps.flatMap((ip) => subnets.find((one) => one.id === ip.subnetId)?.cidr ?? []);
}

function redirectsOf(view: HostView, router: RouterView, port: PortView): Redirect[] {
  const ids = port.fixedIps.map(({ subnetId }) => subnetId);
  const snat = router.snatInterfaces.find((one) => one.fixedIps.some((ip) => ids.includes(ip.subnetId)));
  const device = deviceName("qr-", port.id);
  return cidrsOf(port, view.networks.get(port.networkId)).flatMap((from) => {
    const family = familyOf(from.split("/")[0] ?? "");
    const via = snat?.fixedIps.find(({ address }) => familyOf(address) === family)?.address;
    const index = redirectIndex(from);
    return via === undefined ? [] : [{ device, via, rule: { family, from, table: `${index}`, priority: index } }];
  });
}

/** Rules of redirections that are no more, and their tables. Floating IPs' own rules (below 72768) are not looked at. */
function removeOthers(hand: Hand, netns: string, wanted: readonly WantedRule[]): void {
  for (const rule of hand.namespace(netns)?.rules ?? []) {
    const own = rule.table === FLOATING_TABLE ? rule.priority === ROUTED_PRIORITY : `${rule.priority}` === rule.table;
    if (!own || wanted.some((one) => sameRule(rule, one))) continue;
    removeRule(hand, netns, rule);
    if (rule.table === FLOATING_TABLE) continue;
    for (const route of routesOf(hand, netns)) if (route.table === rule.table) removeRoute(hand, netns, route);
  }
}
