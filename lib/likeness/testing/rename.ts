/**
 * A recording in the words of another cloud of the same objects: ids, MACs and addresses of each object are those of the
 * object that bears the same name there, also where they are cut off in the names of devices and chains.
 */
import type { CloudApi, NeutronPort } from "../../api/neutron.ts";
import type { CollectedCloud } from "../../collect/cloud.ts";
import type { HostState } from "../../host/state.ts";
import { dvrMacs } from "../../intent/dvr-macs.ts";

/** Objects by a name that both clouds have, unique within its kind. */
function namesOf(api: CloudApi): Map<string, { id: string; texts: readonly string[] }> {
  const networks = new Map(api.networks.map((one) => [one.id, one.name]));
  const subnets = new Map(api.subnets.map((one) => [one.id, one.name]));
  const projects = new Map(api.projects.map((one) => [one.id, one.name]));
  const routers = new Map(api.routers.map((one) => [one.id, one.name]));
  const portName = (port: NeutronPort) =>
    [
      port.device_owner,
      port.name,
      networks.get(port.network_id),
      routers.get(port.device_id),
      // A distributed interface is bound to no host, and a floating IP's port neither.
      port["binding:host_id"],
      // A router may have several interfaces on a network.
      ...port.fixed_ips.map(({ subnet_id }) => subnets.get(subnet_id)).sort(),
    ].join(" ");
  const all: [string, string, ...string[]][] = [
    ...api.networks.map((one): [string, string] => [`network ${one.name}`, one.id]),
    ...api.subnets.map((one): [string, string] => [`subnet ${one.name}`, one.id]),
    ...api.routers.map((one): [string, string] => [`router ${one.name}`, one.id]),
    ...api.servers.map((one): [string, string] => [`server ${one.name}`, one.id]),
    ...api.projects.map((one): [string, string] => [`project ${one.name}`, one.id]),
    ...api.securityGroups.map((one): [string, string] => [`group ${projects.get(one.project_id)} ${one.name}`, one.id]),
    ...api.agents.map((one): [string, string] => [`agent ${one.agent_type} ${one.host}`, one.id]),
    ...api.floatingIps.map((one): [string, string] => [`floating IP ${one.floating_ip_address}`, one.id]),
    ...api.ports.map((one): [string, string, ...string[]] => [
      `port ${portName(one)}`,
      one.id,
      one.mac_address,
      ...one.fixed_ips.map((ip) => ip.ip_address),
    ]),
  ];
  return new Map(all.map(([name, id, ...texts]) => [name, { id, texts }]));
}

export interface Renaming {
  /** Objects of one cloud that the other lacks, by their names. */
  readonly unmatched: readonly string[];
  text(recorded: string): string;
  /** Every string in it, and every key. */
  data<T>(recorded: T): T;
}

const MAC_LENGTH = "fa:16:3e:00:00:00".length;

/** The shortest beginning of an id that Neutron names something by: chains of iptables. */
const SHORTEST = 10;

export function renaming(from: CollectedCloud, to: CollectedCloud): Renaming {
  const [old, now] = [namesOf(from.api), namesOf(to.api)];
  const words = new Map<string, string>();
  const dvr = new Map(dvrMacs(to.world.hosts).map((one) => [one.host, one.mac]));
  for (const { host, mac } of dvrMacs(from.world.hosts)) addMac(words, mac, dvr.get(host) ?? mac);
  for (const [name, { id, texts }] of old) {
    const other = now.get(name);
    if (!other) continue;
    addId(words, id, other.id);
    texts.forEach((text, i) => {
      const value = other.texts[i] ?? text;
      if (text.length === MAC_LENGTH && text.includes(":")) addMac(words, text, value);
      else addAddress(words, text, value);
    });
  }
  addDevices(words, from, to);
  const text = replacer(words);
  return {
    unmatched: [
      ...[...old.keys()].filter((name) => !now.has(name)),
      ...[...now.keys()].filter((name) => !old.has(name)),
    ].sort(),
    text,
    data: (recorded) => JSON.parse(text(JSON.stringify(recorded))),
  };
}

/** All at once, the longest word that fits first. */
function replacer(words: ReadonlyMap<string, string>): (text: string) => string {
  const whole = (word: string) => {
    const escaped = word.replaceAll(".", "\\.");
    if (isIpv6(word)) return `(?<![\\da-f:])${escaped}(?![\\da-f:])`;
    return /^\d+\./.test(word) ? `(?<![\\d.])${escaped}(?!\\.?\\d)` : escaped;
  };
  const longestFirst = [...words.keys()].sort((a, b) => b.length - a.length);
  const pattern = new RegExp(longestFirst.map(whole).join("|"), "g");
  return (text) => text.replaceAll(pattern, (word) => words.get(word) ?? word);
}

/** MACs that the kernel and the makers of network cards chose, device by device. */
function addDevices(words: Map<string, string>, from: CollectedCloud, to: CollectedCloud): void {
  const named = replacer(words);
  for (const { host, links } of from.world.hosts.flatMap(placesOf)) {
    for (const { place, mac } of links) {
      const other = to.world.hosts
        .flatMap(placesOf)
        .find((one) => one.host === host)
        ?.links.find((one) => one.place === named(place));
      if (other && !words.has(mac)) addMac(words, mac, other.mac);
    }
  }
}

function placesOf({ name: host, namespaces }: HostState) {
  const links = namespaces.flatMap((ns) =>
    // A bridge has the MAC of one of its members.
    ns.links
      .filter((one) => one.kind !== "loopback" && one.kind !== "bridge")
      .map(({ name, mac }) => ({ place: `${ns.name} ${name}`, mac })),
  );
  return { host, links };
}

function addId(words: Map<string, string>, id: string, other: string): void {
  for (let length = SHORTEST; length <= id.length; length++) words.set(id.slice(0, length), other.slice(0, length));
}

/** Also as a register holds it, as a tap device of the host's side has it, and in the addresses that are made of it. */
function addMac(words: Map<string, string>, mac: string, other: string): void {
  words.set(mac, other);
  words.set(mac.replaceAll(":", ""), other.replaceAll(":", ""));
  words.set(linkLocal(mac), linkLocal(other));
  if (mac.startsWith("fa:")) addMac(words, mac.replace("fa", "fe"), other.replace("fa", "fe"));
}

/** Also as a number, and as dnsmasq names the host. */
function addAddress(words: Map<string, string>, address: string, other: string): void {
  words.set(address, other);
  words.set(`host-${address.replaceAll(/[.:]/g, "-")}`, `host-${other.replaceAll(/[.:]/g, "-")}`);
  if (!isIpv6(address)) words.set(hex(address), hex(other));
}

function isIpv6(word: string): boolean {
  return word.includes(":") && word.length !== MAC_LENGTH;
}

function hex(address: string): string {
  const number = address.split(".").reduce((sum, octet) => sum * 256 + Number(octet), 0);
  return `0x${number.toString(16)}`;
}

/** The address that the kernel makes of a MAC. */
function linkLocal(mac: string): string {
  const [a = "", b, c, d, e, f] = mac.split(":");
  const first = (Number.parseInt(a, 16) ^ 2).toString(16).padStart(2, "0");
  const groups = [`${first}${b}`, `${c}ff`, `fe${d}`, `${e}${f}`].map((one) => one.replace(/^0+(?=.)/, ""));
  return `fe80::${groups.join(":")}`;
}
