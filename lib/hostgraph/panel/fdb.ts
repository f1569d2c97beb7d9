/** Who is behind which port, as the switch has learned it. */
import type { DevicePanel } from "../../api/http.ts";
import type { Namespace, OvsBridge } from "../../host/state.ts";
import type { HostContext } from "../context.ts";
import { portTitle } from "../names.ts";

type Fdb = NonNullable<DevicePanel["fdb"]>;

/** Of an OVS bridge, or of one of its ports. */
export function ovsFdb(context: HostContext, bridge: OvsBridge, ofport?: number): Fdb | undefined {
  const entries = bridge.fdb.filter((entry) => ofport === undefined || entry.port === ofport);
  if (entries.length === 0) return undefined;
  const names = new Map<number, string>([[65534, bridge.name]]);
  for (const port of bridge.ports) {
    for (const iface of port.interfaces) if (iface.ofport !== undefined) names.set(iface.ofport, iface.name);
  }
  const who = owners(context);
  const rows = entries.map((entry) => {
    const id = context.vlans.get(entry.vlan);
    const network = id ? context.names.networks.get(id)?.name : undefined;
    return [
      names.get(entry.port) ?? String(entry.port),
      network ? `${entry.vlan} ${network}` : String(entry.vlan),
      entry.mac,
      who(entry.mac),
      `${entry.age} s`,
    ];
  });
  return { columns: ["Port", "VLAN", "MAC", "Who", "Age"], rows };
}

/** Of a Linux bridge (`master`), or of one device. */
export function linkFdb(context: HostContext, ns: Namespace, name: string): Fdb | undefined {
  const entries = ns.fdb.filter((entry) => entry.master === name || entry.dev === name);
  if (entries.length === 0) return undefined;
  const who = owners(context);
  const rows = entries.map((entry) => [
    entry.dev,
    entry.mac,
    who(entry.mac),
    entry.dst ?? (entry.vlan === undefined ? "" : `VLAN ${entry.vlan}`),
    [
      entry.self ? "self" : "",
      entry.permanent ? "permanent" : (entry.state ?? ""),
      ...entry.flags.filter((flag) => flag !== "self"),
    ]
      .filter(Boolean)
      .join(" "),
  ]);
  return { columns: ["Device", "MAC", "Who", "To", "State"], rows };
}

/** MAC → who has it: a Neutron port, a device of this host, a device of another host. */
function owners(context: HostContext): (mac: string) => string {
  const devices = new Map<string, string>();
  const note = (mac: string, text: string) => {
    if (!devices.has(mac)) devices.set(mac, text);
  };
  const hosts = [context.host, ...context.cloud.world.hosts.filter((host) => host !== context.host)];
  for (const host of hosts) {
    for (const ns of host.namespaces) {
      for (const link of ns.links) {
        if (link.kind === "loopback") continue;
        const place = host === context.host ? (ns.name === "root" ? "" : ` in ${ns.name}`) : ` of ${host.name}`;
        note(link.mac, link.name + place);
      }
    }
  }
  return (mac) => {
    const port = context.names.byMac.get(mac)?.[0];
    return port ? portTitle(port, context.names) : (devices.get(mac) ?? "");
  };
}
