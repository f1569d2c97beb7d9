/** What a person means by an end of a trace: a server, port, address, MAC, router, network or host. */
import type { NeutronPort } from "../api/neutron.ts";
import type { CollectedCloud } from "../collect/cloud.ts";
import type { Origin } from "../datapath/walk/probe.ts";
import type { Guest } from "../host/world.ts";
import { canonicalIp, canonicalMac, cidrContains } from "../net/address.ts";
import { type Catalog, catalogOf } from "./catalog.ts";
import { guestsOf } from "./guests.ts";

/** What of a question can be wrong in itself. */
type QuestionField = "from" | "to" | "fromAddress" | "dport";

/** Bad input: one line for the person who typed it. */
export class EndError extends Error {
  readonly field: QuestionField;
  /** `message` begins with the field and a colon. */
  constructor(field: QuestionField, message: string) {
    super(message);
    this.name = "EndError";
    this.field = field;
  }
}

const NAMING = /^api$|^api\/(ports|nova-servers-detail|servers-detail|servers|routers)\.json$/;

export interface End {
  /** Where it can send from; absent for an address that nobody here has. */
  origin?: Origin;
  /** What to send to; absent when the end has no address. */
  addresses: string[];
  guest?: Guest;
  port?: NeutronPort;
  label: string;
}

/** The beginning of an id: four characters or more. */
const ID = /^[0-9a-f]{4}[0-9a-f-]{0,32}$/;
/** What agents make for a port is named after the beginning of its id. */
const DEVICE = /^(?:tap|qvo|qvb|qbr|qr-|qg-|sg-|fg-|sp[it]-)([0-9a-f]{8}-[0-9a-f]{2})$/;

/** Finds the one end that `text` names. Throws EndError when there is none, or several. */
export function resolveEnd(cloud: CollectedCloud, text: string, field: "from" | "to"): End {
  const wanted = text.trim();
  if (wanted === "") throw new EndError(field, `${field}: expected a server, port, address or host`);
  const c = catalogOf(cloud.api);
  const address = canonicalIp(wanted);
  if (address !== undefined) return byAddress(cloud, c, address, field);
  const found = candidates(cloud, c, wanted);
  const [first, second] = found;
  if (!first)
    throw new EndError(
      field,
      `${field}: nothing in ${cloud.name} is named ${JSON.stringify(wanted.slice(0, 80))}${unnamed(cloud)}`,
    );
  if (second) {
    const list = found
      .slice(0, 6)
      .map((f) => f.label)
      .join(", ");
    throw new EndError(
      field,
      `${field}: ${JSON.stringify(wanted.slice(0, 80))} is ambiguous: ${list}${found.length > 6 ? ", …" : ""}`,
    );
  }
  return first;
}

/** Answers that would have told names, and are not there. */
function unnamed(cloud: CollectedCloud): string {
  const files = cloud.gaps.flatMap((g) => (NAMING.test(g.file) ? [g.file] : []));
  if (files.length === 0) return "";
  const list = [...new Set(files)].map((f) => (f === "api" ? "api/ (ports.json, nova-servers-detail.json, …)" : f));
  return `: ${list.join(", ")} ${list.length === 1 ? "is" : "are"} not in the bundle, or not wholly, which would name ports, servers and routers`;
}

function candidates(cloud: CollectedCloud, c: Catalog, text: string): End[] {
  const exact = exactly(cloud, c, text);
  if (exact.length > 0) return exact;
  const lower = text.toLowerCase();
  const id = DEVICE.exec(lower)?.[1] ?? lower;
  return ID.test(id) ? [...byPrefix(cloud, c, id)] : [];
}

function exactly(cloud: CollectedCloud, c: Catalog, text: string): End[] {
  const { world } = cloud;
  const mac = canonicalMac(text);
  const known = guestsOf(world);
  const guests = new Set(
    [known.byPort.get(text), known.byMac.get(mac ?? ""), known.byTap.get(text)].flatMap((g) => g ?? []),
  );
  if (guests.size > 0) return [...guests].map((g) => guestEnd(c, g));
  const port = c.ports.get(text) ?? (mac === undefined ? undefined : c.portByMac.get(mac));
  if (port) return [portEnd(cloud, c, port)];
  // A server with several ports is one end: its first port sends, all its addresses can be meant.
  const servers = groupBy(known.byServer.get(text) ?? [], (g) => g.serverId ?? g.portId);
  const hosts = world.hosts.filter((h) => h.name === text);
  const ends = [...servers.map((list) => serverEnd(c, list)), ...hosts.map((h) => hostEnd(cloud, h.name, "root"))];
  for (const host of world.hosts)
    if (text.startsWith(`${host.name}:`)) {
      const netns = text.slice(host.name.length + 1);
      if (host.namespaces.some((n) => n.name === netns)) ends.push(hostEnd(cloud, host.name, netns));
    }
  if (ends.length > 0) return ends;
  const namedPorts = c.api.ports.filter((p) => p.name !== "" && p.name === text);
  if (namedPorts.length > 0) return namedPorts.map((p) => portEnd(cloud, c, p));
  const routers = c.api.routers.filter((r) => r.name === text || r.id === text);
  return routers.map((r) => routerEnd(cloud, c, r));
}

function* byPrefix(cloud: CollectedCloud, c: Catalog, text: string): Generator<End> {
  const seen = new Set<string>();
  const servers = groupBy(
    cloud.world.guests.filter((g) => g.serverId?.startsWith(text)),
    (g) => g.serverId ?? g.portId,
  );
  for (const list of servers) {
    for (const g of list) seen.add(g.portId);
    yield serverEnd(c, list);
  }
  for (const port of c.api.ports) if (port.id.startsWith(text) && !seen.has(port.id)) yield portEnd(cloud, c, port);
  for (const router of c.api.routers) if (router.id.startsWith(text)) yield routerEnd(cloud, c, router);
}

function groupBy<T>(list: readonly T[], key: (x: T) => string): T[][] {
  const groups = new Map<string, T[]>();
  for (const x of list) {
    const group = groups.get(key(x));
    if (group) group.push(x);
    else groups.set(key(x), [x]);
  }
  return [...groups.values()];
}

function guestEnd(c: Catalog, guest: Guest): End {
  const port = c.ports.get(guest.portId);
  return {
    origin: { kind: "guest", guest },
    addresses: guest.fixedIps.map((f) => f.address),
    guest,
    label: `${guest.name} (port ${guest.portId})`,
    ...(port ? { port } : {}),
  };
}

function serverEnd(c: Catalog, guests: Guest[]): End {
  const [first] = guests;
  if (!first) throw new RangeError("a server has a port");
  return {
    ...guestEnd(c, first),
    addresses: guests.flatMap((g) => g.fixedIps.map((f) => f.address)),
    label: `server ${first.name} (${first.serverId ?? first.portId})`,
  };
}

function portEnd(cloud: CollectedCloud, c: Catalog, port: NeutronPort): End {
  const guest = guestsOf(cloud.world).byPort.get(port.id)?.[0];
  if (guest) return guestEnd(c, guest);
  const origin = originOfPort(cloud, port);
  return {
    addresses: port.fixed_ips.map((f) => f.ip_address),
    port,
    label: `port ${port.name || port.id} (${port.device_owner || "no owner"})`,
    ...(origin ? { origin } : {}),
  };
}

/** The namespace that holds a router's or DHCP server's port. */
function originOfPort(cloud: CollectedCloud, port: NeutronPort): Origin | undefined {
  for (const host of cloud.world.hosts)
    for (const ns of host.namespaces)
      if (ns.links.some((l) => /^(tap|qr-|qg-|sg-|fg-)/.test(l.name) && l.name.endsWith(port.id.slice(0, 11))))
        return { kind: "netns", host: host.name, netns: ns.name };
  return undefined;
}

function routerEnd(cloud: CollectedCloud, c: Catalog, router: { id: string; name: string }): End {
  const ports = c.api.ports.filter((p) => p.device_id === router.id);
  const addresses = ports.flatMap((p) => p.fixed_ips.map((f) => f.ip_address));
  const host = cloud.world.hosts.find((h) => h.namespaces.some((n) => n.name === `qrouter-${router.id}`));
  return {
    addresses,
    label: `router ${router.name || router.id}`,
    ...(host ? { origin: { kind: "netns" as const, host: host.name, netns: `qrouter-${router.id}` } } : {}),
  };
}

function hostEnd(cloud: CollectedCloud, name: string, netns: string): End {
  const ns = cloud.world.hosts.find((h) => h.name === name)?.namespaces.find((n) => n.name === netns);
  const addresses = (ns?.addresses ?? []).filter((a) => a.scope === "global").map((a) => a.address);
  return {
    origin: { kind: "netns", host: name, netns },
    addresses,
    label: netns === "root" ? `host ${name}` : `${name}:${netns}`,
  };
}

function byAddress(cloud: CollectedCloud, c: Catalog, address: string, field: "from" | "to"): End {
  const known = guestsOf(cloud.world);
  const owners = known.byAddress.get(address) ?? [];
  if (field === "to") {
    const [guest] = owners;
    const port = guest && c.ports.get(guest.portId);
    const one = owners.length === 1 && guest ? { guest, ...(port ? { port } : {}) } : {};
    return { addresses: [address], label: address, ...one };
  }
  const floating = c.floatingByAddress.get(address);
  const guests = [...new Set([...owners, ...(known.byPort.get(floating?.port_id ?? "") ?? [])])];
  if (guests.length > 1)
    throw new EndError(
      field,
      `${field}: ${address} is ambiguous: ${guests.map((g) => `${g.name} (port ${g.portId})`).join(", ")}`,
    );
  const [guest] = guests;
  if (guest) return { ...guestEnd(c, guest), addresses: [address] };
  for (const host of cloud.world.hosts)
    for (const ns of host.namespaces)
      if (ns.addresses.some((a) => a.address === address && a.scope !== "host"))
        return { ...hostEnd(cloud, host.name, ns.name), addresses: [address] };
  throw new EndError(field, `${field}: no machine in ${cloud.name} has the address ${address}`);
}

/** The address of `to` that `from` would use: one on its own network, else of its family, else the first. */
export function destination(from: End, to: End): string {
  const [first] = to.addresses;
  if (first === undefined) throw new EndError("to", `to: ${to.label} has no address`);
  const near = to.addresses.find((a) => from.guest?.fixedIps.some((f) => cidrContains(`${f.address}/${f.prefix}`, a)));
  return near ?? to.addresses.find((a) => !a.includes(":")) ?? first;
}
