/** The short texts of the topology picture. */
import type { TopologyInstance, TopologyNetwork, TopologyRouter } from "../api/http.ts";

/** `.1` where the prefix covers the first three octets, the whole address elsewhere. */
export function shortAddress(address: string, cidr: string | undefined): string {
  const prefix = Number(cidr?.split("/")[1]);
  return address.includes(".") && prefix >= 24 ? `.${address.split(".")[3]}` : address;
}

/** `VXLAN 10 · DHCP .2`, `external · flat · extern`. */
export function networkNote(network: TopologyNetwork, routed: boolean): string {
  const parts: string[] = [];
  if (network.external) parts.push("external");
  if (network.shared) parts.push("shared");
  if (network.type) {
    const type = network.external ? network.type : network.type.toUpperCase();
    parts.push(network.segmentationId === undefined ? type : `${type} ${network.segmentationId}`);
  }
  if (network.physicalNetwork) parts.push(network.physicalNetwork);
  const dhcp = network.subnets.flatMap((subnet) =>
    subnet.dhcpAddresses.map((address) => shortAddress(address, subnet.cidr)),
  );
  if (dhcp.length > 0) parts.push(`DHCP ${dhcp.slice(0, 2).join(" ")}`);
  if (!network.external && !routed) parts.push("no router");
  if (network.status.toUpperCase() !== "ACTIVE") parts.push(network.status.toLowerCase());
  return parts.join(" · ");
}

export function networkCidrs(network: TopologyNetwork): string {
  const [first, second, ...more] = network.subnets.map((subnet) => subnet.cidr);
  return [first, second, more.length > 0 ? `+${more.length}` : undefined].filter(Boolean).join("  ");
}

/** `172.24.4.150 · SNAT`. */
export function routerLine(router: TopologyRouter): string {
  const kind = router.distributed ? "DVR" : router.ha ? "HA" : undefined;
  if (!router.gateway) return ["no gateway", kind].filter(Boolean).join(" · ");
  const [address] = router.gateway.addresses;
  return [address, router.gateway.snat ? "SNAT" : "no SNAT", kind].filter(Boolean).join(" · ");
}

/** One line for each port: its first address, and how many more it has. */
export function instanceLines(instance: TopologyInstance): { text: string; networkId: string | undefined }[] {
  if (instance.ports.length === 0) return [{ text: "no port", networkId: undefined }];
  return instance.ports.map(({ addresses, networkId, vlan }) => {
    const [first = "no address"] = addresses;
    const text = addresses.length > 1 ? `${first} +${addresses.length - 1}` : first;
    return { text: vlan === undefined ? text : `${text} · VLAN ${vlan}`, networkId };
  });
}

export function countsOf(states: readonly [status: string, count: number][]): string {
  return states.map(([status, count]) => `${count} ${status === "ACTIVE" ? "up" : status.toLowerCase()}`).join(" · ");
}
