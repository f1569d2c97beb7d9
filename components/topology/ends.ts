/** What of the picture can be an end of a trace, and as what. Pure. */
import type { Topology, TopologyInstance, TopologyNetwork, TopologyRouter, TraceEnd } from "../../lib/api/http.ts";
import { type CloudObject, findObject, traceEndOf } from "../objects/find.ts";
import { OWNERS, SENDERS } from "../objects/owners.ts";

export interface EndChoice {
  /** What a trace takes. */
  readonly value: string;
  readonly label: string;
  /** What tells it from the others of the same object. */
  readonly detail?: string;
}

/** One choice needs no asking; none has a reason. `any`: every other address may be meant, too. */
export type EndsHere =
  | { readonly choices: readonly EndChoice[]; readonly any?: true }
  | { readonly choices: readonly []; readonly why: string };

interface Sight {
  readonly topology: Topology;
  /** Absent as long as they are not known. */
  readonly ends: readonly TraceEnd[] | undefined;
  readonly admin: boolean;
}

export function endsAt(object: CloudObject, role: "from" | "to", sight: Sight): EndsHere {
  switch (object.kind) {
    case "instance":
      return ofInstance(object.value, role, sight);
    case "router":
      return role === "from" ? fromRouter(object.value, sight) : toRouter(object.value, sight);
    case "network":
      return role === "from" ? fromNetwork(object.value, sight) : toNetwork(object.value, sight);
    case "floatingip":
      return { choices: [{ value: object.value.address, label: object.value.address }] };
    case "securitygroup":
      return none("A security group is no end of a trace: choose one of its instances.");
  }
}

const none = (why: string): EndsHere => ({ choices: [], why });

const nameOf = ({ name, id }: { name: string; id: string }) => name || id.slice(0, 8);

/** What a source that was chosen is called: of a network, the address of the server that was meant. */
export function sourceName(topology: Topology, at: string | null, from: string | null): string {
  const object = findObject(topology, at);
  const port = topology.otherPorts.find((one) => one.id === from);
  if (!object || object.kind === "floatingip") return from ?? "";
  return port ? `${port.addresses[0] ?? port.mac} on ${nameOf(object.value)}` : nameOf(object.value);
}

function networkName({ networks }: Topology, id: string): string {
  const found = networks.find((one) => one.id === id);
  return found ? nameOf(found) : id.slice(0, 8);
}

/** It sends by one of its ports, and is sent to at one of its addresses. */
function ofInstance(instance: TopologyInstance, role: "from" | "to", { topology, ends }: Sight): EndsHere {
  const { id, name, ports } = instance;
  const label = nameOf(instance);
  const names = [id, name, ...ports.map((port) => port.id)];
  const known = ends?.find((end) => end.kind === "instance" && names.includes(end.value));
  if (ports.length === 0) return none(`${label} is on no network: nothing comes from it or gets to it.`);
  if (ends && !(role === "from" ? known?.canSend : known))
    return none(`${label} is not on a host yet: no packet can be followed ${role} it.`);
  const whole: EndsHere = { choices: [{ value: traceEndOf(topology, instance), label }] };
  const addresses = ports.flatMap((port) => port.addresses);
  if (role === "to" && addresses.length === 0) return none(`${label} has no address to send to.`);
  if (role === "from" ? ports.length === 1 : addresses.length === 1) return whole;
  return {
    choices: ports.flatMap((port): EndChoice[] => {
      const detail = networkName(topology, port.networkId);
      return role === "from"
        ? [{ value: port.id, label: port.addresses.join(" ") || port.mac, detail }]
        : port.addresses.map((address) => ({ value: address, label: address, detail }));
    }),
  };
}

function fromRouter(router: TopologyRouter, { admin }: Sight): EndsHere {
  if (!admin) return none("What a router sends is not shown to a project: choose an instance.");
  if (router.interfaces.length === 0) return none(`${nameOf(router)} has no interface: nothing can be sent from it.`);
  return { choices: [{ value: router.id, label: nameOf(router) }] };
}

function toRouter(router: TopologyRouter, { topology }: Sight): EndsHere {
  const { gateway, interfaces } = router;
  const all = [
    ...interfaces.map(({ address, networkId }) => ({ address, networkId })),
    ...(gateway?.addresses ?? []).map((address) => ({ address, networkId: gateway?.networkId ?? "" })),
  ];
  const choices = [...new Map(all.map((one) => [one.address, one])).values()].map(({ address, networkId }) => ({
    value: address,
    label: address,
    detail: networkName(topology, networkId),
  }));
  return choices.length > 0 ? { choices } : none(`${nameOf(router)} has no interface: no address leads to it.`);
}

function servicePorts({ otherPorts }: Topology, { id }: TopologyNetwork) {
  return otherPorts.filter((port) => port.networkId === id && !port.owner.startsWith("network:floatingip"));
}

/** DHCP servers and routers on it; outside, the machines there are. */
function fromNetwork(network: TopologyNetwork, { topology, ends = [], admin }: Sight): EndsHere {
  if (!admin)
    return none(
      network.external
        ? "What is sent from outside is not shown to a project: choose an instance."
        : `What servers of ${nameOf(network)} send is not shown to a project: choose an instance.`,
    );
  const outside = network.external
    ? ends.filter((end) => end.kind === "host" && end.canSend && /\boutside$/.test(end.detail))
    : [];
  const choices = [
    ...servicePorts(topology, network)
      .filter((port) => SENDERS.test(port.owner))
      .map((port) => ({
        value: port.id,
        label: port.addresses.join(" ") || port.mac,
        detail: [OWNERS[port.owner] ?? port.owner, port.host].filter(Boolean).join(", "),
      })),
    ...outside.map(({ value, label }) => ({ value, label, detail: "outside the cloud" })),
  ];
  return choices.length > 0 ? { choices } : none(`Nothing on ${nameOf(network)} sends by itself: choose an instance.`);
}

/** Addresses of servers and routers on it; outside, any address. */
function toNetwork(network: TopologyNetwork, { topology }: Sight): EndsHere {
  const own = servicePorts(topology, network).flatMap(({ addresses, owner }) =>
    addresses.map((address) => ({ value: address, label: address, detail: OWNERS[owner] ?? owner })),
  );
  if (network.external) {
    const gateways = network.subnets.flatMap(({ gateway }) => gateway ?? []);
    const beyond = gateways.map((address) => ({ value: address, label: address, detail: "the provider’s router" }));
    return { choices: [...beyond, ...own], any: true };
  }
  return own.length > 0
    ? { choices: own }
    : none(`${nameOf(network)} has no server and no router to send to: choose an instance.`);
}
