/** Host graphs of any size, in the shape of real ones: for layout tests and for figures. */
import type { DeviceNode, HostGraph } from "../../api/http.ts";

export interface Shape {
  guests: number;
  networks: number;
  routers: number;
  dhcp: number;
  tunnels: number;
  providers: number;
  /** Guests plugged straight into br-int, as with the native firewall. */
  direct?: boolean;
  linuxBridge?: boolean;
}

type Edge = HostGraph["edges"][number];

const hex = (n: number, length: number) => n.toString(16).padStart(length, "0");

export function graphOf(shape: Shape, name = "compute1"): HostGraph {
  const nodes: DeviceNode[] = [];
  const edges: Edge[] = [];
  const namespaces: { name: string; title?: string }[] = [];
  const add = (node: Omit<DeviceNode, "id" | "up" | "marks"> & Partial<DeviceNode>) => {
    const made: DeviceNode = { id: `${node.netns}/${node.name}`, up: true, marks: [], ...node };
    nodes.push(made);
    if (made.bridge) edges.push({ id: `member:${made.id}`, from: made.id, to: made.bridge, kind: "member" });
    return made.id;
  };
  const link = (kind: Edge["kind"], from: string, to: string) =>
    edges.push({ id: `${kind}:${from}--${to}`, from, to, kind });
  const net = (i: number) => {
    const n = i % Math.max(1, shape.networks);
    return { networkId: `net-${n}`, networkName: `net${n}`, tag: n + 1 };
  };
  const int = shape.linuxBridge ? undefined : add({ netns: "root", name: "br-int", kind: "ovs-bridge" });
  for (let i = 0; i < shape.guests; i++) guest(i);
  if (int) uplinks(int);
  for (let i = 0; i < shape.dhcp; i++) {
    const ns = `qdhcp-${hex(i, 8)}`;
    namespaces.push({ name: ns, title: `net${i}` });
    add({
      netns: ns,
      name: `tap${hex(i, 8)}-dd`,
      kind: "dhcp-port",
      ...(int ? { bridge: int } : {}),
      ...net(i),
      portId: `dhcp-${i}`,
    });
  }
  for (let i = 0; i < shape.routers; i++) router(i);
  add({ netns: "root", name: "eth0", kind: "nic", detail: "192.0.2.1/24" });
  return {
    host: { name, roles: [], agents: [], links: 0, namespaces: 0, bridges: 0, flows: 0, guests: shape.guests, gaps: 0 },
    nodes,
    edges,
    gaps: [],
    networks: Array.from({ length: shape.networks }, (_, i) => ({ id: `net-${i}`, name: `net${i}` })),
    namespaces,
  };

  function guest(i: number): void {
    const id = `${hex(i * 7919, 8)}-${hex(i % 256, 2)}`;
    const { tag, ...network } = net(i);
    const own = { ...network, portId: id, label: `vm-${i}` };
    const vm = add({
      netns: `guest:vm-${i}`,
      name: "eth0",
      kind: "guest",
      ...own,
      detail: `10.0.${i >> 8}.${i % 256}`,
    });
    if (shape.linuxBridge) {
      const brq = `brq${network.networkId}`;
      if (!nodes.some((n) => n.name === brq)) {
        add({ netns: "root", name: brq, kind: "linuxbridge", ...network });
        const sub = add({ netns: "root", name: `eth1.${tag}`, kind: "vlan", bridge: `root/${brq}`, ...network });
        if (!nodes.some((n) => n.name === "eth1")) add({ netns: "root", name: "eth1", kind: "nic" });
        link("parent", sub, "root/eth1");
      }
      link("guest", vm, add({ netns: "root", name: `tap${id}`, kind: "tap", bridge: `root/${brq}`, ...own }));
      return;
    }
    if (shape.direct) {
      link("guest", vm, add({ netns: "root", name: `tap${id}`, kind: "tap", bridge: "root/br-int", tag, ...own }));
      return;
    }
    const qbr = add({ netns: "root", name: `qbr${id}`, kind: "qbr", ...own });
    link("guest", vm, add({ netns: "root", name: `tap${id}`, kind: "tap", bridge: qbr, ...own }));
    const qvb = add({ netns: "root", name: `qvb${id}`, kind: "qvb", bridge: qbr, ...own });
    link("veth", qvb, add({ netns: "root", name: `qvo${id}`, kind: "qvo", bridge: "root/br-int", tag, ...own }));
  }

  function patch(int: string, bridge: string, near: string, far: string): void {
    const a = add({ netns: "root", name: near, kind: "patch", bridge: int });
    link("patch", a, add({ netns: "root", name: far, kind: "patch", bridge }));
  }

  function uplinks(int: string): void {
    if (shape.tunnels > 0) {
      const tun = add({ netns: "root", name: "br-tun", kind: "ovs-bridge" });
      patch(int, tun, "patch-tun", "patch-int");
      const nic = add({ netns: "root", name: "eth1", kind: "nic", detail: "10.0.0.1/24" });
      for (let i = 0; i < shape.tunnels; i++) {
        link("tunnel", add({ netns: "root", name: `vxlan-${hex(i, 8)}`, kind: "tunnel", bridge: tun }), nic);
      }
    }
    for (let i = 0; i < shape.providers; i++) {
      const bridge = add({ netns: "root", name: `br-prov${i}`, kind: "ovs-bridge" });
      patch(int, bridge, `int-br-prov${i}`, `phy-br-prov${i}`);
      add({ netns: "root", name: `ens${i}`, kind: "nic", bridge });
    }
  }

  function router(i: number): void {
    const ns = `qrouter-${hex(i, 8)}`;
    namespaces.push({ name: ns, title: `router${i}` });
    for (let k = 0; k < 3; k++) {
      const bridge = int ? { bridge: int } : {};
      add({
        netns: ns,
        name: `qr-${hex(i, 6)}${k}`,
        kind: "router-port",
        ...bridge,
        ...net(i + k),
        portId: `qr-${i}-${k}`,
      });
    }
    const fip = `fip-${hex(i, 8)}`;
    namespaces.push({ name: fip });
    const rfp = add({ netns: ns, name: `rfp-${hex(i, 8)}`, kind: "router-port" });
    link("veth", rfp, add({ netns: fip, name: `fpr-${hex(i, 8)}`, kind: "router-port" }));
  }
}
