/** Faults of a guest's devices and of its port on br-int. */
import type { VerdictCode } from "../datapath/event.ts";
import type { FaultKind, FaultPlace } from "./kind.ts";
import { device, type Scene, type Way } from "./scene.ts";

/** Devices of a guest by their prefixes; `port` is the one that br-int has. */
type Name = (prefix: Device | "port") => string;
type Device = "tap" | "qbr" | "qvb" | "qvo";
type Target = Way & { readonly to: NonNullable<Way["to"]> };

/** A line on the target's own host, with the target's own devices. */
function atTarget(
  kind: string,
  title: string,
  code: VerdictCode,
  line: (name: Name, way: Target) => string,
  names: (name: Name) => string,
  more: Partial<FaultPlace["trace"]> = {},
): FaultKind {
  return {
    kind,
    title,
    code,
    *places(scene: Scene) {
      for (const way of scene.switched()) {
        const port = scene.plugged(way.to);
        if (!port) continue; // Plugged in another way.
        const name: Name = (prefix) => (prefix === "port" ? port.name : device(prefix, way.to.portId));
        const text = line(name, way);
        if (!port.name.startsWith("qvo") && /\bq(br|vb|vo)/.test(text)) continue; // It has no Linux bridge of its own.
        yield {
          label: way.to.name,
          lines: [{ host: way.to.host, line: text }],
          trace: { ...way.query, ...more },
          names: names(name),
        };
      }
    },
  };
}

function down(prefix: Device): FaultKind {
  return atTarget(
    `${prefix}-down`,
    `The guest's ${prefix} is set down.`,
    "LINK_DOWN",
    (name) => `ip link set ${name(prefix)} down`,
    (name) => name(prefix),
  );
}

export const DEVICE_FAULTS: readonly FaultKind[] = [
  down("tap"),
  down("qbr"),
  down("qvb"),
  down("qvo"),
  atTarget(
    "qvb-out-of-bridge",
    "The guest's qvb is taken out of its Linux bridge.",
    "PORT_NOT_PLUGGED",
    (name) => `brctl delif ${name("qbr")} ${name("qvb")}`,
    (name) => name("qvb"),
  ),
  atTarget(
    "tap-out-of-bridge",
    "The guest's tap is taken out of its Linux bridge.",
    "PORT_NOT_PLUGGED",
    (name) => `brctl delif ${name("qbr")} ${name("tap")}`,
    (name) => name("tap"),
  ),
  atTarget(
    "port-unplugged",
    "The guest's port is deleted from br-int.",
    "PORT_NOT_PLUGGED",
    (name) => `ovs-vsctl del-port br-int ${name("port")}`,
    (name) => name("port"),
  ),
  atTarget(
    "dead-vlan",
    "The guest's port is put into the dead VLAN, as before its agent has wired it.",
    "DEAD_VLAN",
    (name) => `ovs-vsctl set Port ${name("port")} tag=4095`,
    () => "4095",
  ),
  atTarget(
    "wrong-tag",
    "The guest's port has another tag than its network's local VLAN.",
    "VLAN_MISMATCH",
    (name) => `ovs-vsctl set Port ${name("port")} tag=77`,
    () => "77",
  ),
  atTarget(
    "qvo-mtu",
    "The guest's qvo takes smaller packets than its network.",
    "MTU_EXCEEDED",
    (name) => `ip link set ${name("qvo")} mtu 1000`,
    () => "mtu 1000",
    { size: 1300, df: true },
  ),
];
