/** Where a packet that was stopped would have gone on, as far as names alone tell it. */
import type { Topology } from "../api/http.ts";
import type { Place } from "../datapath/event.ts";
import type { Hop } from "./hops.ts";

export interface RestStop {
  host: string;
  netns: string;
  device: string;
}

export interface Target {
  name: string;
  host: string;
  tap: string;
}

/** The instance that a destination names: by its name, id, address or floating IP. */
export function targetOf(to: string | undefined, topology: Topology | undefined): Target | undefined {
  if (!to || !topology) return undefined;
  for (const instance of topology.instances) {
    const port =
      instance.ports.find((one) => one.id === to || one.addresses.includes(to) || one.floatingIps.includes(to)) ??
      (instance.name === to || instance.id === to ? instance.ports[0] : undefined);
    if (port && instance.host) return { name: instance.name, host: instance.host, tap: port.tap };
  }
  return undefined;
}

/** Devices of the hybrid plug (os-vif) in the order in which a frame for the guest passes them. */
const HYBRID = ["qvo", "qvb", "qbr", "tap"];

/** @param at where the verdict says that it ended: a port that the frame never reached is the first of the rest. */
export function restOf(hops: readonly Hop[], target: Target | undefined, at?: Place): RestStop[] {
  if (!target) return [];
  const last = hops.at(-1);
  const guest = { host: target.host, netns: `guest:${target.name}`, device: "eth0" };
  if (last && last.host === guest.host && last.netns === guest.netns) return [];
  const suffix = target.tap.slice(3);
  const ownPort = (place: Place | undefined) =>
    place?.host === target.host && place.netns === "root" && place.device.endsWith(suffix);
  const ports = (from: number) =>
    HYBRID.slice(from).map((prefix) => ({ host: target.host, netns: "root", device: `${prefix}${suffix}` }));
  if (last && ownPort(last)) return [...ports(HYBRID.indexOf(last.device.slice(0, 3)) + 1), guest];
  if (at && ownPort(at) && last?.host === at.host) return [...ports(HYBRID.indexOf(at.device.slice(0, 3))), guest];
  return [guest];
}
