/** One network namespace: `root/` or `netns/<name>/` of a host's directory. */

import type { FdbEntry, Link, Namespace } from "../host/state.ts";
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

export async function readNamespace(files: HostFiles, dir: string, name: string): Promise<Namespace> {
  const read = async <T>(
    file: string,
    options: ReadOptions,
    parse: (text: string, note: Note) => T,
  ): Promise<T | undefined> => {
    const path = `${dir}/${file}`;
    const content = await files.read(path, options);
    return content && content.text !== "" ? parse(content.text, files.log.for(path)) : undefined;
  };
  const links = (await read("ip-j-d-link.json", {}, parseLinks)) ?? [];
  const routes = (await read("ip-j-route-table-all.json", {}, (text, note) => parseRoutes(text, note))) ?? [];
  const routes6 = (await read("ip-j-6-route-table-all.json", {}, (text, note) => parseRoutes(text, note, 6))) ?? [];
  const rules = (await read("ip-j-rule.json", {}, (text, note) => parseRules(text, 4, note))) ?? [];
  const rules6 = (await read("ip-j-6-rule.json", {}, (text, note) => parseRules(text, 6, note))) ?? [];
  const namespace: Namespace = {
    name,
    links,
    addresses: (await read("ip-j-addr.json", {}, parseAddresses)) ?? [],
    routes: mergeRoutes(routes, routes6),
    rules: [...rules, ...rules6],
    neighbours: (await read("ip-j-neigh.json", {}, parseNeighbours)) ?? [],
    proxies: (await read("ip-j-neigh-proxy.json", {}, parseProxies)) ?? [],
    fdb: (await read("bridge-j-fdb.json", {}, parseFdb)) ?? [],
    ipsets: (await read("ipset-save.txt", TEXT_OR_NOTHING, parseIpsetSave)) ?? [],
    conntrack: (await read("conntrack-L.txt", TEXT_OR_NOTHING, parseConntrack)) ?? [],
    sysctls: (await read("sysctl-net.txt", TEXT, parseSysctl)) ?? {},
    listeners: (await read("ss-lntup.txt", TEXT_OR_NOTHING, parseListeners)) ?? [],
  };
  const stats = await read("ip-j-s-link.json", {}, parseLinkStats);
  const ports = await read("bridge-j-d-link.json", {}, parseBridgePorts);
  const vlans = await read("bridge-j-vlan.json", {}, parseBridgeVlans);
  for (const link of links) {
    const counters = stats?.get(link.name);
    if (counters) link.stats = counters;
    link.bridgePort ??= ports?.get(link.name);
    if (link.bridgePort === undefined) delete link.bridgePort;
    const vlan = vlans?.get(link.name);
    if (vlan && link.bridgePort) Object.assign(link.bridgePort, vlan);
  }
  await addBrctl(files, dir, namespace);
  const iptables = await readIptables(files, dir, name, 4);
  if (iptables) namespace.iptables = iptables;
  const ip6tables = await readIptables(files, dir, name, 6);
  if (ip6tables) namespace.ip6tables = ip6tables;
  return namespace;
}

/**
 * Absent when it could not be read. Nothing printed means no tables at all, and that is believed only of a namespace
 * where no Neutron agent works: an agent's first act is to write its chains.
 */
async function readIptables(
  files: HostFiles,
  dir: string,
  name: string,
  family: 4 | 6,
): Promise<IptablesRuleset | undefined> {
  const tool = family === 4 ? "iptables" : "ip6tables";
  const file =
    files.known(`${dir}/${tool}-save-c.txt`) || !files.known(`${dir}/${tool}-save.txt`)
      ? `${tool}-save-c.txt`
      : `${tool}-save.txt`;
  const path = `${dir}/${file}`;
  const agent = /^(qrouter|qdhcp|snat|fip)-/.test(name) || files.directories("ovs/").length > 0;
  const content = await files.read(path, { ...TEXT, emptyOk: !agent });
  if (!content || (content.text === "" && !content.whole)) return undefined;
  const note = files.log.for(path);
  const { ruleset, problems } = parseIptablesSave(content.text, family);
  for (const problem of problems) note(problem.reason, problem.line, problem.text);
  for (const table of ruleset.tables) {
    for (const chain of table.chains) {
      for (const rule of chain.rules)
        if (rule.unsupported !== undefined) note(`not supported: ${rule.unsupported}`, undefined, rule.text);
    }
  }
  return ruleset;
}

/** Port states and FDB as brctl prints them, where bridge(8) and ip(8) did not say them. */
async function addBrctl(files: HostFiles, dir: string, namespace: Namespace): Promise<void> {
  const links = new Map(namespace.links.map((link) => [link.name, link]));
  const fdbKnown = files.has(`${dir}/bridge-j-fdb.json`);
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
