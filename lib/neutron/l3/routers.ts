/** `/v2.0/routers`. Source: neutron/db/l3_db.py, neutron_lib/api/definitions/l3*.py, neutron/conf/policies/router.py. */
import type { Json, Values } from "../attribute.ts";
import { hostRoutes } from "../kind/address-lists.ts";
import { anything, bool, nullable, text } from "../kind/kind.ts";
import { adminOnly, anyone, owner } from "../policy.ts";
import type { Action, Change, Resource } from "../resource.ts";
import { idAttribute, nameAttribute, ownerAttributes, standard, standardAttributes } from "../standard.ts";
import { storedResource } from "../stored.ts";
import { checkZones, zoneHints } from "./availability-zones.ts";
import { checkMigration, interfaceOwner, migrate } from "./distributed.ts";
import { routerInUse, routerNotFound } from "./errors.ts";
import { checkFlavor, checkFlavorKeeps } from "./flavor-choice.ts";
import { removeGateway, setGateway } from "./gateway.ts";
import { gatewayInfo } from "./gateway-kind.ts";
import { forgetHaNetwork, prepareHaNetwork } from "./ha-network.ts";
import { addInterface, removeInterface } from "./interfaces.ts";
import { gatewayPort, portsOfRouter, routerOf } from "./lookup.ts";
import { type Router, routers } from "./model.ts";
import { deleteOwnPort } from "./own-ports.ts";
import { routerChanged } from "./reaction.ts";
import { reviseRouter } from "./revise.ts";
import { routerViews } from "./router-view.ts";
import { addRoutes, checkRoutes, removeRoutes, routesOfBody } from "./routes.ts";
import { unbindRouter } from "./scheduling.ts";

const attributes = {
  id: idAttribute,
  name: nameAttribute,
  ...ownerAttributes,
  ...standardAttributes,
  admin_state_up: { kind: bool, post: true, put: true, default: true, filter: true, sort: true },
  status: { kind: anything, sort: true },
  external_gateway_info: { kind: gatewayInfo, post: true, put: true, default: null },
  distributed: { kind: nullable(bool), post: true, put: true, default: undefined },
  ha: { kind: nullable(bool), post: true, put: true, default: undefined },
  routes: { kind: hostRoutes, put: true },
  flavor_id: { kind: nullable(text()), post: true, default: undefined, sort: true },
  availability_zone_hints: { kind: zoneHints, post: true, default: [] },
  availability_zones: { kind: anything },
};

const stored = storedResource<Router>({
  name: "router",
  plural: "routers",
  title: "Router",
  rows: routers,
  attributes,
  quota: "router",
  tagged: true,
  policy: {
    create: anyone,
    get: owner,
    update: owner,
    remove: owner,
    attributes: {
      distributed: { create: adminOnly, get: adminOnly, update: adminOnly },
      ha: { create: adminOnly, get: adminOnly, update: adminOnly },
      external_gateway_info: { create: owner, update: owner },
      "external_gateway_info:network_id": { create: owner, update: owner },
      "external_gateway_info:enable_snat": { create: adminOnly, update: adminOnly },
      "external_gateway_info:external_fixed_ips": { create: adminOnly, update: adminOnly },
    },
  },
  views: routerViews,
  create: createRouter,
  update: updateRouter,
  remove: removeRouter,
  actions: {
    add_router_interface: {
      method: "PUT",
      rule: owner,
      run: (change, id, body) => addInterface(change, id, body ?? {}),
    },
    remove_router_interface: {
      method: "PUT",
      rule: owner,
      run: (change, id, body) => removeInterface(change, id, body ?? {}),
    },
    add_extraroutes: routesAction(addRoutes),
    remove_extraroutes: routesAction(removeRoutes),
  },
});

export const routerResource: Resource = { ...stored, missing: routerNotFound };

async function createRouter(change: Change, json: Json): Promise<Router> {
  const values = json as Values<typeof attributes>; // Read by that table.
  const { DEFAULT: config } = change.neutron.config;
  await checkZones(change, values.availability_zone_hints);
  const row: Router = {
    ...standard(change, values),
    revision_number: 1, // Neutron's extensions each raise it within the create.
    name: values.name,
    admin_state_up: values.admin_state_up,
    status: "ACTIVE",
    distributed: values.distributed ?? config.router_distributed,
    ha: values.ha ?? config.l3_ha,
    gw_port_id: null,
    enable_snat: config.enable_snat_by_default,
    qos_policy_id: null,
    routes: [],
    flavor_id: values.flavor_id ?? null,
    availability_zone_hints: values.availability_zone_hints,
  };
  const router = await routers.insert(change.tx, await checkFlavor(change, row, values));
  if (router.ha) await prepareHaNetwork(change, router.project_id);
  if (!values.external_gateway_info) {
    if (router.ha) await routerChanged(change, router);
    return router;
  }
  const connected = await setGateway(change, router, values.external_gateway_info);
  await routerChanged(change, connected);
  return connected;
}

async function updateRouter(change: Change, row: Router, values: Json): Promise<Router> {
  const given = values as Partial<Values<typeof attributes>>; // Read by that table.
  const { external_gateway_info: info, routes, distributed, ha, name, description, admin_state_up } = given;
  let router = row;
  if (routes) {
    await checkRoutes(change, router, routes);
    router = await reviseRouter(change, router, { routes });
  }
  if (info !== undefined) router = await setGateway(change, router, info);
  const changes = {
    ...(name !== undefined && { name }),
    ...(description !== undefined && { description }),
    ...(admin_state_up !== undefined && { admin_state_up }),
    distributed: distributed ?? row.distributed,
    ha: ha ?? row.ha,
  };
  checkFlavorKeeps(row, { ...router, ...changes });
  checkMigration(row, { ...router, ...changes });
  router = await reviseRouter(change, router, changes);
  if (router.ha && !row.ha) await prepareHaNetwork(change, router.project_id);
  await migrate(change, row, router);
  if (row.ha && !router.ha) await forgetHaNetwork(change, router.project_id);
  await routerChanged(change, router);
  return router;
}

async function removeRouter(change: Change, row: Router): Promise<void> {
  const interfaces = await portsOfRouter(change, row.id, [interfaceOwner(row)]);
  if (interfaces.length > 0)
    throw routerInUse(row.id, `has ports still attached: ${interfaces.map((port) => port.id).join(", ")}`);
  const gateway = await gatewayPort(change, row);
  if (gateway) await removeGateway(change, row, gateway, true);
  for (const port of await portsOfRouter(change, row.id)) await deleteOwnPort(change, port);
  await unbindRouter(change, row.id);
  await routers.remove(change.tx, row.id);
  if (row.ha) await forgetHaNetwork(change, row.project_id);
}

/**
 * extraroute-atomic: several clients change the routes of one router without a look at each other's. Its answers have all
 * that Neutron knows of a router, since no policy is asked what to hide of them.
 */
function routesAction(edit: typeof addRoutes): Action {
  return {
    method: "PUT",
    rule: owner,
    async run(change, id, body) {
      const router = await routerOf(change, id);
      const updated = await updateRouter(change, router, { routes: edit(router.routes, routesOfBody(body)) });
      const [view] = await routerViews(change, [updated]);
      return { router: { ...view, gw_port_id: updated.gw_port_id, ha_vr_id: 0 } };
    },
  };
}
