/** `ip -j -d link`, `ip -j -s link` (iproute2 ip/ipaddress.c, ip/iplink_*.c). */
import type { Link, LinkKind } from "../../host/state.ts";
import type { Note } from "../gaps.ts";
import { Fields } from "./fields.ts";
import { jsonObjects } from "./json.ts";

const KINDS: Record<string, LinkKind> = {
  veth: "veth",
  bridge: "bridge",
  vlan: "vlan",
  vxlan: "vxlan",
  gre: "gre",
  gretap: "gretap",
  ip6gre: "gre",
  ip6gretap: "gretap",
  geneve: "geneve",
  macvlan: "macvlan",
  macvtap: "macvtap",
  ipvlan: "ipvlan",
  dummy: "dummy",
  bond: "bond",
  ifb: "ifb",
  vrf: "vrf",
  openvswitch: "openvswitch",
};

export function parseLinks(text: string, note: Note): Link[] {
  const out: Link[] = [];
  const seen = new Set<string>();
  for (const object of jsonObjects(text, note)) {
    const link = parseLink(new Fields(object, "link", note));
    if (!link) continue;
    if (seen.has(link.name))
      note(`link ${link.name} is listed twice; the first one counts`, undefined, JSON.stringify(object));
    else {
      seen.add(link.name);
      out.push(link);
    }
  }
  return out;
}

function parseLink(f: Fields): Link | undefined {
  const name = f.needText("ifname");
  const ifindex = f.needNumber("ifindex");
  const mtu = f.needNumber("mtu");
  if (f.object.flags === undefined) f.note(`link without "flags"`);
  const flags = new Set(f.texts("flags"));
  if (!f.ok) return undefined;
  const info = f.nested("linkinfo");
  const { kind, rawKind } = kindOf(f, info);
  const link: Link = {
    name,
    ifindex,
    kind,
    mac: f.text("address") ?? "",
    mtu,
    up: flags.has("UP"),
    carrier: flags.has("LOWER_UP"),
    operstate: f.text("operstate") ?? "UNKNOWN",
    promisc: flags.has("PROMISC") || (f.number("promiscuity") ?? 0) > 0,
    altnames: f.texts("altnames"),
  };
  if (rawKind !== undefined) link.rawKind = rawKind;
  const master = f.text("master");
  if (master !== undefined) link.master = master;
  const linkName = f.text("link");
  if (linkName !== undefined) link.linkName = linkName;
  const linkIndex = f.number("link_index");
  if (linkIndex !== undefined && linkIndex > 0) link.linkIndex = linkIndex;
  const netnsid = f.object.link_netnsid;
  if (typeof netnsid === "number" && netnsid >= 0) link.linkNetnsId = netnsid;
  const data = info?.nested("info_data");
  if (data) applyInfo(link, data);
  if (info?.text("info_slave_kind") === "bridge") {
    const slave = info.nested("info_slave_data");
    if (slave) link.bridgePort = bridgePort(slave);
  }
  return link;
}

function kindOf(f: Fields, info: Fields | undefined): { kind: LinkKind; rawKind?: string } {
  const raw = info?.text("info_kind");
  if (raw === undefined) {
    const type = f.text("link_type");
    if (type === "loopback") return { kind: "loopback" };
    if (type === "ether" || type === "infiniband") return { kind: "physical" };
    return type === undefined ? { kind: "other" } : { kind: "other", rawKind: type };
  }
  if (raw === "tun") return { kind: info?.nested("info_data")?.text("type") === "tun" ? "tun" : "tap" };
  const kind = KINDS[raw];
  return kind ? { kind } : { kind: "other", rawKind: raw };
}

/** State and flags of a bridge's port, as `ip -d link` (info_slave_data) and `bridge -d link` print them alike. */
export function bridgePort(f: Fields): NonNullable<Link["bridgePort"]> {
  return {
    state: f.text("state") ?? "unknown",
    hairpin: f.flag("hairpin") ?? false,
    isolated: f.flag("isolated") ?? false,
    learning: f.flag("learning") ?? true,
    flood: f.flag("flood") ?? true,
  };
}

function applyInfo(link: Link, f: Fields): void {
  switch (link.kind) {
    case "vlan": {
      const id = f.number("id");
      if (id === undefined) f.note(`VLAN device ${link.name} without its id`);
      else link.vlan = { id, protocol: f.text("protocol") ?? "802.1Q" };
      return;
    }
    case "bridge": {
      const bridge: NonNullable<Link["bridge"]> = {
        // Centiseconds, as the kernel keeps it (br_netlink.c IFLA_BR_AGEING_TIME).
        ageingTime: f.number("ageing_time") ?? 30_000,
        stp: (f.number("stp_state") ?? 0) !== 0,
        vlanFiltering: (f.number("vlan_filtering") ?? 0) !== 0,
      };
      const nf = f.number("nf_call_iptables");
      if (nf !== undefined) bridge.nfCallIptables = nf !== 0;
      link.bridge = bridge;
      return;
    }
    case "vxlan":
    case "gre":
    case "gretap":
    case "geneve":
      link.tunnel = tunnel(f);
      return;
    case "macvlan":
    case "macvtap":
    case "ipvlan": {
      const mode = f.text("mode");
      if (mode !== undefined) link.macvlanMode = mode;
      return;
    }
    default:
  }
}

function tunnel(f: Fields): NonNullable<Link["tunnel"]> {
  const out: NonNullable<Link["tunnel"]> = {};
  const key = f.number("id") ?? greKey(f.word("ikey") ?? f.word("okey"));
  if (key !== undefined) out.key = key;
  const local = f.text("local") ?? f.text("local6");
  if (local !== undefined && local !== "any") out.local = local;
  const remote = f.text("remote") ?? f.text("remote6");
  if (remote !== undefined && remote !== "any") out.remote = remote;
  const group = f.text("group") ?? f.text("group6");
  if (group !== undefined) out.group = group;
  const dev = f.text("link");
  if (dev !== undefined) out.dev = dev;
  const port = f.number("port");
  if (port !== undefined) out.port = port;
  if (f.object.learning !== undefined) out.learning = f.flag("learning") ?? true;
  if (f.object.external !== undefined) out.external = f.flag("external") ?? true;
  const ttl = f.object.ttl;
  if (typeof ttl === "number" && ttl > 0) out.ttl = ttl;
  return out;
}

/** GRE keys are printed as dotted quads. */
function greKey(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const quad = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(text);
  if (quad) return quad.slice(1).reduce((n, part) => n * 256 + Number(part), 0);
  return /^\d{1,10}$/.test(text) ? Number(text) : undefined;
}

/** Counters by link name. */
export function parseLinkStats(text: string, note: Note): Map<string, NonNullable<Link["stats"]>> {
  const out = new Map<string, NonNullable<Link["stats"]>>();
  for (const object of jsonObjects(text, note)) {
    const f = new Fields(object, "link", note);
    const name = f.needText("ifname");
    const stats = f.nested("stats64") ?? f.nested("stats");
    if (!f.ok) continue;
    if (!stats) {
      f.note("link without counters");
      continue;
    }
    const rx = stats.nested("rx");
    const tx = stats.nested("tx");
    out.set(name, {
      rxPackets: rx?.number("packets") ?? 0,
      txPackets: tx?.number("packets") ?? 0,
      rxBytes: rx?.number("bytes") ?? 0,
      txBytes: tx?.number("bytes") ?? 0,
      rxDropped: rx?.number("dropped") ?? 0,
      txDropped: tx?.number("dropped") ?? 0,
      rxErrors: rx?.number("errors") ?? 0,
      txErrors: tx?.number("errors") ?? 0,
    });
  }
  return out;
}
