/**
 * Plugging is ten commands or more, each of which goes through all that a host has. Here they run on an empty host, once
 * for each port, and what comes out is put into the real one, with the numbers that it would have got there.
 */
import { nextIfindex, nextOfport } from "../../host/allocate.ts";
import type { Command } from "../../host/command/command.ts";
import { bridgeNamed, withBridge, withPort } from "../../host/command/ovs/bridges.ts";
import { editNamespace, findLink, linksAnd, namespaceOf, ROOT } from "../../host/edit.ts";
import { applyAll } from "../../host/run.ts";
import { withSettings } from "../../host/settings.ts";
import type { HostState, Namespace, OvsBridge, OvsInterface, OvsPort } from "../../host/state.ts";
import { memo } from "../memo.ts";
import { INTEGRATION_BRIDGE } from "../openvswitch/names.ts";
import type { PortView } from "../view.ts";

/** What one port brings. Numbers are counted from 1. */
interface Addition {
  readonly links: Namespace["links"];
  readonly addresses: Namespace["addresses"];
  readonly routes: Namespace["routes"];
  readonly sysctls: Readonly<Record<string, string>>;
  readonly port: OvsPort | undefined;
}

export interface Plugging {
  readonly port: PortView;
  /** The guest's device, which its hypervisor holds open. */
  readonly tap: string;
  readonly commands: readonly Command[];
}

const additions = memo<PortView, Addition>();

/** The host after these commands; nothing of what they make may be there. */
export function graft(host: HostState, all: readonly Plugging[]): HostState {
  if (all.length === 0) return host;
  const empty = emptied(host);
  const settings = JSON.stringify(namespaceOf(empty, ROOT).sysctls);
  const made = all.map(({ port, tap, commands }) =>
    additions(port, `${host.name} ${settings} ${JSON.stringify(commands)}`, () => addition(empty, tap, commands)),
  );
  return plugAll(withDevices(host, made), made);
}

/** The same host, with nothing in it but what new devices take over. */
function emptied(host: HostState): HostState {
  const root = namespaceOf(host, ROOT);
  const bridge = bridgeNamed(host, INTEGRATION_BRIDGE);
  const bare: Namespace = {
    ...root,
    links: DATAPATH_DEVICES.flatMap((name) => findLink(root, name) ?? []),
    addresses: [],
    routes: [],
    neighbours: [],
    fdb: [],
    sysctls: Object.fromEntries(INHERITED.flatMap((name) => settingOf(root, name))),
  };
  const out: HostState = { ...host, namespaces: [bare], processes: [] };
  return host.ovs && bridge ? { ...out, ovs: { ...host.ovs, bridges: [{ ...bridge, ports: [], flows: [] }] } } : out;
}

/** Settings that a new device takes over, or that decide what comes with it. A host has thousands of others. */
const INHERITED = ["ipv4", "ipv6"].flatMap((family) =>
  ["all", "default"].flatMap((from) =>
    [
      ...["forwarding", "disable_ipv6", "rp_filter", "proxy_arp", "arp_ignore", "arp_announce", "arp_filter"],
      ...["accept_ra", "promote_secondaries", "keep_addr_on_down", "addr_gen_mode", "accept_local", "route_localnet"],
    ].map((setting) => `net.${family}.conf.${from}.${setting}`),
  ),
);

function settingOf({ sysctls }: Namespace, name: string): [string, string][] {
  const value = sysctls[name];
  return value === undefined ? [] : [[name, value]];
}

/** Made with the first bridge, and there from then on. */
const DATAPATH_DEVICES: readonly string[] = ["ovs-netdev", "ovs-system"];

function addition(empty: HostState, tap: string, commands: readonly Command[]): Addition {
  const held = { ...empty, processes: [{ pid: 1, command: `ifname=${tap}` }] };
  const host = applyAll(held, commands);
  const root = namespaceOf(host, ROOT);
  const before = namespaceOf(empty, ROOT).sysctls;
  return {
    links: root.links.filter((link) => !DATAPATH_DEVICES.includes(link.name)),
    addresses: root.addresses,
    routes: root.routes,
    sysctls: Object.fromEntries(Object.entries(root.sysctls).filter(([name]) => before[name] === undefined)),
    port: bridgeNamed(host, INTEGRATION_BRIDGE)?.ports[0],
  };
}

function withDevices(host: HostState, made: readonly Addition[]): HostState {
  const root = namespaceOf(host, ROOT);
  let ifindex = nextIfindex(host);
  return editNamespace(host, ROOT, {
    links: linksAnd(root.links, ...made.flatMap((one) => one.links.map((link) => ({ ...link, ifindex: ifindex++ })))),
    addresses: root.addresses.concat(made.flatMap((one) => one.addresses)),
    routes: root.routes.concat(made.flatMap((one) => one.routes)),
    sysctls: withSettings(root.sysctls, Object.assign({}, ...made.map((one) => one.sysctls))),
  });
}

function plugAll(host: HostState, made: readonly Addition[]): HostState {
  const bridge = bridgeNamed(host, INTEGRATION_BRIDGE);
  if (!bridge) return host;
  let ofport = nextOfport(bridge);
  const added = made.flatMap(({ port }): OvsPort[] =>
    port ? [{ ...port, interfaces: port.interfaces.map((one) => ({ ...one, ofport: ofport++ })) }] : [],
  );
  if (added.length === 0) return host;
  const wider = added.reduce(withPort, bridge);
  return withLeastMtu(withBridge(host, wider), wider, added);
}

/** A switch's own devices take the least MTU of those that are plugged into it (ofproto.c find_min_mtu). */
function withLeastMtu(host: HostState, bridge: OvsBridge, added: readonly OvsPort[]): HostState {
  const isOwn = (one: OvsInterface) => one.type === "internal" && one.netns === ROOT;
  const own = (port: OvsPort) => port.interfaces.filter(isOwn);
  const given = bridge.ports.find((port) => port.interfaces.some(isOwn))?.interfaces.find(isOwn)?.mtu ?? DEFAULT_MTU;
  const isFirst = !bridge.ports.some((port) => isSystem(port) && !added.includes(port));
  if (!isFirst && added.every((port) => mtuOf(port) >= given)) return host;
  const mtu = Math.min(...bridge.ports.filter(isSystem).map(mtuOf));
  const devices = new Set(bridge.ports.flatMap(own).map((one) => one.name));
  if (!Number.isFinite(mtu) || mtu === given) return host;
  const ports = bridge.ports.map((port) => {
    if (own(port).length === 0) return port;
    return { ...port, interfaces: port.interfaces.map((one) => (devices.has(one.name) ? { ...one, mtu } : one)) };
  });
  const links = namespaceOf(host, ROOT).links.map((link) => (devices.has(link.name) ? { ...link, mtu } : link));
  return withBridge(editNamespace(host, ROOT, { links }), { ...bridge, ports });
}

function isSystem(port: OvsPort): boolean {
  return port.interfaces.some((one) => one.type === "");
}

function mtuOf(port: OvsPort): number {
  return port.interfaces[0]?.mtu ?? DEFAULT_MTU;
}

const DEFAULT_MTU = 1500;
