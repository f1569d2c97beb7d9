/** Which Neutron object a device, a MAC or a namespace belongs to, as the switch and names tell. */
import type { HostState } from "../../host/state.ts";
import type { Resource } from "./entry.ts";

const UUID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const NAMESPACES: Readonly<Record<string, Resource["type"]>> = {
  qrouter: "router",
  snat: "router",
  qdhcp: "network",
  fip: "network",
};

export interface Owners {
  ofNamespace(name: string): Resource | undefined;
  ofDevice(name: string): Resource | undefined;
  /** By the first MAC or port number in it that is a port's. */
  ofFlow(text: string, inPort: number | undefined): Resource | undefined;
}

export function ownersOf(host: HostState): Owners {
  const byPrefix = new Map<string, string>();
  const byMac = new Map<string, string>();
  const byNumber = new Map<number, string>();
  for (const bridge of host.ovs?.bridges ?? [])
    for (const { interfaces } of bridge.ports)
      for (const { externalIds, ofport } of interfaces) {
        const id = externalIds["iface-id"];
        const mac = externalIds["attached-mac"];
        if (id === undefined) continue;
        byPrefix.set(id.slice(0, 11), id);
        if (mac !== undefined) byMac.set(mac, id);
        if (ofport !== undefined) byNumber.set(ofport, id);
      }
  const port = (id: string | undefined): Resource | undefined => (id === undefined ? undefined : { type: "port", id });
  return {
    ofNamespace(name) {
      const id = UUID.exec(name)?.[0];
      const type = NAMESPACES[name.split("-", 1)[0] ?? ""];
      return id === undefined || type === undefined ? undefined : { type, id };
    },
    ofDevice: (name) => port(byPrefix.get(/[0-9a-f]{8}-[0-9a-f]{2}$/.exec(name)?.[0] ?? "")),
    ofFlow(text, inPort) {
      if (inPort !== undefined && byNumber.has(inPort)) return port(byNumber.get(inPort));
      const macs = text.match(/(?:[0-9a-f]{2}:){5}[0-9a-f]{2}/g) ?? [];
      return port(macs.map((mac) => byMac.get(mac)).find((id) => id !== undefined));
    },
  };
}
