/** Faults of what joins the hosts: tunnels, the underlay, physical networks. */
import type { Flow } from "../net/openflow/ast.ts";
import type { FaultKind, FaultPlace } from "./kind.ts";
import { field, removeFlow, type Scene, type Way } from "./scene.ts";

type Target = Way & { readonly to: NonNullable<Way["to"]> };

const TUNNELS = ["vxlan", "gre", "geneve"];

/** The port of the sender's br-tun whose far end is the target's host: there is one for each type of networks. */
function tunnelPort(scene: Scene, way: Target, type: string): string | undefined {
  const far = localIp(scene, way.to.host);
  if (far === undefined) return undefined;
  const ports = scene.bridge(way.from.host, "br-tun")?.ports ?? [];
  return ports.find((port) => port.interfaces.some((one) => one.type === type && one.options.remote_ip === far))?.name;
}

function localIp(scene: Scene, host: string): string | undefined {
  const interfaces = scene.host(host).ovs?.bridges.flatMap((bridge) => bridge.ports.flatMap((port) => port.interfaces));
  return interfaces?.map((one) => one.options.local_ip).find((ip) => ip !== undefined);
}

function overTunnel(
  kind: string,
  title: string,
  code: FaultKind["code"],
  place: (scene: Scene, way: Target) => { lines: FaultPlace["lines"]; names: string; label?: string } | undefined,
): FaultKind {
  return {
    kind,
    title,
    code,
    *places(scene) {
      const done = new Set<string>();
      for (const way of scene.switchedOver(...TUNNELS)) {
        const found = place(scene, way);
        const label = found?.label ?? `${way.from.host} to ${way.to.host}, for ${way.to.name}`;
        if (!found || found.lines.length === 0 || done.has(label)) continue;
        done.add(label);
        yield { label, lines: found.lines, trace: way.query, names: found.names };
      }
    },
  };
}

const flows = (scene: Scene, host: string, bridge: string, fits: (flow: Flow) => boolean) =>
  (scene.bridge(host, bridge)?.flows ?? []).filter(fits);

export const TUNNEL_FAULTS: readonly FaultKind[] = [
  overTunnel("tunnel-missing", "The tunnel port to the other host is deleted.", "TUNNEL_MISSING", (scene, way) => {
    const type = scene.networkType(way.to.networkId);
    const name = tunnelPort(scene, way, type);
    const lines = name === undefined ? [] : [{ host: way.from.host, line: `ovs-vsctl del-port br-tun ${name}` }];
    return { lines, names: "br-tun", label: `${way.from.host} to ${way.to.host}, ${type}` };
  }),
  overTunnel(
    "tunnel-key-unknown",
    "br-tun does not know the network's tunnel key.",
    "TUNNEL_KEY_UNKNOWN",
    (scene, way) => {
      const tag = scene.plugged(way.to)?.tag;
      const mine = flows(scene, way.to.host, "br-tun", (flow) => flow.table === 4 && sets(flow, tag));
      return { lines: mine.map((flow) => ({ host: way.to.host, line: removeFlow("br-tun", flow) })), names: "table=4" };
    },
  ),
  overTunnel(
    "l2pop-missing",
    "l2population's entries for the guest are missing, and floods do not reach its host.",
    "L2POP_ENTRY_MISSING",
    (scene, way) => {
      const tag = scene.plugged(way.from)?.tag;
      const address = way.to.fixedIps[0]?.address;
      const gone = flows(scene, way.from.host, "br-tun", (flow) => {
        if (field(flow, "dl_vlan") !== String(tag)) return false;
        if (flow.table === 22) return true;
        return field(flow, "dl_dst") === way.to.mac || (flow.table === 21 && field(flow, "arp_tpa") === address);
      });
      return {
        lines: gone.map((flow) => ({ host: way.from.host, line: removeFlow("br-tun", flow) })),
        names: "table=2",
      };
    },
  ),
  overTunnel(
    "underlay-nic-down",
    "The NIC that carries the host's tunnels is set down.",
    "LINK_DOWN",
    (_scene, way) => {
      const nic = underlayNic(way);
      const lines = nic === undefined ? [] : [{ host: nic.host, line: `ip link set ${nic.device} down` }];
      return { lines, names: nic?.device ?? "", label: way.to.host };
    },
  ),
  physical("vlan-nic-down", "The NIC of the physical network is set down.", "LINK_DOWN", (_scene, way) => {
    const nic = underlayNic(way);
    const lines = nic === undefined ? [] : [{ host: nic.host, line: `ip link set ${nic.device} down` }];
    return { lines, names: nic?.device ?? "" };
  }),
  physical(
    "physical-patch-missing",
    "The patch port between br-int and the physical network's bridge is deleted.",
    "NO_CARRIER_PEER",
    (scene, way) => {
      const bridge = mappedBridge(scene, way);
      const lines = bridge ? [{ host: way.to.host, line: `ovs-vsctl del-port br-int int-${bridge}` }] : [];
      return { lines, names: `no patch port to ${bridge}` };
    },
  ),
  physical(
    "bridge-mapping-crossed",
    "br-int is patched to the bridge of another physical network.",
    "BRIDGE_MAPPING_MISSING",
    (scene, way) => {
      const { host } = way.to;
      const bridge = mappedBridge(scene, way);
      const other = mappedBridges(scene, host).find((one) => one !== bridge);
      if (!bridge || !other) return { lines: [], names: "" };
      const pairs = [
        [`int-${bridge}`, `phy-${other}`],
        [`int-${other}`, `phy-${bridge}`],
      ] as const;
      return {
        lines: pairs.flatMap(([inner, outer]) => [
          { host, line: `ovs-vsctl set Interface ${inner} options:peer=${outer}` },
          { host, line: `ovs-vsctl set Interface ${outer} options:peer=${inner}` },
        ]),
        names: `int-${bridge}`,
      };
    },
  ),
  physical(
    "vlan-translation-missing",
    "br-int does not know which local VLAN the physical network's VLAN is.",
    "FLOW_DROP",
    (scene, way) => {
      const id = scene.cloud.api.networks.find((one) => one.id === way.to.networkId)?.["provider:segmentation_id"];
      const gone = flows(
        scene,
        way.to.host,
        "br-int",
        (flow) => flow.table === 0 && field(flow, "dl_vlan") === String(id),
      );
      return {
        lines: gone.map((flow) => ({ host: way.to.host, line: removeFlow("br-int", flow) })),
        names: "priority=2",
      };
    },
  ),
];

function physical(
  kind: string,
  title: string,
  code: FaultKind["code"],
  place: (scene: Scene, way: Target) => { lines: FaultPlace["lines"]; names: string },
): FaultKind {
  return {
    kind,
    title,
    code,
    *places(scene) {
      for (const way of scene.switchedOver("vlan")) {
        const { lines, names } = place(scene, way);
        if (lines.length > 0) yield { label: `${way.to.host}, for ${way.to.name}`, lines, trace: way.query, names };
      }
    },
  };
}

/** The first device of the target's own host that the request crosses: the NIC. */
function underlayNic(way: Target): { host: string; device: string } | undefined {
  return way.request.find((frame) => frame.host === way.to.host && frame.netns === "root" && frame.dir === "in");
}

/** The flow of table 4 that gives packets the network's local VLAN. */
function sets(flow: Flow, tag: number | undefined): boolean {
  return flow.actions.some(
    (action) =>
      (action.kind === "set_vlan_vid" && action.vid === tag) ||
      (action.kind === "set_field" && action.value === String((tag ?? 0) + 4096)),
  );
}

/** Bridges with a patch port of their agent's to br-int: neutron/plugins/ml2/drivers/openvswitch, setup_physical_bridges. */
function mappedBridges(scene: Scene, host: string): string[] {
  const ports = scene.bridge(host, "br-int")?.ports ?? [];
  return ports.flatMap(({ name }) => (name.startsWith("int-") ? [name.slice(4)] : []));
}

/** The bridge by which the request comes in on the target's host. */
function mappedBridge(scene: Scene, way: Target): string | undefined {
  const nic = underlayNic(way);
  return nic && mappedBridges(scene, nic.host).find((name) => scene.port(nic.host, name, nic.device));
}
