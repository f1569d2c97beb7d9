/** Ports on br-int that are Neutron's, as the agent's scan finds them. Source: agent/common/ovs_lib.py get_vif_ports. */
import { firstWhere } from "../../host/first-where.ts";
import { Following } from "../../host/following.ts";
import type { OvsBridge, OvsInterface, OvsPort } from "../../host/state.ts";

export interface FoundPort {
  readonly portId: string;
  readonly ofport: number;
  readonly port: OvsPort;
}

const known = new WeakMap<OvsPort, FoundPort | "none">();

/** In the order in which the switch numbered them. */
const scanned = new Following<OvsPort, FoundPort[]>(
  () => [],
  (all, port) => {
    const one = found(port);
    if (one === "none") return;
    all.splice(
      firstWhere(all, ({ ofport }) => ofport > one.ofport),
      0,
      one,
    );
  },
  (all, port) => {
    const one = found(port);
    if (one !== "none") all.splice(all.indexOf(one), 1);
  },
);

export function scan(integration: OvsBridge): FoundPort[] {
  return scanned.of(integration.ports).slice();
}

function found(port: OvsPort): FoundPort | "none" {
  let made = known.get(port);
  if (!made) {
    const one = port.interfaces[0];
    const portId = one && ifaceId(one);
    made =
      portId !== undefined && one?.ofport !== undefined && one.ofport > 0
        ? { portId, ofport: one.ofport, port }
        : "none";
    known.set(port, made);
  }
  return made;
}

function ifaceId(one: OvsInterface): string | undefined {
  return one.externalIds["attached-mac"] === undefined ? undefined : one.externalIds["iface-id"];
}

/** The number of a bridge's port; undefined where it is not there, or has none yet. */
export function ofportOf(bridge: OvsBridge | undefined, name: string): number | undefined {
  const ofport = bridge?.ports.find((port) => port.name === name)?.interfaces[0]?.ofport;
  return ofport !== undefined && ofport > 0 ? ofport : undefined;
}
