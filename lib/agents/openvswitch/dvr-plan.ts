/**
 * Which guests of this host a distributed router's interface here serves, and what the bridges need for it.
 * Source: neutron/plugins/ml2/drivers/openvswitch/agent/ovs_dvr_neutron_agent.py, db/dvr_mac_db.py get_subnet_for_dvr.
 */
import { memo } from "../memo.ts";
import type { HostSettings, PortView, SubnetView } from "../view.ts";
import type { Rule } from "./flows/build.ts";
import * as dvr from "./flows/dvr.ts";
import { segmentOf } from "./segment.ts";
import type { WiredPort, Wiring } from "./wiring.ts";

export interface DvrPlan {
  /** By port id. */
  readonly deliveries: ReadonlyMap<string, readonly dvr.Delivery[]>;
  /** In groups that stay the same objects while what they are made of does. */
  readonly integration: readonly RuleGroup[];
  readonly tunnel: readonly RuleGroup[];
  readonly physical: ReadonlyMap<string, readonly RuleGroup[]>;
}

export type RuleGroup = readonly Rule[];

const NOTHING: DvrPlan = { deliveries: new Map(), integration: [], tunnel: [], physical: new Map() };
const plans = new WeakMap<Wiring, DvrPlan>();

export function dvrPlan(wiring: Wiring): DvrPlan {
  let plan = plans.get(wiring);
  if (!plan) {
    plan = makePlan(wiring);
    plans.set(wiring, plan);
  }
  return plan;
}

const INTERFACE = "network:router_interface_distributed";
const SNAT = "network:router_centralized_snat";

/** neutron/common/utils.py is_dvr_serviced */
function isServed({ deviceOwner }: PortView): boolean {
  return (
    deviceOwner.startsWith("compute:") ||
    deviceOwner === "network:dhcp" ||
    deviceOwner === "neutron:LOADBALANCER" ||
    deviceOwner === "neutron:LOADBALANCERV2"
  );
}

function makePlan(wiring: Wiring): DvrPlan {
  const { settings, dvrMacs } = wiring.view;
  const hostMac = dvrMacs.find((one) => one.host === settings.name)?.mac;
  if (!settings.distributedRouting || hostMac === undefined) return NOTHING;
  const others = dvrMacs.flatMap((one) => (one.host === settings.name ? [] : [one.mac]));
  const known = `${hostMac} ${others.join()}`;
  const hosts = (what: string, port: number, make: () => Rule[]) => ofHosts(settings, `${what} ${port} ${known}`, make);
  const notLearned = (port: number, physical: boolean) =>
    hosts(`not learned ${physical}`, port, () => others.map((mac) => dvr.notLearned(mac, port, physical)));
  const between = (port: number, physical: boolean) =>
    hosts(`between ${physical}`, port, () => [
      dvr.toThisHost(hostMac, port, physical),
      ...others.map((mac) => dvr.fromOtherHost(mac, port, physical)),
    ]);
  const interfaces = interfacesOf(wiring);
  const gateways = gatewaysOf(interfaces);
  const placed = interfaces.flatMap((one) => routerInterface(one, hostMac));
  // Of several on a network, what comes to the host's MAC goes to the last one: its flow replaced the others'.
  const last = new Map(placed.map((one) => [one.rules.lvid, one]));
  const here = (what: string, make: (rules: dvr.RouterInterface) => Rule[]) => (one: (typeof placed)[number]) =>
    ofInterfaces(settings, `${what} ${JSON.stringify(one.rules)}`, () => make(one.rules));
  const isolated = (is: (one: WiredPort) => boolean) =>
    placed.filter(({ port }) => is(port)).map(here("isolated", dvr.isolate));
  const physical = new Map<string, RuleGroup[]>();
  for (const [name, joint] of wiring.physical)
    physical.set(name, [notLearned(joint.physicalPort, true), ...isolated((one) => on(one, name))]);
  const joints = [...wiring.physical.values()].map((one) => between(one.integrationPort, true));
  if (wiring.tunnel) joints.push(between(wiring.tunnel.patchTun, false));
  return {
    deliveries: deliveries(wiring, gateways),
    integration: [
      ...joints,
      ...[...last.values()].map(here("to router", dvr.toRouter)),
      ...placed.filter(({ port }) => isGateway(port, gateways)).map(here("replies", dvr.replies)),
    ],
    tunnel: wiring.tunnel
      ? [notLearned(wiring.tunnel.patchInt, false), ...isolated((one) => segmentOf(one.network).kind === "tunnel")]
      : [],
    physical,
  };
}

/** What a host has for all others' MACs, and for the interfaces of distributed routers on it. */
const ofHosts = memo<HostSettings, RuleGroup>();
const ofInterfaces = memo<HostSettings, RuleGroup>();

/** In the order in which Neutron names them: which number the switch gave to which depends on what came and went. */
function interfacesOf({ wired, view }: Wiring): WiredPort[] {
  const own = new Map(wired.flatMap((one) => (one.view.deviceOwner === INTERFACE ? [[one.view, one] as const] : [])));
  return own.size === 0 ? [] : view.ports.flatMap((port) => own.get(port) ?? []);
}

function on(one: WiredPort, physicalNetwork: string): boolean {
  const segment = segmentOf(one.network);
  return segment.kind === "physical" && segment.physicalNetwork === physicalNetwork;
}

function routerInterface(port: WiredPort, hostMac: string): { port: WiredPort; rules: dvr.RouterInterface }[] {
  const segment = segmentOf(port.network);
  const [ip] = port.view.fixedIps; // A distributed router's interface has one.
  const subnet = port.network.subnets.find((one) => one.id === ip?.subnetId);
  if (!ip || !subnet || segment.kind === "local") return [];
  const { mac } = port.view;
  const { ofport } = port.found;
  const { ipVersion } = subnet;
  const physical = segment.kind === "physical";
  return [{ port, rules: { physical, lvid: port.vlan, mac, ofport, address: ip.address, ipVersion, hostMac } }];
}

/**
 * Subnets' gateways as a switch knows them: of several interfaces on a subnet the one that came first, which is mostly the one
 * with the subnet's gateway address. Source: dvr_mac_db.py get_subnet_for_dvr.
 */
function gatewaysOf(interfaces: readonly WiredPort[]): Map<string, string> {
  const gateways = new Map<string, string>();
  for (const { view, network } of interfaces)
    for (const { subnetId, address } of view.fixedIps) {
      const subnet = network.subnets.find((one) => one.id === subnetId);
      if (!gateways.has(subnetId) || subnet?.gateway === address) gateways.set(subnetId, view.mac);
    }
  return gateways;
}

function isGateway({ view }: WiredPort, gateways: ReadonlyMap<string, string>): boolean {
  return view.fixedIps.some(({ subnetId }) => gateways.get(subnetId) === view.mac);
}

/** Guests and DHCP ports of subnets with an interface here; SNAT ports of a subnet even without. */
function deliveries(wiring: Wiring, gateways: ReadonlyMap<string, string>): Map<string, dvr.Delivery[]> {
  const plan = new Map<string, dvr.Delivery[]>();
  for (const one of wiring.wired) {
    const segment = segmentOf(one.network);
    if (segment.kind === "local") continue;
    const macs = gatewayMacs(wiring, one, gateways);
    if (macs.length === 0) continue;
    const physical = segment.kind === "physical";
    const vlan = physical ? segment.vlan : one.vlan;
    const { mac } = one.view;
    const { ofport } = one.found;
    // Of several subnets' gateways the last one's flows replace the others'.
    plan.set(
      one.view.id,
      macs.slice(-1).map((gatewayMac) => ({ physical, vlan, gatewayMac, mac, ofport })),
    );
  }
  return plan;
}

function gatewayMacs(wiring: Wiring, one: WiredPort, gateways: ReadonlyMap<string, string>): string[] {
  const { view, network } = one;
  if (isServed(view)) return view.fixedIps.flatMap((ip) => gateways.get(ip.subnetId) ?? []);
  if (view.deviceOwner !== SNAT) return [];
  const [ip] = view.fixedIps;
  const subnet = network.subnets.find((candidate) => candidate.id === ip?.subnetId);
  const mac = subnet && (gatewayOf(wiring, subnet) ?? gateways.get(subnet.id));
  return mac === undefined ? [] : [mac];
}

/** The MAC of the router's interface that has the subnet's gateway address. */
function gatewayOf(wiring: Wiring, subnet: SubnetView): string | undefined {
  for (const router of wiring.view.routers)
    for (const port of router.interfaces)
      if (port.fixedIps.some((ip) => ip.subnetId === subnet.id && ip.address === subnet.gateway)) return port.mac;
  return undefined;
}
