/** What is wrong with a device at first sight: four marks, each with one cause. */
import type { DeviceNode } from "../api/http.ts";
import type { Link } from "../host/state.ts";
import type { HostContext, OvsPlug } from "./context.ts";
import { isDatapathDevice } from "./kinds.ts";
import { DEAD_VLAN, namespaceOwner, portPrefix, routerPrefix } from "./names.ts";
import type { Owner } from "./owner.ts";

export type Mark = DeviceNode["marks"][number];

interface Subject {
  netns: string;
  name: string;
  link?: Link;
  plug?: OvsPlug;
  owner: Owner;
}

export function marksOf(context: HostContext, subject: Subject): Mark[] {
  const marks: Mark[] = [];
  if (subject.plug?.port.tag === DEAD_VLAN) marks.push("dead-vlan");
  if (isDown(subject)) marks.push("down");
  if (isUnknown(context, subject)) marks.push("unknown-to-neutron");
  return marks;
}

/** Administratively down, or no carrier, or never added by Open vSwitch. */
export function isDown({ name, link, plug }: Subject): boolean {
  // br-int and br-tun have their local port down on every host, and so has the datapath's own device: nothing is sent by them.
  if (isDatapathDevice(name)) return false;
  if (plug && (plug.iface.error || plug.iface.ofport === -1)) return true;
  if (link) return !link.up || !link.carrier;
  if (!plug || plug.iface.type === "patch") return false;
  // An internal port that was moved to a namespace which was not recorded reads "down" here, whatever it is.
  if (plug.iface.type === "internal") return false;
  return plug.iface.adminUp === false || plug.iface.linkUp === false;
}

/** Named after, or claimed for, a Neutron object that the API does not list. Says nothing when the API was not recorded. */
function isUnknown(context: HostContext, { netns, name, plug, owner }: Subject): boolean {
  const { api } = context.cloud;
  const { names } = context;
  if (api.ports.length === 0) return false;
  if (owner.port) return false;
  if (plug?.iface.externalIds["iface-id"]) return true;
  const prefix = portPrefix(name);
  if (prefix) return !names.portsByPrefix.has(prefix);
  const router = routerPrefix(name);
  if (router) return !api.routers.some((r) => r.id.startsWith(router));
  const brq = /^brq(.+)$/.exec(name)?.[1];
  if (brq) return !api.networks.some((n) => n.id.startsWith(brq));
  const served = namespaceOwner(netns);
  if (served?.kind === "router") return !names.routers.has(served.id);
  if (served?.kind === "network") return !names.networks.has(served.id);
  const remote = plug && isTunnel(plug) ? plug.iface.options.remote_ip : undefined;
  if (remote && remote !== "flow" && names.tunnelHosts.size > 0) return !names.tunnelHosts.has(remote);
  return false;
}

export function isTunnel(plug: OvsPlug): boolean {
  return /^(vxlan|gre|geneve)$/.test(plug.iface.type);
}
