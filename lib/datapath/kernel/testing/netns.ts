/** Real network namespaces for tests: made with unique names, always removed, read back as the engine's Namespace. */
import { execFileSync } from "node:child_process";
import type { Address, Link, LinkKind, Namespace, PolicyRule, Route } from "../../../host/state.ts";

export function run(command: string, args: readonly string[], input?: string): string {
  return execFileSync(command, args, { encoding: "utf8", input, stdio: ["pipe", "pipe", "pipe"], maxBuffer: 1 << 28 });
}

export function inNs(name: string, command: string, args: readonly string[], input?: string): string {
  return run("ip", ["netns", "exec", name, command, ...args], input);
}

/** Several `ip` commands at once, in a namespace. */
export function ipBatch(name: string, commands: readonly string[]): string {
  return run("ip", ["-n", name, "-batch", "-"], `${commands.join("\n")}\n`);
}

/** Namespaces that exist until `dispose`. */
export class Lab {
  readonly #names: string[] = [];
  readonly #tag = `ul${process.pid.toString(36)}${performance.now().toString(36).replace(".", "").slice(-5)}`;

  namespace(short: string): string {
    const name = `${this.#tag}${short}`;
    run("ip", ["netns", "add", name]);
    this.#names.push(name);
    run("ip", ["-n", name, "link", "set", "lo", "up"]);
    return name;
  }

  /** A veth pair with ends in two namespaces, both up, without IPv6. */
  veth(a: string, aDev: string, aMac: string, b: string, bDev: string, bMac: string): void {
    run("ip", [
      "link",
      "add",
      aDev,
      "netns",
      a,
      "address",
      aMac,
      "type",
      "veth",
      "peer",
      "name",
      bDev,
      "netns",
      b,
      "address",
      bMac,
    ]);
    for (const [ns, dev] of [
      [a, aDev],
      [b, bDev],
    ] as const) {
      sysctl(ns, `net.ipv6.conf.${dev}.disable_ipv6`, "1");
      run("ip", ["-n", ns, "link", "set", dev, "up"]);
    }
  }

  dispose(): void {
    for (const n of this.#names) run("ip", ["netns", "del", n]);
    this.#names.length = 0;
  }
}

export function sysctl(ns: string, name: string, value: string): void {
  inNs(ns, "sysctl", ["-qw", `${name}=${value}`]);
}

type Json = Record<string, unknown>;
function json(text: string): Json[] {
  return JSON.parse(text.trim() || "[]") as Json[];
}
const text = (v: unknown): string | undefined =>
  typeof v === "string" ? v : typeof v === "number" ? String(v) : undefined;

/** Links, addresses, routes and rules of a real namespace, and the sysctls asked for. */
export function readNamespace(name: string, sysctls: readonly string[] = []): Namespace {
  const ns: Namespace = {
    name,
    links: json(run("ip", ["-n", name, "-j", "-d", "link"])).map(readLink),
    addresses: json(run("ip", ["-n", name, "-j", "addr"])).flatMap(readAddresses),
    routes: ([4, 6] as const).flatMap((f) =>
      json(run("ip", [`-${f}`, "-n", name, "-j", "-d", "route", "show", "table", "all"])).map((r) => readRoute(r, f)),
    ),
    rules: ([4, 6] as const).flatMap((f) =>
      json(run("ip", [`-${f}`, "-n", name, "-j", "rule"])).map((r) => readRule(r, f)),
    ),
    neighbours: [],
    proxies: [],
    fdb: [],
    ipsets: [],
    conntrack: [],
    sysctls: {},
    listeners: [],
  };
  for (const s of sysctls) ns.sysctls[s] = inNs(name, "sysctl", ["-n", s]).trim();
  return ns;
}

function readLink(l: Json): Link {
  const flags = l.flags as string[];
  const info = l.linkinfo as Json | undefined;
  const kind = (l.link_type === "loopback" ? "loopback" : (text(info?.info_kind) ?? "physical")) as LinkKind;
  const link: Link = {
    name: text(l.ifname) ?? "",
    ifindex: Number(l.ifindex),
    kind,
    mac: text(l.address) ?? "",
    mtu: Number(l.mtu),
    up: flags.includes("UP"),
    carrier: flags.includes("LOWER_UP"),
    operstate: text(l.operstate) ?? "",
    promisc: flags.includes("PROMISC"),
    altnames: [],
  };
  if (l.master) link.master = text(l.master);
  const data = info?.info_data as Json | undefined;
  if (kind === "bridge" && data) {
    link.bridge = {
      ageingTime: Number(data.ageing_time),
      stp: Number(data.stp_state) > 0,
      vlanFiltering: Number(data.vlan_filtering) > 0,
      nfCallIptables: Number(data.nf_call_iptables) > 0,
    };
  }
  const port = info?.info_slave_data as Json | undefined;
  if (info?.info_slave_kind === "bridge" && port) {
    link.bridgePort = {
      state: text(port.state) ?? "",
      hairpin: port.hairpin === true,
      isolated: port.isolated === true,
      learning: port.learning === true,
      flood: port.flood === true,
    };
  }
  return link;
}

function readAddresses(l: Json): Address[] {
  return (l.addr_info as Json[]).map((a) => ({
    dev: text(l.ifname) ?? "",
    family: a.family === "inet" ? 4 : 6,
    address: text(a.local) ?? "",
    prefix: Number(a.prefixlen),
    scope: text(a.scope) ?? "global",
    secondary: a.secondary === true,
    ...(a.address !== undefined && { peer: text(a.address) }),
  }));
}

function readRoute(r: Json, family: 4 | 6): Route {
  const dst = text(r.dst) ?? "default";
  const width = family === 4 ? 32 : 128;
  const route: Route = {
    family,
    type: (text(r.type) ?? "unicast") as Route["type"],
    dst: dst === "default" ? (family === 4 ? "0.0.0.0/0" : "::/0") : dst.includes("/") ? dst : `${dst}/${width}`,
    table: text(r.table) ?? "main",
    metric: Number(r.metric ?? 0),
    flags: (r.flags as string[]) ?? [],
  };
  if (r.gateway) route.via = text(r.gateway);
  if (r.dev) route.dev = text(r.dev);
  if (r.prefsrc) route.prefSrc = text(r.prefsrc);
  if (r.scope) route.scope = text(r.scope);
  if (r.nexthops) {
    route.nexthops = (r.nexthops as Json[]).map((h) => ({
      via: text(h.gateway),
      dev: text(h.dev),
      weight: Number(h.weight),
      flags: (h.flags as string[]) ?? [],
    }));
  }
  return route;
}

function readRule(r: Json, family: 4 | 6): PolicyRule {
  const cidr = (key: string) => {
    const address = text(r[key]);
    return address === undefined || address === "all"
      ? undefined
      : `${address}/${r[`${key}len`] ?? (family === 4 ? 32 : 128)}`;
  };
  const action = r.nop === undefined ? text(r.action) : "nop";
  const rule: PolicyRule = {
    family,
    priority: Number(r.priority),
    action:
      r.goto !== undefined
        ? "goto"
        : action === "nop" || action === "unreachable" || action === "blackhole" || action === "prohibit"
          ? action
          : "lookup",
  };
  const [src, dst] = [cidr("src"), cidr("dst")];
  if (src) rule.src = src;
  if (dst) rule.dst = dst;
  if (r.iif) rule.iif = text(r.iif);
  if (r.oif) rule.oif = text(r.oif);
  if (r.fwmark) rule.fwmark = { value: Number(r.fwmark), mask: Number(r.fwmask ?? 0xffffffff) };
  if (r.not !== undefined) rule.not = true;
  if (r.ipproto) rule.ipProto = text(r.ipproto);
  if (r.sport !== undefined) rule.sport = { from: Number(r.sport), to: Number(r.sport) };
  if (r.sport_start !== undefined) rule.sport = { from: Number(r.sport_start), to: Number(r.sport_end) };
  if (r.dport !== undefined) rule.dport = { from: Number(r.dport), to: Number(r.dport) };
  if (r.dport_start !== undefined) rule.dport = { from: Number(r.dport_start), to: Number(r.dport_end) };
  if (r.table) rule.table = text(r.table);
  if (r.goto !== undefined) rule.goto = Number(r.goto);
  if (r.suppress_prefixlen !== undefined) rule.suppressPrefixLength = Number(r.suppress_prefixlen);
  return rule;
}
