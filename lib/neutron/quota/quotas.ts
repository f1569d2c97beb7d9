/** Quotas of projects over the API. Source: neutron/extensions/quotasv2.py, quotasv2_detail.py, neutron/conf/policies/quotas.py. */
import type { Attribute, Json } from "../attribute.ts";
import { badRequest, httpBadRequest, NeutronError } from "../errors.ts";
import { anything, integer } from "../kind/kind.ts";
import { adminOnly, anyone, forbidden } from "../policy.ts";
import type { Call, Change, Resource } from "../resource.ts";
import { isCounted, type Limits, projectLimits, RESOURCES } from "./limits.ts";

const limit: Attribute = { kind: integer(-1, 2147483647), put: true };

export const quotaResource: Resource = {
  name: "quota",
  plural: "quotas",
  path: "quotas",
  key: "project_id",
  attributes: {
    ...Object.fromEntries(RESOURCES.map((name) => [name, limit])),
    project_id: { kind: anything, filter: true },
    tenant_id: { kind: anything, filter: true },
    /** Refuse limits below what is used already. */
    check_limit: { kind: anything, put: true, visible: false },
    force: { kind: anything, put: true, visible: false },
  },
  policy: { get: anyone, update: adminOnly, remove: adminOnly },
  async list(call) {
    if (!call.context.isAdmin) throw forbidden(["get_quota"]);
    const all = await projectLimits.list(call.reader);
    return all.map(({ id, limits }) => ({
      ...call.neutron.quota.defaults,
      ...limits,
      project_id: id,
      tenant_id: id,
    }));
  },
  async show(call, id) {
    if (!call.context.isAdmin && id !== call.context.projectId) throw forbidden(["get_quota"]);
    return { ...(await call.neutron.quota.limits(call, id)) };
  },
  missing: (id) => notThere(id),
  update: updateLimits,
  async remove(change, id) {
    if (!(await projectLimits.remove(change.tx, id))) throw notThere(id);
  },
  actions: {
    default: {
      method: "GET",
      run: async (call) => ({ quota: call.neutron.quota.defaults }),
    },
    details: { method: "GET", run: details },
  },
  questions: { tenant: (call) => asker(call, "tenant"), project: (call) => asker(call, "project") },
};

async function updateLimits(change: Change, id: string, values: Json): Promise<Json> {
  const { check_limit, force: _force, ...given } = values;
  const { quota } = change.neutron;
  if (check_limit)
    for (const [name, wanted] of Object.entries(given)) {
      const used = isCounted(name) ? await quota.used(change, id, name) : 0;
      if (used > Number(wanted))
        throw httpBadRequest(
          `Quota limit ${String(wanted)} for ${name} must be greater than or equal to already used ${used}`,
        );
    }
  const before = await projectLimits.get(change.reader, id);
  const limits: Partial<Limits> = { ...before?.limits, ...given };
  const after = { id, project_id: id, limits };
  await (before ? projectLimits.update(change.tx, after) : projectLimits.insert(change.tx, after));
  return { ...(await quota.limits(change, id)) };
}

async function details(call: Call, id: string): Promise<Json> {
  const limits = await call.neutron.quota.limits(call, id);
  const found: Record<string, unknown> = {};
  for (const name of RESOURCES)
    found[name] = { limit: limits[name], used: await call.neutron.quota.used(call, id, name), reserved: 0 };
  return { quota: found };
}

/** `/quotas/project`: which project the token is for. */
function asker({ context }: Call, key: "tenant" | "project"): Json {
  if (context.projectId === null) throw badRequest("quota", "Tenant-id was missing from quota request");
  return { [key]: { [`${key}_id`]: context.projectId } };
}

function notThere(id: string): NeutronError {
  return new NeutronError("not-found", "TenantQuotaNotFound", `Quota for tenant ${id} could not be found.`);
}
