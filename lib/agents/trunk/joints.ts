/** Pairs of patch ports between br-int and a trunk's bridge. Source: neutron/services/trunk/drivers/openvswitch/agent/trunk_manager.py. */
import type { VsctlStep } from "../../host/command/ovs/vsctl-command.ts";
import type { OvsBridge } from "../../host/state.ts";
import { INTEGRATION_BRIDGE } from "../openvswitch/names.ts";
import type { TrunkView } from "../view.ts";
import { patchName } from "./names.ts";

export interface Joint {
  readonly portId: string;
  readonly mac: string;
  /** On br-int. */
  readonly inner: string;
  /** On the trunk's bridge. */
  readonly outer: string;
  /** The VLAN by which the guest knows it; absent for the parent, which has none. */
  readonly vlan?: number;
}

/** @param macs of the host's ports: a subport that is bound elsewhere is not connected here */
export function jointsOf({ portId, subPorts }: TrunkView, macs: ReadonlyMap<string, string>): Joint[] {
  return [
    joint("tp", portId, macs),
    ...subPorts.map((one) => joint("sp", one.portId, macs).map((sub) => ({ ...sub, vlan: one.segmentationId }))),
  ].flat();
}

function joint(kind: "tp" | "sp", portId: string, macs: ReadonlyMap<string, string>): Joint[] {
  const mac = macs.get(portId);
  return mac === undefined
    ? []
    : [{ portId, mac, inner: patchName(kind, "i", portId), outer: patchName(kind, "t", portId) }];
}

export function plugged({ inner, outer, vlan }: Joint, bridge: OvsBridge, integration: OvsBridge): boolean {
  const end = bridge.ports.find((port) => port.name === outer);
  return end !== undefined && end.tag === vlan && integration.ports.some((port) => port.name === inner);
}

/** Both ends in one transaction. */
export function plugSteps({ portId, mac, inner, outer, vlan }: Joint, bridge: string): VsctlStep[] {
  const tag: VsctlStep[] =
    vlan === undefined
      ? []
      : [
          {
            kind: "set",
            ifExists: false,
            table: "Port",
            record: outer,
            settings: [{ column: "tag", value: String(vlan) }],
          },
        ];
  return [...end(INTEGRATION_BRIDGE, inner, outer, portId, mac), ...end(bridge, outer, inner, portId, mac), ...tag];
}

/** get_patch_peer_attrs */
function end(bridge: string, port: string, peer: string, portId: string, mac: string): VsctlStep[] {
  const settings = [
    { column: "type", value: "patch" },
    { column: "options", key: "peer", value: peer },
    { column: "external_ids", key: "attached-mac", value: `"${mac}"` },
    { column: "external_ids", key: "iface-id", value: portId },
  ];
  return [
    { kind: "add-port", mayExist: true, bridge, port, settings: [] },
    { kind: "set", ifExists: false, table: "Interface", record: port, settings },
  ];
}
