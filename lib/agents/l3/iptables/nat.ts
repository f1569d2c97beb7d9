/** Address translation of a router. Source: neutron/agent/l3/router_info.py, dvr_local_router.py, dvr_edge_router.py. */
import type { FloatingIpView } from "../../view.ts";
import { type Firewall, ROUTER_MASK } from "./base.ts";
import { SAVE, type ScopeMarks } from "./scope-marks.ts";

/** external_ingress_mark */
const INGRESS_MARK = `0x2/${ROUTER_MASK}`;

export interface ExternalGateway {
  readonly device: string;
  /** Of the first IPv4 address; absent: nothing is translated. */
  readonly address: string | undefined;
  readonly scope: string | null;
  readonly enableSnat: boolean;
}

/** _handle_router_snat_rules of a router that translates itself (legacy), or of its snat namespace. */
export function addGatewayNat({ v4 }: Firewall, marks: ScopeMarks, gateway: ExternalGateway | undefined): void {
  v4.add("nat", "$snat", "-j $float-snat");
  if (!gateway) return;
  const { device, address, scope, enableSnat } = gateway;
  if (enableSnat) {
    v4.add("mangle", "$POSTROUTING", `-o ${device} ${SAVE}`);
    // What stays within its scope keeps its address.
    if (scope !== null) v4.add("nat", "$snat", `-o ${device} -m connmark --mark ${marks.of(scope)} -j ACCEPT`);
  }
  if (address === undefined) return;
  const toSource = `-j SNAT --to-source ${address} --random-fully`;
  if (enableSnat) v4.add("nat", "$snat", `-o ${device} ${toSource}`);
  addInternalAccept({ v4 }, device);
  // So that replies to guests behind the same router come back through it.
  v4.add("nat", "$snat", `-m mark ! --mark ${INGRESS_MARK} -m conntrack --ctstate DNAT ${toSource}`);
  v4.add("mangle", "$mark", `-i ${device} -j MARK --set-xmark ${INGRESS_MARK}`);
}

/** _prevent_snat_for_internal_traffic_rule */
export function addInternalAccept({ v4 }: Pick<Firewall, "v4">, device: string): void {
  v4.add("nat", "$POSTROUTING", `! -o ${device} -m conntrack ! --ctstate DNAT -j ACCEPT`);
}

/** floating_forward_rules; @param from device that they come in by (distributed routers), any when absent */
export function addFloatingNat({ v4 }: Firewall, floating: readonly FloatingIpView[], from?: string): void {
  for (const { address, fixedAddress } of floating) {
    const dnat = `-j DNAT --to-destination ${fixedAddress}`;
    v4.add("nat", "$PREROUTING", `-d ${address}/32 ${from === undefined ? "" : `-i ${from} `}${dnat}`);
    if (from === undefined) v4.add("nat", "$OUTPUT", `-d ${address}/32 ${dnat}`);
    v4.add("nat", "$float-snat", `-s ${fixedAddress}/32 -j SNAT --to-source ${address} --random-fully`);
  }
}

export interface FloatingScope {
  readonly floating: FloatingIpView;
  readonly fixedScope: string | null;
}

/**
 * process_floating_ip_address_scope_rules: a floating IP takes its traffic into the fixed address' scope, and back.
 * @param external devices in the external network's scope
 */
export function addFloatingScopes(
  { v4 }: Firewall,
  marks: ScopeMarks,
  all: readonly FloatingScope[],
  externalScope: string | null,
  external: readonly string[],
  from?: string,
): void {
  const crossing = all.filter((one) => one.fixedScope !== externalScope);
  if (crossing.length > 0)
    for (const device of external)
      v4.add("mangle", "$float-snat", `-o ${device} -j MARK --set-xmark ${marks.of(externalScope)}`);
  for (const { floating, fixedScope } of crossing) {
    const into = from === undefined ? "" : ` -i ${from}`;
    v4.add("mangle", "$floatingip", `-d ${floating.address}/32${into} -j MARK --set-xmark ${marks.of(fixedScope)}`);
    v4.add("mangle", "$FORWARD", `-s ${floating.fixedAddress}/32 -j $float-snat`);
  }
}
