/** Devices as `ip link`, `ip address` and `bridge link` print them (iproute2 ip/ipaddress.c, lib/ll_types.c). */
import type { Address, HostState, Link, Namespace } from "../../host/state.ts";

/** `NO-CARRIER,BROADCAST,MULTICAST,UP` */
export function flagsOf(host: HostState, link: Link): string {
  const flags = [
    ...(link.up && !link.carrier ? ["NO-CARRIER"] : []),
    ...kindFlags(link),
    ...(isPromiscuous(host, link) ? ["PROMISC"] : []),
    ...(link.up ? ["UP"] : []),
    ...(link.up && link.carrier ? ["LOWER_UP"] : []),
    ...(isBelowDown(host, link) ? ["M-DOWN"] : []),
  ];
  return flags.join(",");
}

/** The device that it is tied to is in the same namespace, and down (print_link_flags). */
function isBelowDown(host: HostState, link: Link): boolean {
  const below = tie(link);
  if (below === undefined || below !== link.linkName) return false;
  const ns = host.namespaces.find((one) => one.links.includes(link));
  return ns?.links.some((one) => one.name === below && !one.up) === true;
}

function kindFlags(link: Link): string[] {
  switch (link.kind) {
    case "loopback":
      return ["LOOPBACK"];
    case "tun":
      return ["POINTOPOINT", "MULTICAST", "NOARP"];
    case "gre":
      return link.tunnel?.remote === undefined ? ["NOARP"] : ["POINTOPOINT", "NOARP"];
    case "dummy":
      return ["BROADCAST", "NOARP"];
    default:
      return ["BROADCAST", "MULTICAST"];
  }
}

/** Ports of bridges, and of Open vSwitch's kernel datapath, are promiscuous without saying so; those of its other one say so. */
function isPromiscuous(host: HostState, link: Link): boolean {
  if (!link.promisc || link.bridgePort) return false;
  const plugged = host.ovs?.bridges.some(
    (b) =>
      b.datapathType !== "netdev" &&
      b.ports.some((p) => p.interfaces.some((i) => i.name === link.name && i.type !== "internal")),
  );
  return !plugged;
}

/** The name and what it is tied to: `qvo1@qvb1`, `tap1@if2`, `eth0.10@eth0`. */
export function nameOf(link: Link): string {
  const at = tie(link);
  return at === undefined ? link.name : `${link.name}@${at}`;
}

const TIED: ReadonlySet<Link["kind"]> = new Set(["veth", "vlan", "macvlan", "macvtap", "ipvlan"]);

function tie(link: Link): string | undefined {
  if (link.kind === "gre" || link.kind === "gretap") return "NONE";
  if (!TIED.has(link.kind)) return undefined;
  const far = link.linkNetns !== undefined || link.linkNetnsId !== undefined;
  if (!far && link.linkName !== undefined) return link.linkName;
  return link.linkIndex === undefined ? link.linkName : `if${link.linkIndex}`;
}

function qdiscOf(link: Link): string {
  if (!link.up && link.operstate === "DOWN" && !link.carrier) return "noop";
  if (link.kind === "tap" || link.kind === "tun") return "pfifo_fast";
  return link.kind === "physical" ? "mq" : "noqueue";
}

/** @param six asked for IPv6 addresses alone, the kernel says less of the device (net/ipv6/addrconf.c) */
export function linkHead(host: HostState, link: Link, mode: boolean, six = false): string {
  if (six)
    return `${link.ifindex}: ${nameOf(link)}: <${flagsOf(host, link)}> mtu ${link.mtu} state ${link.operstate} qlen 1000`;
  const words = [`${link.ifindex}: ${nameOf(link)}: <${flagsOf(host, link)}> mtu ${link.mtu} qdisc ${qdiscOf(link)}`];
  if (link.master !== undefined) words.push(`master ${link.master}`);
  words.push(`state ${link.operstate}`);
  if (mode) words.push("mode DEFAULT");
  words.push("group default qlen 1000");
  return words.join(" ");
}

/** The line of hardware addresses. */
export function linkLayer(link: Link): string {
  const peer = link.linkNetns !== undefined && link.linkNetns !== "root" ? ` link-netns ${link.linkNetns}` : "";
  const number = link.linkNetnsId ?? (link.linkNetns === "root" ? 0 : undefined);
  const place = peer !== "" ? peer : number === undefined ? "" : ` link-netnsid ${number}`;
  switch (link.kind) {
    case "loopback":
      return `    link/loopback 00:00:00:00:00:00 brd 00:00:00:00:00:00${place}`;
    case "tun":
      return `    link/none${place === "" ? " " : place}`;
    case "gre":
      return `    link/gre ${link.tunnel?.local ?? "0.0.0.0"} brd ${link.tunnel?.remote ?? "0.0.0.0"}${place}`;
    default:
      return `    link/ether ${link.mac} brd ff:ff:ff:ff:ff:ff${place}`;
  }
}

export function altnames(link: Link): string[] {
  return link.altnames.map((name) => `    altname ${name}`);
}

/** What `-d` adds: what a host's state holds of the kind. */
export function linkDetails(host: HostState, ns: Namespace, link: Link): string[] {
  const promiscuity = link.promisc || link.bridgePort ? 1 : 0;
  const kind = kindDetails(link);
  const port = portDetails(link);
  const head = ` promiscuity ${promiscuity}  allmulti ${link.bridgePort ? 1 : 0} minmtu ${link.kind === "loopback" ? 0 : 68} maxmtu ${maxMtu(host, ns, link)} `;
  return [head, ...(kind === undefined ? [] : [`    ${kind} `]), ...(port === undefined ? [] : [`    ${port} `])];
}

function maxMtu(_host: HostState, _ns: Namespace, link: Link): number {
  if (link.kind === "loopback") return 0;
  return link.kind === "tap" || link.kind === "tun" ? 65521 : 65535;
}

function kindDetails(link: Link): string | undefined {
  switch (link.kind) {
    case "veth":
    case "dummy":
      return link.kind;
    case "tap":
    case "tun":
      return `tun type ${link.kind} pi off vnet_hdr off persist on`;
    case "vlan":
      return `vlan protocol ${link.vlan?.protocol ?? "802.1Q"} id ${link.vlan?.id ?? 0} <REORDER_HDR>`;
    case "macvlan":
    case "macvtap":
      return `${link.kind} mode ${link.macvlanMode ?? "bridge"} bcqueuelen 1000 usedbcqueuelen 1000`;
    case "bridge": {
      const { ageingTime = 30_000, stp = false, vlanFiltering = false, nfCallIptables = false } = link.bridge ?? {};
      const id = `8000.${link.mac}`;
      return `bridge ageing_time ${ageingTime} stp_state ${Number(stp)} priority 32768 vlan_filtering ${Number(vlanFiltering)} bridge_id ${id} nf_call_iptables ${Number(nfCallIptables)}`;
    }
    case "vxlan":
      return vxlanDetails(link);
    case "gre":
    case "gretap": {
      const { remote = "any", local = "any", ttl, key } = link.tunnel ?? {};
      const keys = key === undefined ? "" : ` ikey ${dotted(key)} okey ${dotted(key)}`;
      return `${link.kind} remote ${remote} local ${local} ttl ${ttl ?? "inherit"}${keys}`;
    }
    default:
      return undefined;
  }
}

/** GRE keys print as addresses do. */
function dotted(key: number): string {
  return [24, 16, 8, 0].map((shift) => (key >>> shift) & 255).join(".");
}

function vxlanDetails({ tunnel = {} }: Link): string {
  const words = ["vxlan"];
  if (tunnel.external) words.push("external");
  if (tunnel.key !== undefined) words.push(`id ${tunnel.key}`);
  if (tunnel.group !== undefined) words.push(`group ${tunnel.group}`);
  if (tunnel.remote !== undefined) words.push(`remote ${tunnel.remote}`);
  if (tunnel.local !== undefined) words.push(`local ${tunnel.local}`);
  if (tunnel.dev !== undefined) words.push(`dev ${tunnel.dev}`);
  words.push(`srcport 0 0 dstport ${tunnel.port ?? 4789}`);
  if (tunnel.learning === false) words.push("nolearning");
  words.push(`ttl ${tunnel.ttl ?? "auto"}`, "ageing 300 udpcsum noudp6zerocsumtx noudp6zerocsumrx");
  return words.join(" ");
}

function portDetails({ bridgePort: port }: Link): string | undefined {
  if (!port) return undefined;
  const on = (value: boolean) => (value ? "on" : "off");
  return `bridge_slave state ${port.state} priority 32 cost 2 hairpin ${on(port.hairpin)} guard off root_block off fastleave off learning ${on(port.learning)} flood ${on(port.flood)} isolated ${on(port.isolated)}`;
}

const NO_ERRORS = `${" ".repeat(16)}${[6, 6, 7, 7, 7].map((width) => "0".padStart(width)).join(" ")} `;

/** @param errors one by one, too: none of them is simulated */
export function linkStats({ stats }: Link, errors: boolean): string[] {
  const s = stats ?? {
    rxBytes: 0,
    rxPackets: 0,
    rxErrors: 0,
    rxDropped: 0,
    txBytes: 0,
    txPackets: 0,
    txErrors: 0,
    txDropped: 0,
  };
  const row = (bytes: number, packets: number, errors: number, ...rest: number[]) =>
    `    ${[String(bytes).padStart(10), String(packets).padStart(7), String(errors).padStart(6), ...rest.map((n) => String(n).padStart(7))].join(" ")} `;
  return [
    "    RX:  bytes packets errors dropped  missed   mcast           ",
    row(s.rxBytes, s.rxPackets, s.rxErrors, s.rxDropped, 0, 0),
    ...(errors ? ["    RX errors:  length    crc   frame    fifo overrun", NO_ERRORS] : []),
    "    TX:  bytes packets errors dropped carrier collsns           ",
    row(s.txBytes, s.txPackets, s.txErrors, s.txDropped, 0, 0),
    ...(errors ? ["    TX errors: aborted   fifo  window heartbt transns", NO_ERRORS] : []),
  ];
}

/** Two lines for each address. */
export function addressLines(a: Address): string[] {
  const peer =
    a.peer === undefined
      ? `${a.address}/${a.prefix}`
      : `${a.address} peer ${a.peer}${a.peer.includes("/") ? "" : `/${a.prefix}`}`;
  const words = [a.family === 4 ? "inet" : "inet6", peer];
  if (a.broadcast !== undefined) words.push("brd", a.broadcast);
  words.push("scope", a.scope);
  if (a.secondary && a.family === 4) words.push("secondary");
  words.push(a.family === 4 ? a.dev : "");
  return [`    ${words.join(" ")}`, "       valid_lft forever preferred_lft forever"];
}
