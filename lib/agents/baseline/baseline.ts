/**
 * A host as its administrator leaves it to the agents: its cards and their addresses, Open vSwitch running with a bridge
 * for each physical network, configuration files. Tunnels end on a bridge of the userspace datapath, since that makes and
 * takes their packets itself; on a Linux bridge host on the card, where the kernel does.
 */
import type { Command, ToolCommand } from "../../host/command/command.ts";
import type { VsctlStep } from "../../host/command/ovs/vsctl-command.ts";
import { findNamespace, ROOT } from "../../host/edit.ts";
import { applyAll } from "../../host/run.ts";
import type { HostState, OvsState } from "../../host/state.ts";
import { networkBase, parseCidr } from "../../net/address.ts";
import type { HostSettings } from "../view.ts";
import { configOf } from "./config.ts";
import { type Card, emptyRoot } from "./empty.ts";
import { type HostPlace, placeOf } from "./place.ts";
import { listenersOf, processesOf } from "./processes.ts";

const OVS_VERSION = "3.1.0";
const MANAGEMENT_CARD = "eth0";
const TUNNEL_CARD = "eth1";
const TUNNEL_BRIDGE = "br-phy";
/** So that a guest's 1500 bytes less the tunnel's headers still leave room. */
const UNDERLAY_MTU = 1600;

/** Cards of physical networks' bridges, by bridge, where they are known. */
type Cards = ReadonlyMap<string, readonly string[]>;

export function baseline(settings: HostSettings, known: Cards = new Map()): HostState {
  const place = placeOf(settings);
  const withSwitch = settings.agents.includes("openvswitch");
  const bare: HostState = {
    name: settings.name,
    namespaces: [{ ...emptyRoot(cardsOf(settings, place, known)), listeners: listenersOf(settings) }],
    ...(withSwitch ? { ovs: emptySwitch(settings.name) } : {}),
    dnsmasq: [],
    config: configOf(settings),
    processes: processesOf(settings),
    gaps: [],
  };
  const withoutSwitch = [...cardCommands(settings, place, known), ...endpoint(settings, place, TUNNEL_CARD)];
  const host = applyAll(bare, withSwitch ? switchCommands(settings, place, known) : withoutSwitch);
  return host.ovs ? { ...host, ovs: { ...host.ovs, routes: nativeRoutes(host) } } : host;
}

function emptySwitch(name: string): OvsState {
  return {
    otherConfig: {},
    externalIds: { hostname: name, "system-id": name },
    version: OVS_VERSION,
    bridges: [],
    routes: [],
    tunnelNeighbours: [],
    conntrack: [],
  };
}

/** Physical bridges in the order of the mappings; those whose cards nobody knows have the ones after the tunnels', one each. */
function physicalCards({ bridgeMappings }: HostSettings, known: Cards): { bridge: string; card: string }[] {
  return physicalBridges(bridgeMappings).flatMap(({ bridge, card }) =>
    (known.get(bridge) ?? [card]).map((one) => ({ bridge, card: one })),
  );
}

function physicalBridges(mappings: HostSettings["bridgeMappings"]): { bridge: string; card: string }[] {
  return [...new Set(Object.values(mappings))].map((bridge, i) => ({ bridge, card: `eth${i + 2}` }));
}

/** Cards that a host's bridges have in another order than ours: which cable is plugged where is its administrator's. */
export function cardsOn({ bridgeMappings }: HostSettings, { ovs }: HostState): Cards {
  const found = physicalBridges(bridgeMappings).flatMap(({ bridge: name, card }) => {
    const ports = ovs?.bridges.find((one) => one.name === name)?.ports ?? [];
    const cards = ports.filter(({ interfaces: [one, more] }) => one?.type === "" && more === undefined);
    const names = cards.map((one) => one.name);
    return names.length === 0 || names.includes(card) ? [] : [[name, names] as const];
  });
  return new Map(found);
}

function cardsOf(settings: HostSettings, place: HostPlace, known: Cards): Card[] {
  const names = new Set([
    MANAGEMENT_CARD,
    ...(settings.localIp === undefined ? [] : [TUNNEL_CARD]),
    ...physicalCards(settings, known).map((one) => one.card),
    ...Object.values(settings.interfaceMappings),
  ]);
  return [...names].sort().map((name, i) => ({
    name,
    mac: place.mac(Number(/\d+$/.exec(name)?.[0] ?? i)),
    mtu: name === TUNNEL_CARD ? UNDERLAY_MTU : 1500,
  }));
}

function here(run: ToolCommand): Command {
  return { netns: ROOT, run };
}

function up(name: string, mtu?: number): Command {
  return here({ tool: "ip", action: "link-set", name, ...(mtu === undefined ? {} : { mtu }), up: true });
}

function address(cidr: string, dev: string): Command {
  const [text = "", prefix] = cidr.split("/");
  return here({ tool: "ip", action: "addr-replace", address: text, prefix: Number(prefix), dev });
}

/** What every host needs before its agents start. */
function cardCommands(settings: HostSettings, place: HostPlace, known: Cards): Command[] {
  const cards = cardsOf(settings, place, known).map((card) => up(card.name));
  return [up("lo"), ...cards, address(place.management, MANAGEMENT_CARD)];
}

/** Tunnels end here. */
function endpoint({ localIp }: HostSettings, place: HostPlace, device: string): Command[] {
  return localIp === undefined ? [] : [address(`${localIp}/${place.tunnelPrefix}`, device)];
}

function switchCommands(settings: HostSettings, place: HostPlace, known: Cards): Command[] {
  const { localIp } = settings;
  const bridges = physicalCards(settings, known);
  const tunnel = localIp === undefined ? [] : [{ bridge: TUNNEL_BRIDGE, card: TUNNEL_CARD }];
  const steps = [...tunnel, ...bridges].flatMap(({ bridge, card }) => bridgeSteps(bridge, card));
  return [
    ...cardCommands(settings, place, known),
    ...(steps.length === 0 ? [] : [here({ tool: "ovs-vsctl", options: [], steps })]),
    ...tunnel.map(() => up(TUNNEL_BRIDGE, UNDERLAY_MTU)),
    ...endpoint(settings, place, TUNNEL_BRIDGE),
    ...[...new Set(bridges.map(({ bridge }) => bridge))].map((bridge) => up(bridge)),
  ];
}

function bridgeSteps(bridge: string, card: string): VsctlStep[] {
  const datapath = [{ column: "datapath_type", value: "netdev" }];
  return [
    { kind: "add-br", mayExist: true, bridge },
    { kind: "set", ifExists: false, table: "Bridge", record: bridge, settings: datapath },
    { kind: "add-port", mayExist: true, bridge, port: card, settings: [] },
  ];
}

/** `ovs/route/show`: Open vSwitch's copy of the host's routes. */
function nativeRoutes(host: HostState): OvsState["routes"] {
  const addresses = findNamespace(host, ROOT)?.addresses ?? [];
  return addresses.flatMap(({ address: src, prefix, family, dev, scope }) => {
    const whole = family === 4 ? 32 : 128;
    const local = { dst: `${src}/${whole}`, dev, src, local: true };
    const cidr = parseCidr(`${src}/${prefix}`);
    if (!cidr || scope !== "global" || prefix === whole) return [local];
    return [local, { dst: `${networkBase(cidr)}/${prefix}`, dev, src, local: false }];
  });
}
