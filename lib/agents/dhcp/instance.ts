/** The dnsmasq of one network, with its files. Source: neutron/agent/linux/dhcp.py Dnsmasq.spawn_process, reload_allocations. */
import type { DnsmasqInstance } from "../../host/state.ts";
import type { DhcpNetworkView } from "../view.ts";
import { dnsmasqCommand } from "./command-line.ts";
import type { DhcpConfig } from "./config.ts";
import { entriesOf } from "./entries.ts";
import { addnLine, hostLine } from "./hosts-file.ts";
import { optionLines } from "./options-file.ts";

/** As it should be, where `was` is, behind the agent's device; parts that are as they were are the same objects. Leases of addresses that are gone are released. */
export function dnsmasqInstance(
  view: DhcpNetworkView,
  config: DhcpConfig,
  device: string,
  was: DnsmasqInstance | undefined,
): DnsmasqInstance {
  const { network, ports } = view;
  const entries = ports.flatMap((port) => entriesOf(port, network, config.domain));
  const instance: DnsmasqInstance = {
    networkId: network.id,
    netns: `qdhcp-${network.id}`,
    command: dnsmasqCommand(network, config),
    running: true,
    hosts: kept(
      was?.hosts,
      entries.flatMap(hostLine),
      same((one) => one.line),
    ),
    options: kept(
      was?.options,
      optionLines(view, config),
      same((one) => one.line),
    ),
    addnHosts: kept(
      was?.addnHosts,
      entries.map(addnLine),
      same((one) => `${one.address} ${one.names.join(" ")}`),
    ),
    leases: leases(view, was),
    interface: device,
  };
  return was && isSame(was, instance) ? was : instance;
}

/** What guests were given stays while the address is theirs. */
function leases({ ports }: DhcpNetworkView, was: DnsmasqInstance | undefined): DnsmasqInstance["leases"] {
  if (!was || was.leases.length === 0) return was?.leases ?? [];
  const held = new Set(ports.flatMap((port) => port.fixedIps.map(({ address }) => `${port.mac} ${address}`)));
  const left = was.leases.filter((one) => one.mac === "" || held.has(`${one.mac} ${one.address}`));
  return left.length === was.leases.length ? was.leases : left;
}

type Equal<T> = (a: T, b: T) => boolean;

function same<T>(key: (one: T) => string): Equal<T> {
  return (a, b) => a === b || key(a) === key(b);
}

/** The old list where the new one says the same. */
function kept<T>(old: T[] | undefined, now: T[], equal: Equal<T>): T[] {
  if (!old) return now;
  const merged = now.map((one, i) => {
    const before = old[i];
    return before !== undefined && equal(before, one) ? before : one;
  });
  return merged.length === old.length && merged.every((one, i) => one === old[i]) ? old : merged;
}

function isSame(a: DnsmasqInstance, b: DnsmasqInstance): boolean {
  return (
    a.hosts === b.hosts &&
    a.options === b.options &&
    a.addnHosts === b.addnHosts &&
    a.leases === b.leases &&
    a.command === b.command &&
    a.netns === b.netns &&
    a.running === b.running &&
    a.interface === b.interface
  );
}
