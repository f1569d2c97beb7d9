/** Routers as JSON with all attributes. Source: neutron/db/l3_db.py _make_router_dict and its extensions. */
import { agents } from "../agent/agents.ts";
import type { Json } from "../attribute.ts";
import { type Port, ports } from "../core/model.ts";
import type { Call } from "../resource.ts";
import type { Router } from "./model.ts";
import { bindingsOf } from "./scheduling.ts";

export async function routerViews(call: Call, rows: readonly Router[]): Promise<Json[]> {
  const gateways = await portsById(
    call,
    rows.flatMap((row) => row.gw_port_id ?? []),
  );
  const zones = await zonesOf(
    call,
    rows.map((row) => row.id),
  );
  return rows.map(({ gw_port_id, enable_snat, qos_policy_id, ...row }) => {
    const gateway = gw_port_id === null ? undefined : gateways.get(gw_port_id);
    return {
      ...row,
      tenant_id: row.project_id,
      availability_zones: zones.get(row.id) ?? [],
      external_gateway_info: gateway
        ? {
            network_id: gateway.network_id,
            external_fixed_ips: gateway.fixed_ips,
            enable_snat,
            ...(qos_policy_id !== null && { qos_policy_id }),
          }
        : null,
    };
  });
}

async function portsById(call: Call, ids: readonly string[]): Promise<Map<string, Port>> {
  if (ids.length === 0) return new Map();
  return new Map((await ports.list(call.reader, { ids })).map((port) => [port.id, port]));
}

/** Zones of the agents that host each router. */
async function zonesOf(call: Call, routerIds: readonly string[]): Promise<Map<string, string[]>> {
  const bindings = await bindingsOf(call, routerIds);
  const hosting = await agents.list(call.reader, { ids: [...new Set(bindings.map((one) => one.agent_id))] });
  const zone = new Map(hosting.map((agent) => [agent.id, agent.availability_zone]));
  const zones = new Map<string, string[]>();
  for (const { router_id, agent_id } of bindings) {
    const name = zone.get(agent_id);
    const known = zones.get(router_id) ?? [];
    if (name && !known.includes(name)) zones.set(router_id, [...known, name]);
  }
  return zones;
}
