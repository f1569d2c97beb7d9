/**
 * A trace as a tenant may see it: asked of what he sees, run through the whole cloud, told in his own words. Errors speak of
 * what he sees alone.
 */
import type { TraceQuery } from "../api/http.ts";
import { Failure, isFailure } from "../clouds/failure.ts";
import type { CollectedCloud } from "../collect/cloud.ts";
import type { TraceEvent } from "../datapath/event.ts";
import { type End, EndError, resolveEnd } from "../explain/end.ts";
import { redactTrace } from "../explain/redact/trace.ts";
import { canonicalIp } from "../net/address.ts";
import { startTrace, type TraceParameters } from "./trace-request.ts";

/** Throws Failure `bad_request` that names the field. */
export function tenantTrace(whole: CollectedCloud, own: CollectedCloud, asked: TraceParameters): TraceEvent[] {
  const from = endOf(own, asked.from, "from");
  if (!from.guest)
    throw new Failure("bad_request", `from: ${from.label} cannot send: choose an instance of your project`, {
      field: "from",
    });
  const to = asked.to === undefined ? undefined : endOf(own, asked.to, "to");
  const { to: _, ...rest } = asked;
  const inWhole: TraceParameters = { ...rest, from: unambiguous(own, asked.from, from) };
  if (asked.to !== undefined && to) inWhole.to = unambiguous(own, asked.to, to);
  const known = {
    api: own.api,
    projectId: own.api.projects[0]?.id ?? "",
    guests: whole.world.guests,
    ownPorts: new Set([...own.world.guests, ...(own.world.subports ?? [])].map((guest) => guest.portId)),
    asked: [asked.to, asked.fromAddress].flatMap((text) => canonicalIp(text ?? "") ?? []),
  };
  return redactTrace(start(explainedBy(whole, own), inWhole), known, {
    from: from.guest.name,
    to: nameOf(asked.to, to),
  });
}

const explained = new WeakMap<CollectedCloud, CollectedCloud>();

/**
 * All hosts and guests, explained by what the project sees: what others have, and where they have it, decides no verdict's
 * words. Ports that Neutron keeps for the project's own routers are among it.
 */
function explainedBy(whole: CollectedCloud, own: CollectedCloud): CollectedCloud {
  const made = explained.get(own);
  if (made) return made;
  const { api } = whole;
  const among = <T extends { id: string }>(all: readonly T[], seen: readonly { id: string }[]) => {
    const ids = new Set(seen.map((one) => one.id));
    return all.filter((one) => ids.has(one.id));
  };
  const routers = new Set(own.api.routers.map((one) => one.id));
  const ports = new Set(own.api.ports.map((one) => one.id));
  const cloud: CollectedCloud = {
    ...whole,
    api: {
      ...api,
      networks: among(api.networks, own.api.networks),
      subnets: among(api.subnets, own.api.subnets),
      ports: api.ports.filter((one) => ports.has(one.id) || routers.has(one.device_id)),
      routers: among(api.routers, own.api.routers),
      floatingIps: among(api.floatingIps, own.api.floatingIps),
      securityGroups: among(api.securityGroups, own.api.securityGroups),
      ...(api.addressGroups && { addressGroups: among(api.addressGroups, own.api.addressGroups ?? []) }),
      servers: among(api.servers, own.api.servers),
      projects: own.api.projects,
    },
  };
  explained.set(own, cloud);
  return cloud;
}

function endOf(own: CollectedCloud, text: string, field: "from" | "to"): End {
  try {
    return resolveEnd(own, text, field);
  } catch (error) {
    if (!(error instanceof EndError)) throw error;
    throw new Failure("bad_request", error.message, {
      field,
      hint: "Type a name, an address, a MAC or an id of your project.",
    });
  }
}

/** What means the same in the whole cloud, where others may have the same names: an id, or the address itself. */
function unambiguous(own: CollectedCloud, text: string, end: End): string {
  const wanted = text.trim();
  const address = canonicalIp(wanted);
  if (address !== undefined && !end.origin) return address;
  const { guest, port } = end;
  const id = wanted.toLowerCase();
  if (guest) return wanted === guest.name || id === guest.serverId ? (guest.serverId ?? guest.portId) : guest.portId;
  if (port) return port.id;
  const router = own.api.routers.find((one) => one.name === wanted || one.id.startsWith(id));
  return router?.id ?? wanted;
}

function nameOf(text: string | undefined, end: End | undefined): string {
  return end?.guest?.name ?? text ?? "";
}

/** What cannot be asked of the whole cloud is told without its words, but for those about the question alone. */
function start(whole: CollectedCloud, parameters: TraceParameters): Iterable<TraceEvent> {
  try {
    return startTrace(whole, parameters);
  } catch (error) {
    if (!isFailure(error) || error.field === "dport" || error.field === "fromAddress") throw error;
    const field: keyof TraceQuery = error.field === "to" ? "to" : "from";
    throw new Failure("bad_request", `${field}: nothing can be sent ${field === "to" ? "there" : "from there"} now`, {
      field,
    });
  }
}
