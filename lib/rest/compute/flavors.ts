/** Flavours. Source: nova/api/openstack/compute/flavors.py, flavor_manage.py, flavors_extraspecs.py. */
import { z } from "zod";
import type { Compute } from "../../compute/compute.ts";
import { ComputeError } from "../../compute/errors.ts";
import type { Flavor } from "../../compute/model.ts";
import type { Context } from "../../identity/context.ts";
import type { Route } from "../router.ts";
import { get, ok } from "./answers.ts";
import { body } from "./body.ts";
import type { Handler } from "./handler.ts";
import { flavorView, links } from "./views.ts";

const size = z.coerce.number().int().min(0);
const flavorBody = z.object({
  flavor: z.looseObject({
    name: z.string().trim().min(1, "'' is too short").max(255),
    id: z.union([z.string().min(1), z.number().transform(String)]).nullish(),
    ram: size.min(1),
    vcpus: size.min(1),
    disk: size,
    "OS-FLV-EXT-DATA:ephemeral": size.optional(),
    swap: size.optional(),
    "os-flavor-access:is_public": z.boolean().optional(),
  }),
});
const specsBody = z.object({ extra_specs: z.record(z.string().max(255), z.string().max(255)) });
const access = z.object({ tenant: z.string().min(1).max(255) });
const accessBody = z.object({ addTenantAccess: access.optional(), removeTenantAccess: access.optional() });

export function flavorRoutes(compute: Compute): Route<Handler>[] {
  const { flavors } = compute;
  return [
    get("flavors", async (context, { origin, query }) =>
      ok({
        flavors: listed(await flavors.list(context), context, query).map(({ id, name }) => ({
          id,
          name,
          links: links(origin, "flavors", id),
        })),
      }),
    ),
    get("flavors/detail", async (context, { origin, query }) =>
      ok({ flavors: listed(await flavors.list(context), context, query).map((one) => flavorView(one, origin)) }),
    ),
    {
      method: "POST",
      path: "flavors",
      async run(context, request) {
        const { flavor: given } = await body(request, flavorBody);
        const id = given.id === "auto" || given.id === null ? undefined : given.id;
        const { name, ram, vcpus, disk } = given;
        const flavor = await flavors.create(context, {
          id,
          name,
          ram,
          vcpus,
          disk,
          ephemeral: given["OS-FLV-EXT-DATA:ephemeral"] ?? 0,
          swap: given.swap ?? 0,
          is_public: given["os-flavor-access:is_public"] ?? true,
          description: null,
        });
        return ok({ flavor: flavorView(flavor, request.origin) });
      },
    },
    get("flavors/:id", async (context, { origin }, p) =>
      ok({ flavor: flavorView(await flavors.show(context, p.id ?? ""), origin) }),
    ),
    {
      method: "DELETE",
      path: "flavors/:id",
      async run(context, _request, p) {
        await flavors.remove(context, p.id ?? "");
        return { status: 202 };
      },
    },
    get("flavors/:id/os-extra_specs", async (context, _request, p) =>
      ok({ extra_specs: (await flavors.show(context, p.id ?? "")).extra_specs }),
    ),
    {
      method: "POST",
      path: "flavors/:id/os-extra_specs",
      async run(context, request, p) {
        const { extra_specs } = await body(request, specsBody);
        await flavors.setSpecs(context, p.id ?? "", (old) => ({ ...old, ...extra_specs }));
        return ok({ extra_specs });
      },
    },
    {
      method: "DELETE",
      path: "flavors/:id/os-extra_specs/:key",
      async run(context, _request, p) {
        await flavors.setSpecs(context, p.id ?? "", (old) =>
          Object.fromEntries(Object.entries(old).filter(([key]) => key !== p.key)),
        );
        return { status: 200 };
      },
    },
    get("flavors/:id/os-flavor-access", async (context, _request, p) => {
      const flavor = await flavors.show(context, p.id ?? "");
      if (flavor.is_public) throw new ComputeError("not-found", "Access list not available for public flavors.");
      return ok(accessView(flavor));
    }),
    {
      method: "POST",
      path: "flavors/:id/action",
      async run(context, request, p) {
        const { addTenantAccess, removeTenantAccess } = await body(request, accessBody);
        const project = (addTenantAccess ?? removeTenantAccess)?.tenant;
        if (project === undefined) throw new ComputeError("bad-request", "There is no such action");
        return ok(accessView(await flavors.setAccess(context, p.id ?? "", project, addTenantAccess !== undefined)));
      },
    },
  ];
}

/** An administrator says which with `is_public`; `None` is both. Without it: public ones, and those given to his project. */
function listed(all: readonly Flavor[], context: Context, query: URLSearchParams): readonly Flavor[] {
  const wanted = query.get("is_public")?.toLowerCase();
  if (!context.isAdmin) return all;
  if (wanted === "none") return all;
  if (wanted === undefined || ["1", "t", "true", "on", "y", "yes"].includes(wanted))
    return all.filter((one) => one.is_public || (one.access ?? []).includes(context.projectId ?? ""));
  if (["0", "f", "false", "off", "n", "no"].includes(wanted)) return all.filter((one) => !one.is_public);
  throw new ComputeError("bad-request", `Invalid is_public filter [${wanted}]`);
}

function accessView(flavor: Flavor) {
  return { flavor_access: (flavor.access ?? []).map((project) => ({ flavor_id: flavor.id, tenant_id: project })) };
}
