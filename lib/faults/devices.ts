/** Faults of a guest's devices and of its port on br-int. */
import type { VerdictCode } from "../datapath/event.ts";
import type { Guest } from "../host/world.ts";
import type { FaultKind, FaultPlace } from "./kind.ts";
import { device, type Scene } from "./scene.ts";

/** Those that a guest has: not all firewalls and switches need all of them. */
interface Devices {
  readonly tap: string | undefined;
  /** The Linux bridge of the tap: `qbr…` of its own, or `brq…` of its network. */
  readonly bridge: string | undefined;
  readonly qvb: string | undefined;
  readonly qvo: string | undefined;
  /** The one that br-int has. */
  readonly port: string | undefined;
}

type Line = string | undefined | false;

function devicesOf(scene: Scene, guest: Guest): Devices {
  const links = scene.host(guest.host).namespaces.find((one) => one.name === "root")?.links ?? [];
  const link = (prefix: string) => links.find((one) => one.name === device(prefix, guest.portId));
  return {
    tap: link("tap")?.name,
    bridge: link("tap")?.master,
    qvb: link("qvb")?.name,
    qvo: link("qvo")?.name,
    port: scene.plugged(guest)?.name,
  };
}

/** A line on the target's own host, with the target's own devices; none: it lacks them. */
function atTarget(
  kind: string,
  title: string,
  code: VerdictCode,
  line: (devices: Devices) => Line,
  names: (devices: Devices) => Line,
  more: Partial<FaultPlace["trace"]> = {},
): FaultKind {
  return {
    kind,
    title,
    code,
    *places(scene: Scene) {
      for (const way of scene.switched()) {
        const devices = devicesOf(scene, way.to);
        const [text, named] = [line(devices), names(devices)];
        if (!text || !named) continue;
        yield {
          label: way.to.name,
          lines: [{ host: way.to.host, line: text }],
          trace: { ...way.query, ...more },
          names: named,
        };
      }
    },
  };
}

function down(kind: string, title: string, pick: (devices: Devices) => Line): FaultKind {
  return atTarget(kind, title, "LINK_DOWN", (devices) => pick(devices) && `ip link set ${pick(devices)} down`, pick);
}

const beginning = (name: string | undefined, prefix: string) => name?.startsWith(prefix) && name;

export const DEVICE_FAULTS: readonly FaultKind[] = [
  down("tap-down", "The guest's tap is set down.", ({ tap }) => tap),
  down("qbr-down", "The guest's qbr is set down.", ({ bridge }) => beginning(bridge, "qbr")),
  down("brq-down", "The Linux bridge of the guest's network is set down.", ({ bridge }) => beginning(bridge, "brq")),
  down("qvb-down", "The guest's qvb is set down.", ({ qvb }) => qvb),
  down("qvo-down", "The guest's qvo is set down.", ({ qvo }) => qvo),
  atTarget(
    "qvb-out-of-bridge",
    "The guest's qvb is taken out of its Linux bridge.",
    "PORT_NOT_PLUGGED",
    ({ qvb, bridge }) => qvb && `brctl delif ${bridge} ${qvb}`,
    ({ qvb }) => qvb,
  ),
  atTarget(
    "tap-out-of-bridge",
    "The guest's tap is taken out of its Linux bridge.",
    "PORT_NOT_PLUGGED",
    ({ tap, bridge }) => bridge && `brctl delif ${bridge} ${tap}`,
    ({ tap }) => tap,
  ),
  atTarget(
    "port-unplugged",
    "The guest's port is deleted from br-int.",
    "PORT_NOT_PLUGGED",
    ({ port }) => port && `ovs-vsctl del-port br-int ${port}`,
    ({ port }) => port,
  ),
  atTarget(
    "dead-vlan",
    "The guest's port is put into the dead VLAN, as before its agent has wired it.",
    "DEAD_VLAN",
    ({ port }) => port && `ovs-vsctl set Port ${port} tag=4095`,
    () => "4095",
  ),
  atTarget(
    "wrong-tag",
    "The guest's port has another tag than its network's local VLAN.",
    "VLAN_MISMATCH",
    ({ port }) => port && `ovs-vsctl set Port ${port} tag=77`,
    () => "77",
  ),
  atTarget(
    "qvo-mtu",
    "The guest's qvo takes smaller packets than its network.",
    "MTU_EXCEEDED",
    ({ qvo }) => qvo && `ip link set ${qvo} mtu 1000`,
    () => "mtu 1000",
    { size: 1300, df: true },
  ),
  atTarget(
    "tap-mtu",
    "The guest's tap takes smaller packets than its network.",
    "MTU_EXCEEDED",
    ({ tap }) => tap && `ip link set ${tap} mtu 1000`,
    () => "mtu 1000",
    { size: 1300, df: true },
  ),
];
