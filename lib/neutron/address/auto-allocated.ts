/**
 * A network with subnets of the default pools, behind a router to the default external network, made when a project first
 * asks for it. Source: neutron/services/auto_allocate/db.py.
 */
import { Collection } from "../../store/collection.ts";
import type { Json } from "../attribute.ts";
import { readCreate } from "../attribute.ts";
import { networks, subnets } from "../core/model.ts";
import { badRequest, conflict, NeutronError, notFound } from "../errors.ts";
import { anything } from "../kind/kind.ts";
import { owner } from "../policy.ts";
import type { Call, Change, Resource } from "../resource.ts";
import type { SubnetPool } from "./subnetpool-model.ts";
import { defaultPool } from "./subnetpool-use.ts";

interface Topology {
  /** The project's. */
  readonly id: string;
  readonly project_id: string;
  readonly network_id: string;
  readonly router_id: string;
}

const topologies = new Collection<Topology>("auto_allocated_topology");

/** Asks whether it could be made, and makes nothing. */
const DRY_RUN = "dry-run";

export const autoAllocatedResource: Resource = {
  name: "auto_allocated_topology",
  plural: "auto_allocated_topologies",
  path: "auto-allocated-topology",
  attributes: { id: { kind: anything }, tenant_id: { kind: anything }, project_id: { kind: anything } },
  policy: { get: owner, remove: owner },
  list: async () => [],
  async show(call, id) {
    const project = projectOf(call, id);
    const topology = await current(call, project);
    return viewOf(topology?.network_id ?? "", project);
  },
  async showFields(call, id, fields) {
    const project = projectOf(call, id);
    if (fields.includes(DRY_RUN)) {
      await defaultExternal(call);
      if ((await defaultPools(call)).length === 0) throw failure("No default subnetpools defined");
      return viewOf("dry-run=pass", project);
    }
    if (fields.length > 0) throw badRequest("auto_allocate", "Unrecognized field");
    const topology =
      (await current(call, project)) ?? (await call.neutron.change(call.context, (change) => build(change, project)));
    return viewOf(topology.network_id, project);
  },
  missing: (id) => notFound("Auto allocated topology", id),
  async remove(change, id) {
    const topology = await topologies.get(change.tx, projectOf(change, id));
    // Neutron looks at it before, and whoever looks makes it: without an external network there is nothing to delete.
    if (topology) await takeDown(change, topology);
    else await defaultExternal(change);
  },
};

/** `None`: a client that names no project means its own. */
function projectOf(call: Call, id: string): string {
  const project = id === "None" ? (call.context.projectId ?? "") : id;
  if (!call.context.isAdmin && project !== call.context.projectId)
    throw new NeutronError("forbidden", "NotAuthorized", "Not authorized.");
  return project;
}

const viewOf = (id: string, project: string): Json => ({ id, tenant_id: project, project_id: project });

async function current(call: Call, project: string): Promise<Topology | undefined> {
  const topology = await topologies.get(call.reader, project);
  return topology && (await networks.get(call.reader, topology.network_id)) ? topology : undefined;
}

async function build(change: Change, project: string): Promise<Topology> {
  const made = await current(change, project); // By somebody else, since it was looked for.
  if (made) return made;
  const external = await defaultExternal(change);
  const network_id = await orFailure("Unable to provide tenant private network", async () => {
    const pools = await defaultPools(change);
    if (pools.length === 0) throw failure("Unable to provide tenant private network");
    const id = await create(change, "network", { project_id: project, name: "auto_allocated_network" });
    for (const { id: subnetpool_id, ip_version } of pools)
      await create(change, "subnet", {
        project_id: project,
        name: `auto_allocated_subnet_v${ip_version}`,
        network_id: id,
        ip_version,
        subnetpool_id,
      });
    return id;
  });
  const router_id = await orFailure("Unable to provide external connectivity", async () => {
    const id = await create(change, "router", {
      project_id: project,
      name: "auto_allocated_router",
      external_gateway_info: { network_id: external },
    });
    for (const subnet of await subnets.list(change.tx, { keys: { network_id } }))
      await resourceOf(change, "router").actions?.add_router_interface?.run(
        change,
        id,
        { subnet_id: subnet.id },
        undefined,
      );
    return id;
  });
  const topology = { id: project, project_id: project, network_id, router_id };
  await topologies.remove(change.tx, project);
  return topologies.insert(change.tx, topology);
}

async function takeDown(change: Change, { id, network_id, router_id }: Topology): Promise<void> {
  const router = resourceOf(change, "router");
  if (await router.show(change, router_id)) {
    for (const subnet of await subnets.list(change.tx, { keys: { network_id } }))
      await ignoringAbsence(() =>
        router.actions?.remove_router_interface?.run(change, router_id, { subnet_id: subnet.id }, undefined),
      );
    await ignoringAbsence(() => router.remove?.(change, router_id));
  }
  await ignoringAbsence(() => resourceOf(change, "network").remove?.(change, network_id));
  await topologies.remove(change.tx, id);
}

/** As if a client had asked for it. @returns its id */
async function create(change: Change, name: string, body: Json): Promise<string> {
  const resource = resourceOf(change, name);
  const made = await resource.create?.(change, readCreate(resource.attributes, body));
  return String(made?.id);
}

function resourceOf(change: Change, name: string): Resource {
  const resource = change.neutron.resources.find((one) => one.name === name);
  if (!resource) throw new Error(`no resource ${name}`);
  return resource;
}

async function defaultExternal(call: Call): Promise<string> {
  const externals = await networks.list(call.reader, { keys: { external: "true" } });
  const network = externals.find((one) => one.is_default);
  if (!network) throw failure("No default router:external network");
  return network.id;
}

async function defaultPools(call: Call): Promise<SubnetPool[]> {
  const pools = [await defaultPool(call, 4), await defaultPool(call, 6)];
  return pools.filter((pool) => pool !== undefined);
}

async function orFailure<T>(reason: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const unmet =
      error instanceof NeutronError &&
      (error.reason === "bad-request" || error.reason === "not-found" || error.type === "SubnetAllocationError");
    throw unmet ? failure(reason) : error;
  }
}

async function ignoringAbsence(work: () => Promise<unknown> | undefined): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof NeutronError && error.reason === "not-found")) throw error;
  }
}

const failure = (reason: string) => conflict("AutoAllocationFailure", `Deployment error: ${reason}.`);
