/** What the views of servers need of the networking service, for all of them at once. */
import type { Compute } from "../../compute/compute.ts";
import type { Server } from "../../compute/model.ts";
import type { Context } from "../../identity/context.ts";
import type { Surroundings } from "./views.ts";

export async function surroundings(compute: Compute, context: Context, all: readonly Server[]): Promise<Surroundings> {
  const { networks } = compute;
  const ports = await networks.portsOf(all.map((one) => one.id));
  const names = async (what: string, ids: readonly string[]) =>
    new Map(
      (ids.length === 0 ? [] : await networks.list(context, what, { id: [...new Set(ids)] })).map((one) => [
        String(one.id),
        String(one.name),
      ]),
    );
  const floating = ports.length === 0 ? [] : await networks.list(context, "floatingip");
  return {
    ports,
    networkNames: await names(
      "network",
      ports.map((port) => port.network_id),
    ),
    groupNames: await names(
      "security_group",
      ports.flatMap((port) => port.security_groups),
    ),
    floating: new Map(
      floating.map((one) => [`${one.port_id}/${one.fixed_ip_address}`, String(one.floating_ip_address)]),
    ),
  };
}
