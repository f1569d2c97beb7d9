/** One host while its picture is being made: where each device is plugged, and which network each local VLAN stands for. */
import type { Address, HostState, Link, OvsBridge, OvsInterface, OvsPort } from "../host/state.ts";
import { localVlans, type Names, namesOf, tunnelAddressOf } from "./names.ts";
import type { Cloud } from "./summary.ts";

export interface OvsPlug {
  bridge: OvsBridge;
  port: OvsPort;
  iface: OvsInterface;
}

export interface HostContext {
  cloud: Cloud;
  host: HostState;
  names: Names;
  /** Local VLAN tag → network id. */
  vlans: Map<number, string>;
  /** Interface name → where it is plugged. A bridge's own port is not listed. */
  plugs: Map<string, OvsPlug>;
  bridges: Map<string, OvsBridge>;
  /** `<netns>/<device>` → link. */
  links: Map<string, Link>;
  /** Device name → namespaces that have a link of that name. */
  placesOf: Map<string, string[]>;
  tunnelAddress: string | undefined;
}

export function hostContext(cloud: Cloud, host: HostState, names = namesOf(cloud.api, cloud.world)): HostContext {
  const plugs = new Map<string, OvsPlug>();
  const bridges = new Map<string, OvsBridge>();
  for (const bridge of host.ovs?.bridges ?? []) {
    bridges.set(bridge.name, bridge);
    for (const port of bridge.ports) {
      for (const iface of port.interfaces) {
        if (iface.name !== bridge.name) plugs.set(iface.name, { bridge, port, iface });
      }
    }
  }
  const links = new Map<string, Link>();
  const placesOf = new Map<string, string[]>();
  for (const ns of host.namespaces) {
    for (const link of ns.links) {
      links.set(`${ns.name}/${link.name}`, link);
      const places = placesOf.get(link.name);
      if (places) places.push(ns.name);
      else placesOf.set(link.name, [ns.name]);
    }
  }
  return {
    cloud,
    host,
    names,
    vlans: localVlans(host, names),
    plugs,
    bridges,
    links,
    placesOf,
    tunnelAddress: tunnelAddressOf(host, cloud.api),
  };
}

/**
 * Where a link is plugged into Open vSwitch. A name says it all in the host's own namespace; in another one only an
 * internal port can have been moved there, any other device of that name is a stranger.
 */
export function plugOf(context: HostContext, netns: string, name: string): OvsPlug | undefined {
  const plug = context.plugs.get(name);
  if (!plug || netns === "root") return plug;
  return plug.iface.type === "internal" ? plug : undefined;
}

/** Addresses of a device, in the order recorded, without those that the kernel made (IPv6 link-local). */
export function addressesOf(context: HostContext, netns: string, dev: string): Address[] {
  const ns = context.host.namespaces.find((n) => n.name === netns);
  return (ns?.addresses ?? []).filter((a) => a.dev === dev && !(a.family === 6 && a.scope === "link"));
}

export function linkOf(context: HostContext, netns: string, name: string): Link | undefined {
  return context.links.get(`${netns}/${name}`);
}

/** The device of the host's own namespace that holds an address. */
export function deviceWithAddress(context: HostContext, address: string): string | undefined {
  const root = context.host.namespaces.find((n) => n.name === "root");
  return root?.addresses.find((a) => a.address === address)?.dev;
}
