/** One host of a bundle. */
import { basename, resolve } from "node:path";
import { setImmediate } from "node:timers/promises";
import type { HostState, Namespace, Process } from "../host/state.ts";
import { readDnsmasq } from "./dhcp.ts";
import { HostFiles } from "./files.ts";
import { GapLog } from "./gaps.ts";
import { readNamespace } from "./namespace.ts";
import { BRIDGE_TABLE, placeInterfaces, readOvs } from "./ovs.ts";
import { parseIni } from "./parse/ini.ts";
import { type NetnsEntry, parseNetnsJson, parseNetnsText } from "./parse/netns.ts";
import { parseNetnsPids, parsePs } from "./parse/processes.ts";
import { resolvePeers } from "./veth.ts";

export interface CollectedHost {
  state: HostState;
  files: HostFiles;
  /** Other names that this host goes by: its hostname, the name its agents report. */
  aliases: string[];
}

/** Namespaces that Neutron's L3 and DHCP agents make. */
const AGENT_NAMESPACE = /^(qrouter|qdhcp|snat|fip)-/;

/** Reads one host's directory of a bundle. Never throws for what a file holds: see `gaps`. */
export async function readHost(dir: string): Promise<HostState> {
  return (await collectHost(dir)).state;
}

/** Throws only when the directory itself cannot be read. */
export async function collectHost(dir: string, name: string = basename(resolve(dir))): Promise<CollectedHost> {
  const log = new GapLog(name);
  const files = await HostFiles.open(dir, log);
  const unread = new Set<NonNullable<HostState["unread"]>[number]>();
  const ids = await readNetnsIds(files);
  const config = await readConfig(files);
  const driver = config["openvswitch_agent.ini"]?.securitygroup?.firewall_driver;
  // The native firewall is made of flows: its agent writes no chains.
  const chains = files.directories("ovs/").length > 0 && driver !== "openvswitch" && driver !== "noop";
  const namespaces: Namespace[] = [await readNamespace(files, "root", "root", chains)];
  const captured = files.directories("netns/");
  for (const netns of captured) {
    // Small files are read at once: other work gets its turn between namespaces.
    await setImmediate();
    namespaces.push(await readNamespace(files, `netns/${netns}`, netns, AGENT_NAMESPACE.test(netns)));
  }
  for (const { name: netns } of ids) {
    if (captured.includes(netns)) continue;
    log.add(`netns/${netns}`, "the namespace is listed, and nothing of it is in the bundle");
    unread.add("namespaces");
  }
  resolvePeers(namespaces, ids, log);
  const processes = await readProcesses(files, captured);
  const ovs = await readOvs(files);
  if (ovs) placeInterfaces(ovs, namespaces);
  else if (
    namespaces[0]?.links.some((l) => l.name === "ovs-netdev" || l.name === "ovs-system") ||
    processes.some(isVswitchd)
  ) {
    log.add("ovs", "Open vSwitch runs on this host, and nothing of it is in the bundle");
    unread.add("ovs");
  }
  const state: HostState = {
    name,
    namespaces,
    dnsmasq: await readDnsmasq(files, namespaces, processes),
    config,
    processes,
    gaps: log.gaps,
  };
  const takenAt = await readDate(files);
  if (takenAt !== undefined) state.takenAt = takenAt;
  if (ovs) state.ovs = ovs;
  // Which bridges there are is what the Bridge table says; the rest of ovs/ has its gaps bridge by bridge.
  if (log.countOf(BRIDGE_TABLE) > 0) unread.add("ovs");
  if (log.gaps.some((gap) => gap.file.startsWith(`${name}/dnsmasq/`))) unread.add("dnsmasq");
  if (unread.size > 0) state.unread = [...unread];
  return { state, files, aliases: await readAliases(files, state) };
}

function isVswitchd({ command }: Process): boolean {
  return /(^|\/)ovs-vswitchd(\s|$)/.test(command);
}

async function readNetnsIds(files: HostFiles): Promise<NetnsEntry[]> {
  const json = await files.read("ip-j-netns.json", { emptyOk: true, optional: files.has("ip-netns.txt") });
  if (json && json.text !== "") return parseNetnsJson(json.text, files.log.for("ip-j-netns.json"));
  const plain = await files.read("ip-netns.txt", { emptyOk: true, optional: true });
  return plain ? parseNetnsText(plain.text, files.log.for("ip-netns.txt")) : [];
}

/** Processes with their namespace where it is known, then those that only `ps` lists. */
async function readProcesses(files: HostFiles, captured: string[]): Promise<Process[]> {
  const byPid = new Map<number, Process>();
  for (const netns of ["root", ...captured]) {
    const path = `${netns === "root" ? "root" : `netns/${netns}`}/ip-netns-pids.txt`;
    const list = await files.read(path, { emptyOk: true, optional: true });
    if (!list) continue;
    for (const process of parseNetnsPids(list.text, netns, files.log.for(path))) byPid.set(process.pid, process);
  }
  const ps = await files.read("ps-ef.txt", { optional: true });
  if (ps)
    for (const process of parsePs(ps.text, files.log.for("ps-ef.txt")))
      if (!byPid.has(process.pid)) byPid.set(process.pid, process);
  return [...byPid.values()].sort((a, b) => a.pid - b.pid);
}

async function readConfig(files: HostFiles): Promise<HostState["config"]> {
  const out: HostState["config"] = {};
  for (const path of files.under("etc-neutron/")) {
    if (!/\.(ini|conf)$/.test(path)) continue;
    const content = await files.read(path, { emptyOk: true });
    if (content) out[path.slice("etc-neutron/".length)] = parseIni(content.text, files.log.for(path));
  }
  return out;
}

async function readDate(files: HostFiles): Promise<string | undefined> {
  const date = await files.read("date.txt", { optional: true });
  const text = date?.text.trim();
  if (text === undefined || text === "") return undefined;
  const time = Date.parse(text);
  if (!Number.isNaN(time)) return new Date(time).toISOString();
  files.log.add("date.txt", "not a date", 1, text);
  return undefined;
}

async function readAliases(files: HostFiles, state: HostState): Promise<string[]> {
  const hostname = (await files.read("hostname.txt", { optional: true }))?.text.trim();
  const reported = [
    hostname,
    state.ovs?.externalIds.hostname,
    ...Object.values(state.config).map((file) => file.DEFAULT?.host),
  ];
  return [...new Set(reported.filter((name) => name !== undefined && name !== ""))] as string[];
}
