/** All flows of the agent, bridge by bridge, in groups that stay the same objects while their cause does. */
import type { Flow } from "../../net/openflow/ast.ts";
import { memo } from "../memo.ts";
import { type Remade, remade } from "../remade.ts";
import type { HostSettings, NetworkView, PortView, RemotePortView } from "../view.ts";
import { bridgeCookie, queueCookie } from "./cookies.ts";
import { type DvrPlan, dvrPlan, type RuleGroup } from "./dvr-plan.ts";
import { type Rule, withCookie } from "./flows/build.ts";
import * as dvr from "./flows/dvr.ts";
import * as integration from "./flows/integration.ts";
import * as physical from "./flows/physical.ts";
import { antiSpoofing } from "./flows/spoof.ts";
import * as tunnel from "./flows/tunnel.ts";
import { segmentOf } from "./segment.ts";
import { tunnelNumbers } from "./tunnels.ts";
import type { PhysicalJoint, WiredPort, Wiring } from "./wiring.ts";

export type Groups = readonly (readonly Flow[])[];

function stamp(rules: readonly Rule[], cookie: string): Flow[] {
  return rules.map((one) => withCookie(one, cookie));
}

const stamped = memo<RuleGroup, readonly Flow[]>();

function stampAll(groups: readonly RuleGroup[], cookie: string): Groups {
  return groups.map((rules) => stamped(rules, cookie, () => stamp(rules, cookie)));
}

const settingsGroups = memo<HostSettings, readonly Flow[]>();
/** A port is on one host at a time, so that its last flows are kept alone. */
const portGroups = new WeakMap<PortView, { readonly made: readonly unknown[]; readonly flows: readonly Flow[] }>();
const networkGroups = memo<NetworkView, readonly Flow[]>();
/** What is far, by the circumstances of its network here: there are many of them, and few networks. */
const remoteGroups = memo<NetworkView, WeakMap<RemotePortView, readonly Flow[]>>();

export function integrationFlows(wiring: Wiring): Groups {
  const { settings } = wiring.view;
  const bridge = wiring.integration;
  const cookie = bridgeCookie(settings.name, bridge);
  const queue = queueCookie(settings.name, bridge);
  const joints = [...wiring.physical.values()];
  const always = settingsGroups(settings, `int ${cookie} ${queue} ${joints.map((one) => one.integrationPort)}`, () => [
    ...stamp(integration.defaults(), cookie),
    ...(settings.extensions.includes("qos") ? [withCookie(integration.queueing(), queue)] : []),
    ...stamp(
      joints.map((one) => integration.dropFrom(one.integrationPort)),
      cookie,
    ),
    ...(settings.distributedRouting ? stamp(dvr.integrationDefaults(), cookie) : []),
  ]);
  const plan = dvrPlan(wiring);
  return [
    always,
    ...wiring.networks.map(({ network, vlan }) => localVlanIn(wiring, network, vlan, cookie)),
    ...portsIn(wiring, plan, cookie),
    wiring.dead.flatMap((one) => stamp(one.port.tag === undefined ? [] : [integration.dropFrom(one.ofport)], cookie)),
    ...stampAll(plan.integration, cookie),
  ];
}

function localVlanIn(
  { physical: joints }: Wiring,
  network: NetworkView,
  vlan: number,
  cookie: string,
): readonly Flow[] {
  const segment = segmentOf(network);
  const joint = segment.kind === "physical" ? joints.get(segment.physicalNetwork) : undefined;
  if (segment.kind !== "physical" || !joint) return NONE;
  return networkGroups(network, `int ${cookie} ${vlan} ${joint.integrationPort}`, () =>
    stamp([integration.fromPhysical(joint.integrationPort, vlan, segment.vlan)], cookie),
  );
}

const NONE: readonly Flow[] = [];

/** Where no router interface here delivers to them, ports' flows depend on themselves alone. */
const alone = memo<HostSettings, { ports?: Remade<WiredPort, readonly Flow[]> }>();

function portsIn(wiring: Wiring, plan: DvrPlan, cookie: string): Groups {
  const make = (one: WiredPort) => portIn(wiring, one, plan, cookie);
  if (plan.deliveries.size > 0) return wiring.wired.map(make);
  const last = alone(wiring.view.settings, cookie, () => ({}));
  last.ports = remade(last.ports, wiring.wired, make);
  return last.ports.made;
}

/** The native firewall checks addresses itself (provides_arp_spoofing_protection). */
function portIn({ view }: Wiring, one: WiredPort, plan: DvrPlan, cookie: string): readonly Flow[] {
  const checks = view.settings.firewallDriver !== "openvswitch";
  const deliveries = plan.deliveries.get(one.view.id) ?? [];
  const gateways = deliveries.map((delivery) => `${delivery.gatewayMac}@${delivery.vlan}`).join();
  const made = [cookie, one.found.ofport, checks, gateways];
  const known = portGroups.get(one.view);
  if (known?.made.every((part, i) => part === made[i])) return known.flows;
  const checked = checks ? antiSpoofing(one.view, one.found.ofport) : [];
  const flows = stamp([...checked, ...deliveries.flatMap(dvr.deliver)], cookie);
  portGroups.set(one.view, { made, flows });
  return flows;
}

export function physicalFlows(wiring: Wiring, name: string, joint: PhysicalJoint): Groups {
  const { settings } = wiring.view;
  const { bridge, physicalPort } = joint;
  const distributed = settings.distributedRouting;
  const cookie = bridgeCookie(settings.name, bridge);
  const always = settingsGroups(settings, `phy ${cookie} ${physicalPort}`, () =>
    stamp(physical.defaults(physicalPort, distributed), cookie),
  );
  const networks = wiring.networks.map(({ network, vlan }) => {
    const segment = segmentOf(network);
    if (segment.kind !== "physical" || segment.physicalNetwork !== name) return NONE;
    return networkGroups(network, `phy ${cookie} ${vlan} ${physicalPort} ${distributed}`, () =>
      stamp([physical.toPhysical(physicalPort, vlan, segment.vlan, distributed)], cookie),
    );
  });
  return [always, ...networks, ...stampAll(dvrPlan(wiring).physical.get(name) ?? [], cookie)];
}

export function tunnelFlows(wiring: Wiring): Groups {
  const { settings } = wiring.view;
  if (!wiring.tunnel) return [];
  const { bridge, patchInt: patch } = wiring.tunnel;
  const cookie = bridgeCookie(settings.name, bridge);
  const distributed = settings.distributedRouting;
  // Distributed routing turns it on by itself.
  const arpResponder = (settings.l2Population && settings.arpResponder) || distributed;
  const ports = settings.tunnelTypes.map((type) => ({ type, numbers: tunnelNumbers(wiring.host, type) }));
  const always = settingsGroups(settings, `tun ${cookie} ${patch}`, () =>
    stamp(tunnel.defaults({ patch, arpResponder, distributed, cookie }), cookie),
  );
  const doors = ports.map(({ type, numbers }) =>
    settingsGroups(settings, `doors ${cookie} ${type} ${[...numbers.values()]}`, () =>
      stamp(
        [...numbers.values()].map((number) => tunnel.fromTunnelPort(type, number)),
        cookie,
      ),
    ),
  );
  return [always, ...doors, ...populated(wiring, cookie, arpResponder), ...stampAll(dvrPlan(wiring).tunnel, cookie)];
}

/** Who is where, as l2population tells; without it each tunnel gets every flood, and answers are learned. */
function populated(wiring: Wiring, cookie: string, arpResponder: boolean): Groups {
  const { view, host, networks } = wiring;
  const { l2Population, distributedRouting } = view.settings;
  const remotes = new Map<string, RemotePortView[]>();
  for (const one of view.remotePorts) {
    const known = remotes.get(one.networkId);
    if (known) known.push(one);
    else remotes.set(one.networkId, [one]);
  }
  const ends = new Map(view.settings.tunnelTypes.map((type) => [type, tunnelNumbers(host, type)]));
  return networks.flatMap(({ network, vlan }) => {
    const segment = segmentOf(network);
    if (segment.kind !== "tunnel" || !view.settings.tunnelTypes.includes(segment.type)) return [];
    const { type, key } = segment;
    const numbers = ends.get(type) ?? new Map<string, number>();
    const far = l2Population ? (remotes.get(network.id) ?? []) : [];
    const reached = l2Population ? far.map((one) => numbers.get(one.tunnelIp)) : [...numbers.values()];
    const flood = [...new Set(reached.filter((one) => one !== undefined))].sort((a, b) => a - b);
    const own = networkGroups(network, `tun ${cookie} ${vlan} ${flood} ${distributedRouting}`, () =>
      stamp(
        [
          tunnel.fromTunnel(type, key, vlan, distributedRouting),
          ...(flood.length > 0 ? [tunnel.flood(vlan, key, flood)] : []),
        ],
        cookie,
      ),
    );
    const circumstances = `${cookie} ${vlan} ${arpResponder} ${[...numbers]}`;
    const known = remoteGroups(network, circumstances, () => new WeakMap());
    const groups: (readonly Flow[])[] = [own];
    for (const one of far) {
      let flows = known.get(one);
      if (!flows) {
        const port = numbers.get(one.tunnelIp);
        const silent = port === undefined || one.deviceOwner === DISTRIBUTED_INTERFACE;
        flows = silent ? NONE : stamp(remoteRules(one, vlan, key, port, arpResponder), cookie);
        known.set(one, flows);
      }
      groups.push(flows);
    }
    return groups;
  });
}

const DISTRIBUTED_INTERFACE = "network:router_interface_distributed";

function remoteRules(one: RemotePortView, vlan: number, key: number, port: number, arpResponder: boolean): Rule[] {
  if (one.addresses.length === 0) return [];
  const v4 = one.addresses.filter((address) => !address.includes(":"));
  return [
    ...(arpResponder ? v4.map((address) => tunnel.arpAnswer(vlan, address, one.mac)) : []),
    tunnel.unicast(vlan, key, one.mac, port),
  ];
}
