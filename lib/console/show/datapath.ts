/** What `ovs-appctl dpif/show`, `dpctl/show` and `ovs-dpctl show` tell: the ports that the fast path has (ofproto/ofproto-dpif.c, lib/dpctl.c). */
import type { OvsBridge, OvsInterface, OvsState } from "../../host/state.ts";

const TUNNELS: Readonly<Record<string, string>> = {
  vxlan: "vxlan_sys_4789",
  gre: "gre_sys",
  geneve: "genev_sys_6081",
};

const byNumber = (a: OvsInterface, b: OvsInterface) => (a.ofport ?? 0) - (b.ofport ?? 0);

function interfacesOf(bridge: OvsBridge): OvsInterface[] {
  const all = bridge.ports.flatMap((port) => port.interfaces).filter((one) => (one.ofport ?? -1) > 0);
  return all.sort((a, b) => Number(b.name === bridge.name) - Number(a.name === bridge.name) || byNumber(a, b));
}

interface Datapath {
  readonly type: string;
  /** `system@ovs-system`. */
  readonly name: string;
  readonly bridges: readonly OvsBridge[];
  /** Names in the order of their numbers, from 1 on: tunnels of one kind share one. Patch ports have none. */
  readonly ports: ReadonlyMap<string, string>;
}

function datapaths({ bridges }: OvsState): Datapath[] {
  return [...Map.groupBy(bridges, (one) => one.datapathType || "system")].map(([type, own]) => {
    const ports = new Map<string, string>();
    for (const one of own.flatMap(interfacesOf)) if (one.type !== "patch") ports.set(portName(one), typeIn(type, one));
    return { type, name: `${type}@ovs-${type}`, bridges: own, ports };
  });
}

/** In userspace, a bridge's own devices are taps (lib/dpif-netdev.c dpif_netdev_port_open_type). */
const typeIn = (datapath: string, { type }: OvsInterface) =>
  datapath === "netdev" && type === "internal" ? "tap" : type || "system";

const portName = ({ name, type }: OvsInterface) => TUNNELS[type] ?? name;

export function dpifShow(ovs: OvsState): string[] {
  return datapaths(ovs).flatMap(({ type, name, bridges, ports }) => {
    const names = [...ports.keys()];
    return [
      `${name}: hit:0 missed:0`,
      ...bridges.flatMap((bridge) => [
        `  ${bridge.name}:`,
        ...interfacesOf(bridge).map((one) => {
          const number = one.type === "patch" ? "none" : names.indexOf(portName(one)) + 1;
          const options = Object.entries(one.options)
            .sort(([a], [b]) => (a < b ? -1 : 1))
            .map(([key, value]) => `${key}=${value}`);
          const about = options.length === 0 ? "" : `: ${options.join(", ")}`;
          return `    ${one.name} ${one.ofport}/${number}: (${typeIn(type, one)}${about})`;
        }),
      ]),
    ];
  });
}

export function dpctlShow(ovs: OvsState): string[] {
  return datapaths(ovs).flatMap(({ type, name, ports }) => [
    `${name}:`,
    "  lookups: hit:0 missed:0 lost:0",
    "  flows: 0",
    `  port 0: ${name.split("@")[1]} (${type === "netdev" ? "tap" : "internal"})`,
    ...[...ports].map(([port, kind], i) => `  port ${i + 1}: ${port} (${kind})`),
  ]);
}
