/** Devices that the host has: links of every namespace, OVS bridges, and OVS ports that have no link. */
import type { DeviceNode } from "../api/http.ts";
import type { Link } from "../host/state.ts";
import { addressesOf, type HostContext, linkOf, type OvsPlug, plugOf } from "./context.ts";
import { isDatapathDevice, linkKind, ovsOnlyKind } from "./kinds.ts";
import { marksOf } from "./marks.ts";
import { portTitle } from "./names.ts";
import { type Owner, ownerOf } from "./owner.ts";

/** Fields that follow from the Neutron port, network and local VLAN. */
export function owned(owner: Owner, context: HostContext): Partial<DeviceNode> {
  const fields: Partial<DeviceNode> = {};
  if (owner.tag !== undefined) fields.tag = owner.tag;
  if (owner.network) {
    fields.networkId = owner.network.id;
    fields.networkName = owner.network.name || owner.network.id.slice(0, 8);
  }
  if (owner.port) {
    fields.portId = owner.port.id;
    fields.label = portTitle(owner.port, context.names);
  }
  return fields;
}

export function bridgeNodes(context: HostContext): DeviceNode[] {
  return [...context.bridges.values()].map((bridge) => {
    const address = addressesOf(context, "root", bridge.name)[0];
    const node: DeviceNode = {
      id: `root/${bridge.name}`,
      netns: "root",
      name: bridge.name,
      kind: "ovs-bridge",
      // Its local port may be down, and is on br-int and br-tun: the bridge switches all the same.
      up: true,
      marks: [],
    };
    if (address) node.detail = `${address.address}/${address.prefix}`;
    return node;
  });
}

export function linkNodes(context: HostContext): DeviceNode[] {
  return context.host.namespaces.flatMap((ns) =>
    ns.links.flatMap((link) => {
      if (ns.name === "root" && context.bridges.has(link.name)) return [];
      const plug = plugOf(context, ns.name, link.name);
      const kind = linkKind(link, ns.name, plug?.iface);
      return kind ? [linkNode(context, ns.name, link, kind, plug)] : [];
    }),
  );
}

function linkNode(
  context: HostContext,
  netns: string,
  link: Link,
  kind: DeviceNode["kind"],
  plug: OvsPlug | undefined,
): DeviceNode {
  const owner = ownerOf(context, netns, link.name);
  const subject = plug ? { netns, name: link.name, link, plug, owner } : { netns, name: link.name, link, owner };
  const node: DeviceNode = {
    id: `${netns}/${link.name}`,
    netns,
    name: link.name,
    kind,
    ...owned(owner, context),
    up: isDatapathDevice(link.name) || (link.up && link.carrier),
    marks: marksOf(context, subject),
  };
  const bridge = bridgeOf(context, netns, link, plug);
  if (bridge) node.bridge = bridge;
  const detail = linkDetail(context, netns, link, plug);
  if (detail) node.detail = detail;
  return node;
}

function bridgeOf(context: HostContext, netns: string, link: Link, plug: OvsPlug | undefined): string | undefined {
  if (plug) return `root/${plug.bridge.name}`;
  if (!link.master || context.bridges.has(link.master)) return undefined;
  return linkOf(context, netns, link.master)?.kind === "bridge" ? `${netns}/${link.master}` : undefined;
}

function linkDetail(context: HostContext, netns: string, link: Link, plug: OvsPlug | undefined): string {
  if (plug?.iface.error) return plug.iface.error;
  if (isDatapathDevice(link.name)) return link.name === "ovs-netdev" ? "userspace datapath" : "kernel datapath";
  const [first, ...more] = addressesOf(context, netns, link.name);
  if (first) return `${first.address}/${first.prefix}${more.length > 0 ? ` +${more.length}` : ""}`;
  if (link.vlan) return `VLAN ${link.vlan.id}`;
  if (link.kind === "vxlan" && link.tunnel?.key !== undefined) return `VNI ${link.tunnel.key}`;
  return `mtu ${link.mtu}`;
}

/** Patch ports, tunnels, vhost-user and other ports that only Open vSwitch knows, and internal ports whose device is gone. */
export function ovsPortNodes(context: HostContext): DeviceNode[] {
  return [...context.plugs].flatMap(([name, plug]) => {
    // A link of that name may be a stranger's: only one that is this very port stands for it.
    if (context.placesOf.get(name)?.some((netns) => plugOf(context, netns, name))) return [];
    const owner = ownerOf(context, "root", name);
    const subject = { netns: "root", name, plug, owner };
    const node: DeviceNode = {
      id: `root/${name}`,
      netns: "root",
      name,
      kind: ovsOnlyKind(plug.iface.type, name),
      bridge: `root/${plug.bridge.name}`,
      ...owned(owner, context),
      up: plug.iface.adminUp !== false,
      marks: marksOf(context, subject),
    };
    const detail = portDetail(context, plug);
    if (detail) node.detail = detail;
    return [node];
  });
}

function portDetail(context: HostContext, { iface }: OvsPlug): string | undefined {
  if (iface.error) return iface.error;
  if (iface.type === "patch") {
    const peer = iface.options.peer;
    const bridge = peer ? context.plugs.get(peer)?.bridge.name : undefined;
    return bridge ? `to ${bridge}` : peer ? `to ${peer}, missing` : "no peer";
  }
  const remote = iface.options.remote_ip;
  if (!remote) return undefined;
  const host = context.names.tunnelHosts.get(remote);
  return host ? `to ${host}` : `to ${remote}`;
}
