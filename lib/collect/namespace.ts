/** One network namespace: `root/` or `netns/<name>/` of a host's directory. */

import type { FdbEntry, Link, Namespace, NamespacePart } from "../host/state.ts";
import type { IptablesRuleset } from "../net/iptables/ast.ts";
import { parseIptablesSave } from "../net/iptables/parse.ts";
import type { HostFiles, ReadOptions } from "./files.ts";
import type { Note } from "./gaps.ts";
import { parseAddresses } from "./parse/address.ts";
import { parseShowMacs, parseShowStp } from "./parse/brctl.ts";
import { parseBridgePorts, parseBridgeVlans } from "./parse/bridge-port.ts";
import { parseConntrack } from "./parse/conntrack.ts";
import { parseFdb } from "./parse/fdb.ts";
import { parseIpsetSave } from "./parse/ipset.ts";
import { parseLinkStats, parseLinks } from "./parse/link.ts";
import { parseNeighbours, parseProxies } from "./parse/neighbour.ts";
import { mergeRoutes, parseRoutes } from "./parse/route.ts";
import { parseRules } from "./parse/rule.ts";
import { parseListeners } from "./parse/ss.ts";
import { parseSysctl } from "./parse/sysctl.ts";

/** Every line of these tools ends with a line end; some have nothing to say at times. */
const TEXT = { endsWithNewline: true } as const;
const TEXT_OR_NOTHING = { endsWithNewline: true, emptyOk: true } as const;

/** @param chains whether a Neutron agent has written any there: its first act, so that nothing printed is not believed */
export async function readNamespace(files: HostFiles, dir: string, name: string, chains: boolean): Promise<Namespace> {
  const reader = new PartReader(files, dir);
  const links = (await reader.read("links", "ip-j-d-link.json", {}, parseLinks)) ?? [];
  const routes =
    (await reader.read("routes", "ip-j-route-table-all.json", {}, (text, note) => parseRoutes(text, note))) ?? [];
  const routes6 =
    (await reader.read("routes6", "ip-j-6-route-table-all.json", {}, (text, note) => parseRoutes(text, note, 6))) ?? [];
  const rules = (await reader.read("rules", "ip-j-rule.json", {}, (text, note) => parseRules(text, 4, note))) ?? [];
  const rules6 = (await reader.read("rules6", "ip-j-6-rule.json", {}, (text, note) => parseRules(text, 6, note))) ?? [];
  const namespace: Namespace = {
    name,
    links,
    addresses: (await reader.read("addresses", "ip-j-addr.json", {}, parseAddresses)) ?? [],
    routes: mergeRoutes(routes, routes6),
    rules: [...rules, ...rules6],
    neighbours: (await reader.read("neighbours", "ip-j-neigh.json", {}, parseNeighbours)) ?? [],
    proxies: (await reader.read("proxies", "ip-j-neigh-proxy.json", {}, parseProxies)) ?? [],
    fdb: (await reader.read("fdb", "bridge-j-fdb.json", {}, parseFdb)) ?? [],
    ipsets: (await reader.read("ipsets", "ipset-save.txt", TEXT_OR_NOTHING, parseIpsetSave)) ?? [],
    conntrack: (await reader.read("conntrack", "conntrack-L.txt", TEXT_OR_NOTHING, parseConntrack)) ?? [],
    sysctls: (await reader.read("sysctls", "sysctl-net.txt", TEXT, parseSysctl)) ?? {},
    listeners: (await reader.read("listeners", "ss-lntup.txt", TEXT_OR_NOTHING, parseListeners)) ?? [],
  };
  const stats = await reader.read(undefined, "ip-j-s-link.json", {}, parseLinkStats);
  const ports = await reader.read(undefined, "bridge-j-d-link.json", {}, parseBridgePorts);
  const vlans = await reader.read("links", "bridge-j-vlan.json", {}, parseBridgeVlans);
  for (const link of links) {
    const counters = stats?.get(link.name);
    if (counters) link.stats = counters;
    const port = link.bridgePort ?? ports?.get(link.name);
    if (port) link.bridgePort = Object.assign(port, vlans?.get(link.name));
  }
  await addBrctl(files, dir, namespace);
  const iptables = await readIptables(reader, 4, chains);
  if (iptables) namespace.iptables = iptables;
  const ip6tables = await readIptables(reader, 6, chains);
  if (ip6tables) namespace.ip6tables = ip6tables;
  for (const { name: dev, kind, rawKind } of links)
    if (kind === "other" && rawKind !== undefined)
      files.log.add(`${dir}/ip-j-d-link.json`, `${dev} is of kind ${rawKind}, which is not supported`, undefined, dev);
  if (reader.unread.size > 0) namespace.unread = [...reader.unread];
  return namespace;
}

/** Reads the files of one namespace, and keeps which parts are not whole. */
class PartReader {
  readonly unread = new Set<NamespacePart>();
  readonly files: HostFiles;
  readonly dir: string;

  constructor(files: HostFiles, dir: string) {
    this.files = files;
    this.dir = dir;
  }

  async read<T>(
    part: NamespacePart | undefined,
    file: string,
    options: ReadOptions,
    parse: (text: string, note: Note) => T,
  ): Promise<T | undefined> {
    const { log } = this.files;
    const path = `${this.dir}/${file}`;
    const content = await this.files.read(path, options);
    const parsed = content && (content.text !== "" || content.whole) ? parse(content.text, log.for(path)) : undefined;
    if (part !== undefined && (!content?.whole || log.countOf(path) > 0)) this.unread.add(part);
    return parsed;
  }
}

/** Absent when it could not be read. Nothing printed means no tables at all. */
async function readIptables(reader: PartReader, family: 4 | 6, chains: boolean): Promise<IptablesRuleset | undefined> {
  const { files, dir } = reader;
  const tool = family === 4 ? "iptables" : "ip6tables";
  const plain = !files.known(`${dir}/${tool}-save-c.txt`) && files.known(`${dir}/${tool}-save.txt`);
  const file = `${tool}-save${plain ? "" : "-c"}.txt`;
  const ruleset = await reader.read(tool, file, { ...TEXT, emptyOk: !chains }, (text, note) => {
    const parsed = parseIptablesSave(text, family);
    for (const problem of parsed.problems) note(problem.reason, problem.line, problem.text);
    return parsed.ruleset;
  });
  // A rule with something unknown in it is kept, and is undecidable by itself: the rest of the rules is whole.
  for (const rule of (ruleset?.tables ?? []).flatMap((table) => table.chains).flatMap((chain) => chain.rules)) {
    if (rule.unsupported !== undefined)
      files.log.add(`${dir}/${file}`, `not supported: ${rule.unsupported}`, undefined, rule.text);
  }
  return ruleset;
}

/** Port states and FDB as brctl prints them, where bridge(8) and ip(8) did not say them. */
async function addBrctl(files: HostFiles, dir: string, namespace: Namespace): Promise<void> {
  const links = new Map(namespace.links.map((link) => [link.name, link]));
  const fdbKnown = files.has(`${dir}/bridge-j-fdb.json`);
  const bridges = new Set(namespace.links.flatMap((link) => (link.kind === "bridge" ? [link.name] : [])));
  const statesKnown = namespace.links.every((link) => link.bridgePort || !bridges.has(link.master ?? ""));
  if (fdbKnown && statesKnown) return;
  for (const path of files.under(`${dir}/brctl/`)) {
    const bridge = /\/brctl\/(.+)-showstp\.txt$/.exec(path)?.[1];
    if (bridge === undefined) continue;
    const stp = await files.read(path, { optional: true, ...TEXT });
    if (!stp) continue;
    const ports = parseShowStp(stp.text, files.log.for(path));
    for (const port of ports) addPortState(links.get(port.name), bridge, port.state);
    const macsPath = `${dir}/brctl/${bridge}-showmacs.txt`;
    const macs = await files.read(macsPath, { optional: true, ...TEXT });
    if (!macs || macs.text === "") continue;
    for (const entry of parseShowMacs(macs.text, files.log.for(macsPath))) {
      const port = ports.find((p) => p.number === entry.port);
      if (!port) files.log.add(macsPath, `no port ${entry.port} in showstp`, undefined, entry.mac);
      else if (!fdbKnown) namespace.fdb.push(fdbEntry(entry, port.name, bridge));
    }
  }
}

function addPortState(link: Link | undefined, bridge: string, state: string): void {
  if (link && link.bridgePort === undefined && link.master === bridge) {
    link.bridgePort = { state, hairpin: false, isolated: false, learning: true, flood: true };
  }
}

function fdbEntry(entry: { mac: string; local: boolean }, dev: string, master: string): FdbEntry {
  return { mac: entry.mac, dev, master, self: false, permanent: entry.local, flags: [] };
}
