/** Server groups, microversion 2.1. Source: nova/api/openstack/compute/server_groups.py. */
import { z } from "zod";
import type { Compute } from "../../compute/compute.ts";
import type { GroupWithMembers } from "../../compute/server-groups.ts";
import type { Route } from "../router.ts";
import { get, ok } from "./answers.ts";
import { body } from "./body.ts";
import type { Handler } from "./handler.ts";

const groupBody = z.object({
  server_group: z.object({
    name: z.string().trim().min(1, "'' is too short").max(255),
    policies: z.tuple([z.enum(["affinity", "anti-affinity"])]),
  }),
});

export function serverGroupRoutes({ serverGroups }: Compute): Route<Handler>[] {
  return [
    get("os-server-groups", async (context, { query }) => {
      const all = await serverGroups.list(context, query.has("all_projects"));
      return ok({ server_groups: all.map(groupView) });
    }),
    get("os-server-groups/:id", async (context, _request, p) =>
      ok({ server_group: groupView(await serverGroups.show(context, p.id ?? "")) }),
    ),
    {
      method: "POST",
      path: "os-server-groups",
      async run(context, request) {
        const { name, policies } = (await body(request, groupBody)).server_group;
        return ok({
          server_group: groupView({ group: await serverGroups.create(context, name, policies[0]), members: [] }),
        });
      },
    },
    {
      method: "DELETE",
      path: "os-server-groups/:id",
      async run(context, _request, p) {
        await serverGroups.remove(context, p.id ?? "");
        return { status: 204 };
      },
    },
  ];
}

function groupView({ group, members }: GroupWithMembers) {
  const { id, name, policy } = group;
  return { id, name, policies: [policy], members: members.map((one) => one.id), metadata: {} };
}
