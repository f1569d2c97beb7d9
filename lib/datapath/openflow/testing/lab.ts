/** Three bridges as Neutron lays them out, with every kind of port: as ovs-vsctl arguments, and as the state that a host would have. */
import type { OvsBridge, OvsInterface, OvsPort, OvsState } from "../../../host/state.ts";

interface LabPort {
  name: string;
  number: number;
  type?: string;
  tag?: number;
  trunks?: number[];
  mode?: NonNullable<OvsPort["vlanMode"]>;
  protected?: boolean;
  noFlood?: boolean;
  options?: Record<string, string>;
}

const tunnel = (name: string, number: number, type: string, remote: string, key: string): LabPort => ({
  name,
  number,
  type,
  options: { remote_ip: remote, local_ip: "10.1.0.1", key },
});

export const LAB: Readonly<Record<string, readonly LabPort[]>> = {
  int: [
    { name: "i1", number: 1 },
    { name: "i2", number: 2, tag: 10 },
    { name: "i3", number: 3, tag: 20 },
    { name: "i4", number: 4, trunks: [10, 20] },
    { name: "i5", number: 5, tag: 10, trunks: [10, 20, 30], mode: "native-tagged" },
    { name: "i6", number: 6, tag: 20, mode: "native-untagged" },
    { name: "i7", number: 7, tag: 30, mode: "dot1q-tunnel" },
    { name: "i8", number: 8, tag: 4095 },
    { name: "i9", number: 9, tag: 10, protected: true },
    { name: "i10", number: 10, tag: 10, protected: true },
    { name: "int-tun", number: 11, type: "patch", options: { peer: "tun-int" } },
    { name: "int-phy", number: 12, type: "patch", options: { peer: "phy-int" } },
    { name: "int-lost", number: 13, type: "patch", options: { peer: "nobody" } },
  ],
  tun: [
    { name: "tun-int", number: 1, type: "patch", options: { peer: "int-tun" } },
    tunnel("vx2", 2, "vxlan", "10.1.0.2", "flow"),
    tunnel("vx3", 3, "vxlan", "10.1.0.3", "7"),
    // Without a tun_dst, Open vSwitch sends to wherever the frame before it went: such a port must be named.
    { ...tunnel("vx4", 4, "vxlan", "flow", "flow"), noFlood: true },
    tunnel("gre5", 5, "gre", "10.1.0.5", "flow"),
    tunnel("gnv6", 6, "geneve", "10.1.0.6", "flow"),
    { name: "t7", number: 7 },
  ],
  phy: [
    { name: "phy-int", number: 1, type: "patch", options: { peer: "int-phy" } },
    { name: "f2", number: 2 },
    { name: "f4", number: 4, tag: 10, noFlood: true },
    { name: "f3", number: 3, tag: 10 },
  ],
};

/** One transaction for each port, so that ports come in the order of their numbers. */
export function labCommands(): string[][] {
  const out: string[][] = [];
  for (const [bridge, ports] of Object.entries(LAB)) {
    out.push(["add-br", bridge, "--", "set", "bridge", bridge, "datapath_type=dummy", "fail-mode=secure"]);
    for (const p of ports) {
      const args = [
        "add-port",
        bridge,
        p.name,
        "--",
        "set",
        "interface",
        p.name,
        `type=${p.type ?? "dummy"}`,
        `ofport_request=${p.number}`,
      ];
      for (const [k, v] of Object.entries(p.options ?? {})) args.push(`options:${k}=${v}`);
      const port: string[] = [];
      if (p.tag !== undefined) port.push(`tag=${p.tag}`);
      if (p.trunks) port.push(`trunks=${p.trunks.join(",")}`);
      if (p.mode) port.push(`vlan_mode=${p.mode}`);
      if (p.protected) port.push("protected=true");
      if (port.length > 0) args.push("--", "set", "port", p.name, ...port);
      out.push(args);
    }
  }
  return out;
}

/** Bridge and port of each that has NO_FLOOD. */
export function labNoFlood(): [string, string][] {
  return Object.entries(LAB).flatMap(([bridge, ports]) =>
    ports.filter((p) => p.noFlood).map((p): [string, string] => [bridge, p.name]),
  );
}

function iface(
  name: string,
  type: string,
  ofport: number,
  options: Record<string, string> = {},
  config: string[] = [],
): OvsInterface {
  return { name, type, ofport, options, externalIds: {}, config, state: [] };
}

/** The same as HostState, without flows. */
export function labState(): OvsState {
  const bridges = Object.entries(LAB).map(([name, ports]): OvsBridge => {
    const local: OvsPort = {
      name,
      trunks: [],
      otherConfig: {},
      externalIds: {},
      interfaces: [iface(name, "internal", 65534)],
    };
    const made = ports.map(
      (p): OvsPort => ({
        name: p.name,
        trunks: p.trunks ?? [],
        otherConfig: {},
        externalIds: {},
        interfaces: [iface(p.name, p.type ?? "", p.number, p.options, p.noFlood ? ["NO_FLOOD"] : [])],
        ...(p.tag !== undefined && { tag: p.tag }),
        ...(p.mode && { vlanMode: p.mode }),
        ...(p.protected && { protected: true }),
      }),
    );
    return {
      name,
      datapathType: "dummy",
      failMode: "secure",
      protocols: [],
      controllers: [],
      otherConfig: {},
      externalIds: {},
      ports: [local, ...made],
      flows: [],
      groups: [],
      fdb: [],
      flowsKnown: true,
    };
  });
  return { otherConfig: {}, externalIds: {}, bridges, routes: [], tunnelNeighbours: [] };
}
