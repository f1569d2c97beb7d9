/**
 * What a host should be, by what its agents are told: what they would leave after a start, which also removes flows that
 * are nobody's. What is not theirs (cards, addresses of the host's own) stays as it is.
 */
import { physicalBridges } from "../agents/openvswitch/bridges.ts";
import { bridgeCookie, queueCookie } from "../agents/openvswitch/cookies.ts";
import { INTEGRATION_BRIDGE, TUNNEL_BRIDGE } from "../agents/openvswitch/names.ts";
import type { HostView } from "../agents/view.ts";
import type { HostState, OvsBridge } from "../host/state.ts";
import { planned } from "./recorded.ts";

export function intended(view: HostView, actual: HostState): HostState {
  return planned(view, withoutStrays(view, actual));
}

/** Source: ovs_neutron_agent.py cleanup_stale_flows, ovs_lib.py OVSBridge.cleanup_flows. */
function withoutStrays({ settings }: HostView, host: HostState): HostState {
  if (!host.ovs || !settings.agents.includes("openvswitch")) return host;
  const physical = [...physicalBridges(settings, host).values()].map((bridge) => bridge.name);
  const owned = new Set([INTEGRATION_BRIDGE, TUNNEL_BRIDGE, ...physical]);
  const bridges = host.ovs.bridges.map((bridge) => (owned.has(bridge.name) ? ownFlows(settings.name, bridge) : bridge));
  return bridges.every((bridge, i) => bridge === host.ovs?.bridges[i])
    ? host
    : { ...host, ovs: { ...host.ovs, bridges } };
}

function ownFlows(host: string, bridge: OvsBridge): OvsBridge {
  const cookies = new Set([bridgeCookie(host, bridge), queueCookie(host, bridge)]);
  const flows = bridge.flows.filter((flow) => cookies.has(flow.cookie));
  return flows.length === bridge.flows.length ? bridge : { ...bridge, flows };
}
