/**
 * What the recorded switches had learned, lent to the embedded cloud's. Nothing is sent between simulated guests, so that
 * their switches learn nothing before a trace, and flood its first packets; the recorded pings were not the first.
 */
import type { CollectedCloud } from "../../collect/cloud.ts";
import type { HostState, OvsBridge, OvsFdbEntry } from "../../host/state.ts";

/** @param recorded hosts, in the words of this cloud */
export function lend(cloud: CollectedCloud, recorded: readonly HostState[]): CollectedCloud {
  const hosts = cloud.world.hosts.map((host) => {
    const bridges = recorded.find((one) => one.name === host.name)?.ovs?.bridges;
    return host.ovs && bridges
      ? { ...host, ovs: { ...host.ovs, bridges: host.ovs.bridges.map(taught(bridges)) } }
      : host;
  });
  return { ...cloud, world: { ...cloud.world, hosts } };
}

function taught(teachers: readonly OvsBridge[]): (bridge: OvsBridge) => OvsBridge {
  return (bridge) => {
    const teacher = teachers.find((one) => one.name === bridge.name);
    return teacher ? { ...bridge, fdb: teacher.fdb.flatMap((entry) => translated(entry, teacher, bridge)) } : bridge;
  };
}

/** Numbers of ports and local VLANs are each host's own. */
function translated(entry: OvsFdbEntry, from: OvsBridge, to: OvsBridge): OvsFdbEntry[] {
  const ports = (bridge: OvsBridge) => bridge.ports.flatMap((port) => port.interfaces);
  const device = ports(from).find((one) => one.ofport === entry.port)?.name;
  const port = ports(to).find((one) => one.name === device)?.ofport;
  const network = from.ports.find((one) => one.tag === entry.vlan && entry.vlan !== 0)?.otherConfig.net_uuid;
  const vlan = to.ports.find((one) => network !== undefined && one.otherConfig.net_uuid === network)?.tag;
  return port === undefined ? [] : [{ ...entry, port, vlan: vlan ?? entry.vlan }];
}
