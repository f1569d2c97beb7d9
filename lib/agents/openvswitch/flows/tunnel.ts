/**
 * br-tun: local VLANs to tunnel keys and back, and who is behind which tunnel.
 * Source: neutron/plugins/ml2/drivers/openvswitch/agent/openflow/native/br_tun.py, ovs_bridge.py install_arp_responder.
 */
import { BROADCAST_MAC } from "../../../net/address.ts";
import { TUNNEL as T, TUN_TO_LV, type TunnelType } from "../../../net/neutron-tables.ts";
import type { Action } from "../../../net/openflow/ast.ts";
import {
  ANY,
  DROP,
  goto,
  IN_PORT,
  inVlan,
  is,
  move,
  output,
  POP_VLAN,
  PUSH_VLAN,
  type Rule,
  rule,
  set,
  setTunnel,
  setVlan,
} from "./build.ts";

const NO_MAC = "00:00:00:00:00:00";
const GROUP_BIT = "01:00:00:00:00:00";

export interface TunnelDefaults {
  /** patch-int's number. */
  readonly patch: number;
  readonly arpResponder: boolean;
  readonly distributed: boolean;
  readonly cookie: string;
}

export function defaults({ patch, arpResponder, distributed, cookie }: TunnelDefaults): Rule[] {
  const responder = [
    rule(T.PATCH_LV_TO_TUN, 1, [is("arp"), is("dl_dst", BROADCAST_MAC)], [goto(T.ARP_RESPONDER)]),
    rule(T.ARP_RESPONDER, 0, ANY, [goto(T.FLOOD_TO_TUN)]),
  ];
  const dvr = [
    rule(T.DVR_NOT_LEARN, 0, ANY, [goto(T.LEARN_FROM_TUN)]),
    rule(T.DVR_PROCESS, 0, ANY, [goto(T.PATCH_LV_TO_TUN)]),
  ];
  const first = distributed ? T.DVR_PROCESS : T.PATCH_LV_TO_TUN;
  return [
    rule(T.LOCAL_SWITCHING, 1, [is("in_port", patch)], [goto(first)]),
    rule(T.LOCAL_SWITCHING, 0, ANY, DROP),
    ...(arpResponder ? responder : []),
    rule(T.PATCH_LV_TO_TUN, 0, [is("dl_dst", NO_MAC, GROUP_BIT)], [goto(T.UCAST_TO_TUN)]),
    rule(T.PATCH_LV_TO_TUN, 0, [is("dl_dst", GROUP_BIT, GROUP_BIT)], [goto(T.FLOOD_TO_TUN)]),
    ...Object.values(TUN_TO_LV).map((table) => rule(table, 0, ANY, DROP)),
    rule(T.LEARN_FROM_TUN, 1, ANY, [learn(cookie), output(patch)]),
    rule(T.UCAST_TO_TUN, 0, ANY, [goto(T.FLOOD_TO_TUN)]),
    rule(T.FLOOD_TO_TUN, 0, ANY, DROP),
    ...(distributed ? dvr : []),
  ];
}

/** Who sent this is reached by the tunnel that it came from, for five minutes. */
function learn(cookie: string): Action {
  const vlan = { field: "NXM_OF_VLAN_TCI" };
  const key = { field: "NXM_NX_TUN_ID" };
  return {
    kind: "learn",
    table: T.UCAST_TO_TUN,
    hardTimeout: 300,
    priority: 1,
    cookie,
    flags: [],
    specs: [
      { kind: "match", target: { ...vlan, from: 0, to: 11 } },
      { kind: "match", target: { field: "NXM_OF_ETH_DST" }, source: { field: "NXM_OF_ETH_SRC" } },
      { kind: "load_value", value: "0", target: vlan },
      { kind: "load", source: key, target: key },
      { kind: "output", source: { field: "OXM_OF_IN_PORT" } },
    ],
  };
}

/** What comes out of this tunnel port is sorted by its type. */
export function fromTunnelPort(type: TunnelType, port: number): Rule {
  return rule(T.LOCAL_SWITCHING, 1, [is("in_port", port)], [goto(TUN_TO_LV[type])]);
}

export function fromTunnel(type: TunnelType, key: number, lvid: number, distributed: boolean): Rule {
  const next = distributed ? T.DVR_NOT_LEARN : T.LEARN_FROM_TUN;
  return rule(TUN_TO_LV[type], 1, [is("tun_id", `0x${key.toString(16)}`)], [PUSH_VLAN, setVlan(lvid), goto(next)]);
}

/** @param ports tunnel ports, in the order of their numbers */
export function flood(lvid: number, key: number, ports: readonly number[]): Rule {
  return rule(T.FLOOD_TO_TUN, 1, [inVlan(lvid)], [POP_VLAN, setTunnel(key), ...ports.map(output)]);
}

export function unicast(lvid: number, key: number, mac: string, port: number): Rule {
  return rule(T.UCAST_TO_TUN, 2, [inVlan(lvid), is("dl_dst", mac)], [POP_VLAN, setTunnel(key), output(port)]);
}

/** Turns an ARP request into its answer, and sends it back. */
export function arpAnswer(lvid: number, address: string, mac: string): Rule {
  return rule(
    T.ARP_RESPONDER,
    1,
    [is("arp"), inVlan(lvid), is("arp_tpa", address)],
    [
      set("arp_op", 2),
      move("NXM_NX_ARP_SHA", "NXM_NX_ARP_THA"),
      move("NXM_OF_ARP_SPA", "NXM_OF_ARP_TPA"),
      set("arp_sha", mac),
      set("arp_spa", address),
      move("NXM_OF_ETH_SRC", "NXM_OF_ETH_DST"),
      set("eth_src", mac),
      IN_PORT,
    ],
  );
}
