/** Key pairs. Source: nova/api/openstack/compute/keypairs.py. */
import { z } from "zod";
import type { Compute } from "../../compute/compute.ts";
import type { Route } from "../router.ts";
import { get, ok } from "./answers.ts";
import { body } from "./body.ts";
import type { Handler } from "./handler.ts";
import { keypairView } from "./views.ts";

const keypairBody = z.object({
  keypair: z.looseObject({
    name: z
      .string()
      .min(1, "'' is too short")
      .max(255)
      .regex(/^[\w .@-]+$/, "is not a name for a key pair"),
    public_key: z.string().optional(),
  }),
});
export function keypairRoutes(compute: Compute): Route<Handler>[] {
  const { keypairs } = compute;
  return [
    get("os-keypairs", async (context) =>
      ok({ keypairs: (await keypairs.list(context)).map((pair) => ({ keypair: keypairView(pair) })) }),
    ),
    {
      method: "POST",
      path: "os-keypairs",
      async run(context, request) {
        const { keypair } = await body(request, keypairBody);
        const { pair, privateKey } = await keypairs.create(context, keypair.name, keypair.public_key);
        const shown = {
          ...keypairView(pair),
          user_id: pair.user_id,
          ...(privateKey === undefined ? {} : { private_key: privateKey }),
        };
        return ok({ keypair: shown });
      },
    },
    get("os-keypairs/:name", async (context, _request, p) => {
      const pair = await keypairs.show(context, p.name ?? "");
      return ok({
        keypair: {
          ...keypairView(pair),
          user_id: pair.user_id,
          id: 1,
          created_at: pair.created_at,
          deleted: false,
          deleted_at: null,
          updated_at: null,
        },
      });
    }),
    {
      method: "DELETE",
      path: "os-keypairs/:name",
      async run(context, _request, p) {
        await keypairs.remove(context, p.name ?? "");
        return { status: 202 };
      },
    },
  ];
}
