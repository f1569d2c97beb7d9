/** Faults of a guest's devices and of its port on br-int. */
import type { VerdictCode } from "../datapath/event.ts";
import type { FaultKind, FaultPlace } from "./kind.ts";
import { device, type Scene, type Way } from "./scene.ts";

type Name = (prefix: string) => string;
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
        const name: Name = (prefix) => device(prefix, way.to.portId);
        if (!scene.port(way.to.host, "br-int", name("qvo"))) continue; // Plugged in another way.
        yield {
          label: way.to.name,
          lines: [{ host: way.to.host, line: line(name, way) }],
          trace: { ...way.query, ...more },
          names: names(name),
        };
      }
    },
  };
}

function down(prefix: string): FaultKind {
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
    (name) => `ovs-vsctl del-port br-int ${name("qvo")}`,
    (name) => name("qvo"),
  ),
  atTarget(
    "dead-vlan",
    "The guest's port is put into the dead VLAN, as before its agent has wired it.",
    "DEAD_VLAN",
    (name) => `ovs-vsctl set Port ${name("qvo")} tag=4095`,
    () => "4095",
  ),
  atTarget(
    "wrong-tag",
    "The guest's port has another tag than its network's local VLAN.",
    "VLAN_MISMATCH",
    (name) => `ovs-vsctl set Port ${name("qvo")} tag=77`,
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
