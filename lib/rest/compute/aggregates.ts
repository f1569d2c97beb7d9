/** Host aggregates. Source: nova/api/openstack/compute/aggregates.py. */
import { z } from "zod";
import type { Aggregate } from "../../compute/aggregates.ts";
import type { Compute } from "../../compute/compute.ts";
import { ComputeError } from "../../compute/errors.ts";
import type { Route } from "../router.ts";
import { get, ok } from "./answers.ts";
import { body } from "./body.ts";
import type { Handler } from "./handler.ts";

const name = z.string().trim().min(1, "'' is too short").max(255);
const zone = z.string().min(1).max(255).nullable();
const createBody = z.object({ aggregate: z.object({ name, availability_zone: zone.optional() }) });
const updateBody = z.object({ aggregate: z.object({ name: name.optional(), availability_zone: zone.optional() }) });
const hostBody = z.object({ host: z.string().min(1).max(255) });
const metadataBody = z.object({ metadata: z.record(z.string().max(255), z.string().max(255).nullable()) });

export function aggregateRoutes({ aggregates }: Compute): Route<Handler>[] {
  return [
    get("os-aggregates", async (context) => ok({ aggregates: (await aggregates.list(context)).map(aggregateView) })),
    get("os-aggregates/:id", async (context, _request, p) =>
      ok({ aggregate: aggregateView(await aggregates.show(context, p.id ?? "")) }),
    ),
    {
      method: "POST",
      path: "os-aggregates",
      async run(context, request) {
        const { aggregate } = await body(request, createBody);
        const made = await aggregates.create(context, aggregate.name, aggregate.availability_zone ?? null);
        // Nova's answer to this one request has neither.
        const { hosts: _hosts, metadata: _metadata, ...view } = aggregateView(made);
        return ok({ aggregate: view });
      },
    },
    {
      method: "PUT",
      path: "os-aggregates/:id",
      async run(context, request, p) {
        const { aggregate } = await body(request, updateBody);
        const { name: renamed, availability_zone } = aggregate;
        return ok({
          aggregate: aggregateView(await aggregates.rename(context, p.id ?? "", renamed, availability_zone)),
        });
      },
    },
    {
      method: "DELETE",
      path: "os-aggregates/:id",
      async run(context, _request, p) {
        await aggregates.remove(context, p.id ?? "");
        return { status: 200 };
      },
    },
    {
      method: "POST",
      path: "os-aggregates/:id/action",
      async run(context, request, p) {
        const action = await body(request, z.record(z.string(), z.unknown()));
        const again = { ...request, text: async () => JSON.stringify(Object.values(action)[0]) };
        switch (Object.keys(action)[0]) {
          case "add_host": {
            const { host } = await body(again, hostBody);
            return ok({ aggregate: changedView(await aggregates.addHost(context, p.id ?? "", host)) });
          }
          case "remove_host": {
            const { host } = await body(again, hostBody);
            return ok({ aggregate: changedView(await aggregates.removeHost(context, p.id ?? "", host)) });
          }
          case "set_metadata": {
            const { metadata } = await body(again, metadataBody);
            return ok({ aggregate: changedView(await aggregates.setMetadata(context, p.id ?? "", metadata)) });
          }
          default:
            throw new ComputeError("bad-request", `There is no such action: ${Object.keys(action)[0] ?? ""}`);
        }
      },
    },
  ];
}

/** Answers to actions have no UUID: clients ask for them without a microversion. */
function changedView(one: Aggregate) {
  const { uuid: _uuid, ...view } = aggregateView(one);
  return view;
}

function aggregateView(one: Aggregate) {
  return {
    id: Number(one.id),
    uuid: one.uuid,
    name: one.name,
    availability_zone: one.metadata.availability_zone ?? null,
    hosts: one.hosts,
    metadata: one.metadata,
    created_at: moment(one.created_at),
    updated_at: one.updated_at === null ? null : moment(one.updated_at),
    deleted: false,
    deleted_at: null,
  };
}

/** `2026-11-20T10:18:34.000000` */
function moment(now: number): string {
  return `${new Date(now).toISOString().slice(0, 19)}.000000`;
}
