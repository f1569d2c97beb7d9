/** neutron-dhcp-agent: a namespace and a dnsmasq for each network that it serves. Source: neutron/agent/dhcp/agent.py. */
import { findNamespace } from "../../host/edit.ts";
import type { DnsmasqInstance, HostState, Namespace } from "../../host/state.ts";
import type { Agent } from "../agent.ts";
import { Hand } from "../interface-driver/hand.ts";
import { hasBridge } from "../interface-driver/plug.ts";
import { proxyCommand } from "../metadata/proxy.ts";
import type { DhcpNetworkView, HostView } from "../view.ts";
import { type DhcpConfig, dhcpConfig } from "./config.ts";
import { dhcpDevice } from "./device.ts";
import { dnsmasqInstance } from "./instance.ts";
import { servesMetadata } from "./isolated.ts";
import { dnsmasqListeners, proxyListeners } from "./listeners.ts";
import { dhcpNamespace, networkOfNamespace, removeNamespace, setNamespace } from "./namespace.ts";
import { endProcesses, setProcesses } from "./processes.ts";

export const DHCP: Agent = { kind: "dhcp", steps: [{ name: "serve networks", plan }] };

/** What a network came to: while neither it nor this changes, there is nothing to do. */
interface Done {
  readonly namespace: Namespace | undefined;
  readonly instance: DnsmasqInstance | undefined;
}
const done = new WeakMap<DhcpNetworkView, Done>();

function plan(view: HostView, host: HostState): HostState {
  const hand = new Hand(host);
  if (!hasBridge(hand)) return host;
  const served = new Map(view.dhcpNetworks.filter(isServed).map((one) => [one.network.id, one]));
  for (const { name } of host.namespaces) {
    const id = networkOfNamespace(name);
    if (id !== undefined && !served.has(id)) disable(hand, id);
  }
  let config: DhcpConfig | undefined;
  for (const network of served.values()) {
    const last = done.get(network);
    const now = stateOf(hand.host, network);
    if (last && now.namespace === last.namespace && now.instance === last.instance) continue;
    config ??= dhcpConfig(view.settings, host);
    enable(hand, network, config);
    done.set(network, stateOf(hand.host, network));
  }
  return hand.host;
}

/** A network that is down, or whose subnets have no DHCP, has no server. */
function isServed({ network }: DhcpNetworkView): boolean {
  return network.adminUp && network.subnets.some((one) => one.enableDhcp);
}

function stateOf(host: HostState, { network }: DhcpNetworkView): Done {
  return {
    namespace: findNamespace(host, dhcpNamespace(network.id)),
    instance: host.dnsmasq.find((one) => one.networkId === network.id),
  };
}

function enable(hand: Hand, view: DhcpNetworkView, config: DhcpConfig): void {
  const { id, subnets } = view.network;
  const device = dhcpDevice(hand, view.port.id);
  setNamespace(hand, view, config);
  const { host } = hand;
  const was = host.dnsmasq.find((one) => one.networkId === id);
  const instance = dnsmasqInstance(view, config, device, was);
  if (instance !== was) {
    const others = host.dnsmasq.filter((one) => one.networkId !== id);
    hand.replace({ ...host, dnsmasq: [...others, instance] });
  }
  const netns = dhcpNamespace(id);
  const metadata = servesMetadata(view, config);
  const serves6 = subnets.some((one) => one.enableDhcp && one.ipVersion === 6 && one.ipv6AddressMode !== "slaac");
  setProcesses(hand, netns, metadata ? [instance.command, proxyCommand(id)] : [instance.command], [
    ...dnsmasqListeners(hand.namespace(netns)?.addresses ?? [], serves6),
    ...(metadata ? proxyListeners(device) : []),
  ]);
}

function disable(hand: Hand, networkId: string): void {
  const netns = dhcpNamespace(networkId);
  endProcesses(hand, netns);
  removeNamespace(hand, netns);
  const { host } = hand;
  const dnsmasq = host.dnsmasq.filter((one) => one.networkId !== networkId);
  if (dnsmasq.length !== host.dnsmasq.length) hand.replace({ ...host, dnsmasq });
}
