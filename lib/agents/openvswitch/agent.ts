/**
 * neutron-openvswitch-agent (Zed). Trunks are an agent of their own here. Not modelled: QoS policies, local IPs,
 * explicitly_egress_direct, the agent's own DHCP; the firewall is an agent of its own here.
 * Source: neutron/plugins/ml2/drivers/openvswitch/agent/ovs_neutron_agent.py.
 */
import { bridgeNamed, withBridge } from "../../host/command/ovs/bridges.ts";
import type { HostState, OvsBridge, OvsPort } from "../../host/state.ts";
import { INTEGRATION, TUNNEL } from "../../net/neutron-tables.ts";
import type { Flow } from "../../net/openflow/ast.ts";
import type { Agent } from "../agent.ts";
import type { HostSettings, HostView } from "../view.ts";
import { setUpBridges } from "./bridges.ts";
import { bridgeCookie, queueCookie } from "./cookies.ts";
import { INTEGRATION_BRIDGE, TUNNEL_BRIDGE } from "./names.ts";
import { type Groups, integrationFlows, physicalFlows, tunnelFlows } from "./plan-flows.ts";
import { reconcile, type Settled } from "./reconcile.ts";
import { tunnelPorts } from "./tunnels.ts";
import { dead } from "./wired-port.ts";
import { type Wiring, wiringOf } from "./wiring.ts";

/** What it does when it starts: the bridges that others plug into. */
export const OPENVSWITCH_START: Agent = {
  kind: "openvswitch",
  steps: [{ name: "set up bridges", plan: setUpBridges }],
};

/** What it does when ports come and go. */
export const OPENVSWITCH: Agent = {
  kind: "openvswitch",
  steps: [
    { name: "wire ports", plan: wirePorts },
    { name: "install flows", plan: installFlows },
  ],
};

/** Tags of br-int's ports, and the tunnels to the hosts that their networks are on. */
function wirePorts(view: HostView, host: HostState): HostState {
  const wiring = wiringOf(view, host);
  if (!wiring) return host;
  const withTunnels = tunnelPorts(wiring);
  const bridge = bridgeNamed(withTunnels, INTEGRATION_BRIDGE) ?? wiring.integration;
  const changed = new Map<OvsPort, OvsPort>();
  for (const { found, wanted } of wiring.wired) if (wanted !== found.port) changed.set(found.port, wanted);
  for (const { port } of wiring.dead) if (dead(port) !== port) changed.set(port, dead(port));
  if (changed.size === 0) return withTunnels;
  return withBridge(withTunnels, { ...bridge, ports: bridge.ports.map((port) => changed.get(port) ?? port) });
}

function installFlows(view: HostView, host: HostState): HostState {
  const wiring = wiringOf(view, host);
  if (!wiring) return host;
  const update = updater(view.settings);
  let next = update(host, INTEGRATION_BRIDGE, integrationFlows(wiring), ownOnIntegration(view, wiring.integration));
  for (const [network, joint] of wiring.physical) {
    const cookie = bridgeCookie(view.settings.name, joint.bridge);
    next = update(next, joint.bridge.name, physicalFlows(wiring, network, joint), (flow) => flow.cookie === cookie);
  }
  return wiring.tunnel ? update(next, TUNNEL_BRIDGE, tunnelFlows(wiring), ownOnTunnel(wiring)) : next;
}

/** What was left on each bridge of a host, by its name. */
const left = new WeakMap<HostSettings, Map<string, Settled>>();

function updater(settings: HostSettings) {
  const notes = left.get(settings) ?? new Map<string, Settled>();
  left.set(settings, notes);
  return (host: HostState, name: string, groups: Groups, own: (flow: Flow) => boolean): HostState => {
    const bridge = bridgeNamed(host, name);
    if (!bridge) return host;
    const settled = reconcile(bridge.flows, groups, own, notes.get(name));
    notes.set(name, settled);
    const { flows } = settled;
    return flows === bridge.flows ? host : withBridge(host, { ...bridge, flows });
  };
}

/** Flows of TRANSIENT_TABLE that are not the firewall's. */
const TRANSIENT_PRIORITIES: ReadonlySet<number> = new Set([3, 20]);

/** The native firewall installs with the agent's cookie, in tables and at priorities of its own. */
function ownOnIntegration({ settings }: HostView, bridge: OvsBridge): (flow: Flow) => boolean {
  const cookies = new Set([bridgeCookie(settings.name, bridge), queueCookie(settings.name, bridge)]);
  return (flow) => {
    if (!cookies.has(flow.cookie) || flow.table > INTEGRATION.TRANSIENT_EGRESS_TABLE) return false;
    return flow.table !== INTEGRATION.TRANSIENT_TABLE || TRANSIENT_PRIORITIES.has(flow.priority);
  };
}

/** What br-tun learned bears the agent's cookie, too, and times out by itself. */
function ownOnTunnel({ view, tunnel }: Wiring): (flow: Flow) => boolean {
  const cookie = tunnel && bridgeCookie(view.settings.name, tunnel.bridge);
  return (flow) => flow.cookie === cookie && !(flow.table === TUNNEL.UCAST_TO_TUN && flow.hardTimeout > 0);
}
