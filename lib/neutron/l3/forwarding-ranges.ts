/** Ranges of forwarded ports: what they may be to each other. Source: neutron/services/portforwarding/pf_plugin.py. */
import { badRequest } from "../errors.ts";
import type { Call } from "../resource.ts";
import { type PortForwarding, type PortRange, portForwardings } from "./model.ts";

type Draft = Omit<PortForwarding, "id" | "description" | "project_id">;

/** Ports are forwarded one to one, or many to one: N-N or 1-N, seen from the inside. */
export function checkRelation({ internal, external }: Pick<Draft, "internal" | "external">): void {
  const [inner, outer] = [internal.end - internal.start, external.end - external.start];
  if (inner > 0 && inner !== outer)
    throw badRequest(
      "port_forwarding",
      "Invalid ranges of internal and/or external ports. The relation between internal and external ports must be N-N or 1-N",
    );
}

/** @param id of the forwarding itself, which does not collide with itself */
export async function checkCollisions(call: Call, draft: Draft, id?: string): Promise<void> {
  const others = async (keys: Record<string, string>) =>
    (await portForwardings.list(call.reader, { keys })).filter(
      (one) => one.id !== id && one.protocol === draft.protocol,
    );
  for (const one of await others({ internal_port_id: draft.internal_port_id }))
    if (one.internal_ip_address === draft.internal_ip_address)
      checkApart("internal_port_range", one.internal, draft.internal);
  for (const one of await others({ floatingip_id: draft.floatingip_id }))
    checkApart("external_port_range", one.external, draft.external);
}

function checkApart(name: string, a: PortRange, b: PortRange): void {
  if (Math.max(a.start, b.start) > Math.min(a.end, b.end)) return;
  throw badRequest(
    "port_forwarding",
    `There is a port collision with the ${name}. The following ranges collides: ${rangeText(a)} and ${rangeText(b)}`,
  );
}

export function rangeText({ start, end }: PortRange): string {
  return `${start}:${end}`;
}
