/**
 * Guests as DHCP clients: one that has no lease asks for it, through the same devices as every packet, and the server that
 * answers writes it down. A guest that gets no answer asks again when something changed on its way.
 */
import type { NeutronPort } from "../api/neutron.ts";
import { walk } from "../datapath/walk.ts";
import type { DnsmasqInstance, HostState } from "../host/state.ts";
import type { Guest } from "../host/world.ts";
import type { Moment } from "./simulation.ts";
import { cloudOf } from "./world.ts";

type Lease = DnsmasqInstance["leases"][number];

export interface Granted {
  readonly host: string;
  readonly networkId: string;
  readonly leases: readonly Lease[];
}

/** A server that knows the client, and its line for it. */
interface Server {
  readonly host: HostState;
  readonly instance: DnsmasqInstance;
  readonly line: DnsmasqInstance["hosts"][number];
}

interface Client {
  readonly port: NeutronPort;
  readonly host: HostState;
  readonly servers: readonly Server[];
}

/** Owners of ports that guests have: cards, and VLAN devices on them. */
const ASKS = /^(compute:|trunk:subport$)/;
/** Clients that are heard before leases are written down: each is a walk of a few milliseconds. */
const ROUND = 200;
/** Seconds, where the server's command line names none. */
const DEFAULT_LEASE = 3600;
/** What dnsmasq takes for less (src/option.c). */
const LEAST_LEASE = 120;

export class Clients {
  /** What was on a guest's way when it asked in vain, by port. */
  private readonly vain = new Map<string, readonly unknown[]>();

  /** Lets some ask, one after another. @param now seconds since 1970 @returns undefined when nobody has anything to ask */
  *ask(moment: Moment, now: number): Generator<void, Granted[] | undefined> {
    const clients = this.clients(moment, now);
    if (clients.length === 0) return undefined;
    const { world } = cloudOf(moment);
    const guests = new Map([...world.guests, ...(world.subports ?? [])].map((one) => [one.portId, one]));
    const granted: Granted[] = [];
    for (const client of clients.slice(0, ROUND)) {
      const guest = guests.get(client.port.id);
      const server = guest && answering(client, guest, world);
      if (server) granted.push(grantOf(server, now));
      else this.vain.set(client.port.id, wayOf(client));
      yield;
    }
    return granted;
  }

  private clients({ api, hosts }: Moment, now: number): Client[] {
    const byName = new Map(hosts.map((one) => [one.name, one]));
    const servers = serversByMac(hosts);
    const ports = new Set<string>();
    const clients = api.ports.flatMap((port): Client[] => {
      ports.add(port.id);
      const host = byName.get(port["binding:host_id"] ?? "");
      const own = servers.get(`${port.network_id} ${port.mac_address}`);
      if (!host || !own || !ASKS.test(port.device_owner) || !port.admin_state_up) return [];
      if (own.some(({ instance, line }) => isHeld(instance, line, now))) return [];
      const client = { port, host, servers: own };
      const before = this.vain.get(port.id);
      const way = wayOf(client);
      return before?.length === way.length && before.every((one, i) => one === way[i]) ? [] : [client];
    });
    for (const id of this.vain.keys()) if (!ports.has(id)) this.vain.delete(id);
    return clients;
  }
}

/** Clients that would be given an IPv4 address, by network and MAC. */
function serversByMac(hosts: readonly HostState[]): Map<string, Server[]> {
  const servers = new Map<string, Server[]>();
  for (const host of hosts)
    for (const instance of host.dnsmasq) {
      if (!instance.running) continue;
      for (const line of instance.hosts) {
        if (line.address === undefined || line.address.includes(":")) continue;
        const key = `${instance.networkId} ${line.mac}`;
        const known = servers.get(key);
        if (known) known.push({ host, instance, line });
        else servers.set(key, [{ host, instance, line }]);
      }
    }
  return servers;
}

/** A client renews when half of its time is over. */
function isHeld(instance: DnsmasqInstance, { mac, address }: Server["line"], now: number): boolean {
  const lease = instance.leases.find((one) => one.mac === mac && one.address === address);
  return lease !== undefined && (lease.expiry === 0 || lease.expiry - now > secondsOf(instance) / 2);
}

/** All that decides whether an answer comes back; files of other clients do not. */
function wayOf({ host, servers }: Client): unknown[] {
  return [
    host.namespaces,
    host.ovs,
    ...servers.flatMap((one) => [one.host.namespaces, one.host.ovs, one.instance.hosts, one.instance.command]),
  ];
}

function answering(client: Client, guest: Guest, world: Parameters<typeof walk>[0]): Server | undefined {
  let from: string | undefined;
  for (const event of walk(world, { from: { kind: "guest", guest }, proto: "dhcp" })) {
    if (event.kind === "verdict") {
      if (event.outcome !== "delivered") return undefined;
    } else if (event.leg === "dhcp-ack") from ??= event.host;
  }
  return client.servers.find((one) => one.host.name === from) ?? client.servers[0];
}

function secondsOf({ command }: DnsmasqInstance): number {
  const text = /--dhcp-range=\S+,(infinite|\d+s)(?=\s|$)/.exec(command)?.[1];
  return text === undefined || text === "infinite" ? DEFAULT_LEASE : Math.max(LEAST_LEASE, Number.parseInt(text, 10));
}

function grantOf({ host, instance, line }: Server, now: number): Granted {
  const forever = instance.command.includes(",infinite");
  const lease = {
    expiry: forever ? 0 : now + secondsOf(instance),
    mac: line.mac,
    address: line.address ?? "",
    // dnsmasq leaves the domain to itself.
    name: (line.name ?? "").split(".")[0] ?? "",
  };
  return { host: host.name, networkId: instance.networkId, leases: [lease] };
}

/** The host once its servers have written these down, for clients that they still know: a client has one lease. */
export function withLeases(host: HostState, granted: readonly Granted[]): HostState {
  let changed = false;
  const dnsmasq = host.dnsmasq.map((instance) => {
    const own = granted
      .filter((one) => one.networkId === instance.networkId)
      .flatMap((one) => one.leases)
      .filter(({ mac, address }) => instance.hosts.some((line) => line.mac === mac && line.address === address));
    if (own.length === 0) return instance;
    changed = true;
    const fresh = new Set(own.map((one) => one.mac));
    return { ...instance, leases: [...own, ...instance.leases.filter((one) => !fresh.has(one.mac))] };
  });
  return changed ? { ...host, dnsmasq } : host;
}
