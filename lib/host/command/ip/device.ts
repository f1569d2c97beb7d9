/** `ip link add … type KIND …`: what each kind is told (iproute2 ip/iplink_*.c). */
import { CommandError } from "../command.ts";
import type { BridgeOptions, BridgePortOptions, DeviceSpec, TunnelSpec } from "./command.ts";
import { type Cursor, deviceName, garbage, wrong } from "./cursor.ts";

export function parseDevice(kind: string, words: Cursor): DeviceSpec {
  switch (kind) {
    case "dummy":
      if (!words.done) throw garbage(words.next());
      return { kind };
    case "bridge":
      return { kind, ...parseBridge(words) };
    case "veth":
      return parseVeth(words);
    case "vlan":
      return parseVlan(words);
    case "macvlan":
      return words.take("mode") ? { kind, mode: words.next() } : { kind };
    case "vxlan":
    case "gre":
    case "gretap":
    case "geneve":
      return parseTunnel(kind, words);
    default:
      throw new CommandError("Error: Unknown device type.", 2);
  }
}

function parseVeth(words: Cursor): DeviceSpec {
  const out: { kind: "veth"; peer?: string; peerAddress?: string; peerMtu?: number; peerNetns?: string } = {
    kind: "veth",
  };
  if (words.done) return out;
  if (!words.take("peer")) throw garbage(words.next());
  while (!words.done) {
    if (words.take("address")) out.peerAddress = words.mac();
    else if (words.take("mtu")) out.peerMtu = words.number("mtu");
    else if (words.take("netns")) out.peerNetns = words.next();
    else {
      words.take("name");
      out.peer = deviceName(words.next());
    }
  }
  return out;
}

function parseVlan(words: Cursor): DeviceSpec {
  let id: number | undefined;
  let protocol: string | undefined;
  while (!words.done) {
    if (words.take("id")) id = words.number("id", 4095);
    else if (words.take("protocol", "proto")) protocol = words.next();
    else throw garbage(words.next());
  }
  if (id === undefined) throw new CommandError("RTNETLINK answers: Invalid argument", 2);
  return { kind: "vlan", id, ...(protocol !== undefined && { protocol }) };
}

/** Of 24 bits. */
const VNIS = 1 << 24;

function parseTunnel(kind: TunnelSpec["kind"], words: Cursor): TunnelSpec {
  const out: { -readonly [K in keyof TunnelSpec]: TunnelSpec[K] } = { kind };
  while (!words.done) {
    const word = words.next();
    switch (word) {
      case "id":
      case "vni":
      case "key":
        if (kind === "vxlan" && Number(words.peek()) >= VNIS) throw wrong(words.next(), "invalid id");
        out.key = words.number(word);
        break;
      case "local":
        out.local = words.ip();
        break;
      case "remote":
        out.remote = words.ip();
        break;
      case "group":
        out.group = words.ip();
        break;
      case "dev":
        out.dev = words.next();
        break;
      case "dstport":
        out.dstport = words.number("dst port", 65535);
        break;
      case "ttl":
        if (!words.take("auto", "inherit")) out.ttl = words.number("TTL", 255);
        break;
      case "learning":
      case "nolearning":
        out.learning = word === "learning";
        break;
      case "external":
        out.external = true;
        break;
      case "proxy":
        out.proxy = true;
        break;
      default:
        throw new CommandError(`${kind}: unknown command "${word}"?`, 255);
    }
  }
  if (kind === "vxlan" && out.key === undefined && !out.external)
    throw new CommandError("vxlan: missing virtual network identifier", 255);
  return out;
}

export function parseBridge(words: Cursor): BridgeOptions {
  const out: { -readonly [K in keyof BridgeOptions]: BridgeOptions[K] } = {};
  while (!words.done) {
    const word = words.next();
    if (word === "ageing_time") out.ageingTime = words.number("ageing_time");
    else if (word === "forward_delay") out.forwardDelay = words.number("forward_delay");
    else if (word === "stp_state") out.stp = words.number("stp_state", 1) === 1;
    else if (word === "vlan_filtering") out.vlanFiltering = words.number("vlan_filtering", 1) === 1;
    else if (word === "nf_call_iptables") out.nfCallIptables = words.number("nf_call_iptables", 1) === 1;
    else if (word === "mcast_snooping") out.mcastSnooping = words.number("mcast_snooping", 1) === 1;
    else throw new CommandError(`bridge: unknown command "${word}"?`, 255);
  }
  return out;
}

const PORT_FLAGS = ["hairpin", "isolated", "learning", "flood"] as const;

export function parseBridgePort(words: Cursor): BridgePortOptions {
  const out: { -readonly [K in keyof BridgePortOptions]: BridgePortOptions[K] } = {};
  while (!words.done) {
    const word = words.next();
    const flag = PORT_FLAGS.find((name) => name === word);
    if (!flag) throw new CommandError(`bridge_slave: unknown option "${word}"?`, 255);
    const value = words.next();
    if (value !== "on" && value !== "off") throw wrong(value, `"${word}" must be either "on" or "off"`);
    out[flag] = value === "on";
  }
  return out;
}

export function printDevice(device: DeviceSpec): string[] {
  switch (device.kind) {
    case "dummy":
      return ["dummy"];
    case "bridge":
      return ["bridge", ...printBridge(device)];
    case "veth": {
      const { peer, peerAddress, peerMtu, peerNetns } = device;
      const words = [
        ...(peer === undefined ? [] : ["name", peer]),
        ...pair("address", peerAddress),
        ...pair("mtu", peerMtu),
        ...pair("netns", peerNetns),
      ];
      return words.length === 0 ? ["veth"] : ["veth", "peer", ...words];
    }
    case "vlan":
      return ["vlan", ...pair("protocol", device.protocol), "id", String(device.id)];
    case "macvlan":
      return ["macvlan", ...pair("mode", device.mode)];
    case "vxlan":
    case "gre":
    case "gretap":
    case "geneve":
      return printTunnel(device);
  }
}

function printTunnel(t: TunnelSpec): string[] {
  return [
    t.kind,
    ...pair(t.kind === "vxlan" || t.kind === "geneve" ? "id" : "key", t.key),
    ...pair("local", t.local),
    ...pair("remote", t.remote),
    ...pair("group", t.group),
    ...pair("dev", t.dev),
    ...pair("dstport", t.dstport),
    ...pair("ttl", t.ttl),
    ...(t.learning === undefined ? [] : [t.learning ? "learning" : "nolearning"]),
    ...(t.external ? ["external"] : []),
    ...(t.proxy ? ["proxy"] : []),
  ];
}

export function printBridge(bridge: BridgeOptions): string[] {
  return [
    ...pair("forward_delay", bridge.forwardDelay),
    ...pair("stp_state", bit(bridge.stp)),
    ...pair("ageing_time", bridge.ageingTime),
    ...pair("vlan_filtering", bit(bridge.vlanFiltering)),
    ...pair("nf_call_iptables", bit(bridge.nfCallIptables)),
    ...pair("mcast_snooping", bit(bridge.mcastSnooping)),
  ];
}

export function printBridgePort(port: BridgePortOptions): string[] {
  return PORT_FLAGS.flatMap((flag) => pair(flag, port[flag] === undefined ? undefined : port[flag] ? "on" : "off"));
}

/** An option and its value; nothing where there is none. */
export function pair(option: string, value: string | number | undefined): string[] {
  return value === undefined ? [] : [option, String(value)];
}

function bit(flag: boolean | undefined): number | undefined {
  return flag === undefined ? undefined : Number(flag);
}
