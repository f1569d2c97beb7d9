/**
 * The machine that the provider's networks lead to: it holds the gateways of external subnets, as the provider's router does,
 * and is what guests reach, and are reached from, beyond the cloud. It runs no agent.
 */
import { emptyRoot } from "../agents/baseline/empty.ts";
import type { CloudApi, NeutronSubnet } from "../api/neutron.ts";
import type { Command } from "../host/command/command.ts";
import { ROOT } from "../host/edit.ts";
import { applyAll } from "../host/run.ts";
import type { HostState } from "../host/state.ts";

export const OUTSIDE = "outside";

let last: { readonly key: string; readonly host: HostState | undefined } | undefined;

/** The same object for the same subnets; undefined where no external network has a gateway outside. */
export function outsideHost(api: CloudApi): HostState | undefined {
  const wires = wiresOf(api);
  const key = JSON.stringify(wires);
  if (last?.key !== key) last = { key, host: wires.length === 0 ? undefined : make(wires) };
  return last.host;
}

/** Gateways with the lengths of their prefixes, network by network. */
function wiresOf({ networks, subnets, ports }: CloudApi): { addresses: string[]; mtu: number }[] {
  const external = networks.filter((one) => one["router:external"] && one["provider:physical_network"] != null);
  const held = (subnet: NeutronSubnet) =>
    ports.some((port) =>
      port.fixed_ips.some((ip) => ip.subnet_id === subnet.id && ip.ip_address === subnet.gateway_ip),
    );
  return external.flatMap(({ id, mtu }) => {
    const own = subnets.filter((one) => one.network_id === id && one.gateway_ip !== null && !held(one));
    const addresses = own.map((one) => `${one.gateway_ip}/${one.cidr.split("/")[1]}`);
    return addresses.length === 0 ? [] : [{ addresses, mtu }];
  });
}

function make(wires: readonly { addresses: readonly string[]; mtu: number }[]): HostState {
  const cards = wires.map(({ mtu }, i) => ({
    name: `eth${i}`,
    mac: `52:54:00:99:00:${i.toString(16).padStart(2, "0")}`,
    mtu,
  }));
  const bare: HostState = {
    name: OUTSIDE,
    namespaces: [emptyRoot(cards)],
    dnsmasq: [],
    config: {},
    processes: [{ pid: 1, netns: ROOT, command: "/sbin/init" }],
    gaps: [],
  };
  const up = (name: string): Command => ({ netns: ROOT, run: { tool: "ip", action: "link-set", name, up: true } });
  const addresses = wires.flatMap((wire, i) =>
    wire.addresses.map((cidr): Command => {
      const [address = "", prefix] = cidr.split("/");
      return {
        netns: ROOT,
        run: { tool: "ip", action: "addr-replace", address, prefix: Number(prefix), dev: `eth${i}` },
      };
    }),
  );
  return applyAll(bare, [up("lo"), ...cards.map((card) => up(card.name)), ...addresses]);
}
