/** Servers. Source: nova/api/openstack/compute/servers.py. */
import { randomBytes } from "node:crypto";
import { z } from "zod";
import { requireAdmin } from "../../compute/catalog.ts";
import type { Compute } from "../../compute/compute.ts";
import { ComputeError } from "../../compute/errors.ts";
import type { Server } from "../../compute/model.ts";
import type { Context } from "../../identity/context.ts";
import type { RestRequest } from "../http.ts";
import type { Route } from "../router.ts";
import { ok } from "./answers.ts";
import { body, unexpected } from "./body.ts";
import type { Handler } from "./handler.ts";
import { minorVersion, NAMED_HOST, newerView } from "./microversion.ts";
import { runAction } from "./server-actions.ts";
import { allTenants, filtered, withAddress } from "./server-filters.ts";
import { surroundings } from "./surroundings.ts";
import { links, serverView } from "./views.ts";

const name = z.string().trim().min(1, "'' is too short").max(255);
const id = z.string().min(1).max(255);

/** Of the hints of Nova's filters, those of the one that is here. */
const hints = z.looseObject({ group: id.optional() });

/** Nova asks quotas, which there are none of here. */
const count = z.coerce.number().int().min(1).max(100);

const base64 = z
  .string()
  .max(65_535)
  .refine((text) => BASE64.test(text.replaceAll(/\s/g, "")), { error: ({ input }) => `'${input}' is not a 'base64'` });
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

/** nova/api/validation/parameter_types.py fqdn */
const hostName = z
  .string()
  .min(1)
  .max(255)
  .regex(/^[a-zA-Z0-9\-._]*$/);

/** Nova refuses what it does not know. Of what it knows, that which changes nothing here is only accepted. */
const createBody = z.strictObject({
  server: z.strictObject({
    name,
    imageRef: z.string().optional(),
    flavorRef: z.union([z.string().min(1), z.number().transform(String)]),
    networks: z
      .union([
        z.array(
          z.object({
            uuid: id.nullish(),
            port: id.nullish(),
            fixed_ip: z.string().nullish(),
            tag: z.string().nullish(),
          }),
        ),
        z.enum(["auto", "none"]),
      ])
      .optional(),
    security_groups: z.array(z.object({ name: z.string() })).optional(),
    key_name: z.string().nullish(),
    metadata: z.record(z.string().max(255), z.string().max(255)).optional(),
    adminPass: z.string().optional(),
    user_data: base64.nullish(),
    availability_zone: z.string().nullish(),
    host: hostName.optional(),
    hypervisor_hostname: hostName.optional(),
    min_count: count.optional(),
    max_count: count.optional(),
    block_device_mapping_v2: z.array(z.unknown()).optional(),
    "OS-DCF:diskConfig": z.enum(["AUTO", "MANUAL"]).optional(),
    accessIPv4: z.string().nullish(),
    accessIPv6: z.string().nullish(),
    block_device_mapping: z.array(z.unknown()).optional(),
    config_drive: z.union([z.boolean(), z.string()]).nullish(),
    personality: z.array(z.unknown()).optional(),
    return_reservation_id: z.union([z.boolean(), z.string()]).optional(),
  }),
  "os:scheduler_hints": hints.optional(),
  "OS-SCH-HNT:scheduler_hints": hints.optional(),
});

const updateBody = z.object({ server: z.looseObject({ name: name.optional() }) });

export function serverRoutes(compute: Compute): Route<Handler>[] {
  const { servers } = compute;
  const views = async (context: Context, all: readonly Server[], request: RestRequest) => {
    const [around, newer] = [await surroundings(compute, context, all), await newerView(compute, request)];
    return all.map((one) => ({ ...serverView(one, around, context, request.origin), ...newer(one) }));
  };
  const view = async (context: Context, server: Server, request: RestRequest) =>
    ok({ server: (await views(context, [server], request))[0] });
  const list = async (context: Context, request: RestRequest, rule: string) => {
    const everywhere = allTenants(request);
    if (everywhere) requireAdmin(context, `os_compute_api:servers:${rule}:get_all_tenants`);
    const all = await servers.list(context, everywhere);
    const ip = request.query.get("ip");
    return filtered(ip ? await withAddress(compute, all, ip) : all, request, context.isAdmin);
  };

  return [
    {
      method: "GET",
      path: "servers",
      run: async (context, request) =>
        ok({
          servers: (await list(context, request, "index")).map((one) => ({
            id: one.id,
            name: one.name,
            links: links(request.origin, "servers", one.id),
          })),
        }),
    },
    {
      method: "GET",
      path: "servers/detail",
      async run(context, request) {
        const all = await list(context, request, "detail");
        return ok({ servers: await views(context, all, request) });
      },
    },
    {
      method: "POST",
      path: "servers",
      async run(context, request) {
        const { server, ...beside } = await body(request, createBody);
        for (const key of ["host", "hypervisor_hostname"] as const)
          if (server[key] !== undefined && minorVersion(request) < NAMED_HOST) throw unexpected("server", key);
        const [least = 1, most = least] = [server.min_count, server.max_count];
        if (least > most) throw new ComputeError("bad-request", "min_count must be <= max_count");
        const hints = beside["os:scheduler_hints"] ?? beside["OS-SCH-HNT:scheduler_hints"];
        const server1 = await servers.create(context, {
          name: server.name,
          image: imageOf(server),
          flavor: server.flavorRef,
          nics: nicsOf(server.networks),
          groups: server.security_groups?.map((one) => one.name),
          keyName: server.key_name ?? null,
          metadata: server.metadata ?? {},
          userData: server.user_data ?? null,
          place: {
            zone: server.availability_zone ?? undefined,
            host: server.host,
            hypervisor: server.hypervisor_hostname,
          },
          group: hints?.group,
          count: most,
        });
        const groups = server.security_groups ?? [{ name: "default" }];
        const made = {
          id: server1.id,
          links: links(request.origin, "servers", server1.id),
          "OS-DCF:diskConfig": "MANUAL",
          security_groups: groups,
        };
        // Clients show it this once; nothing here would ever use it.
        const adminPass = server.adminPass ?? randomBytes(9).toString("base64url");
        return {
          ...ok({ server: { ...made, adminPass } }, 202),
          headers: { location: `${request.origin}/compute/v2.1/servers/${server1.id}` },
        };
      },
    },
    {
      method: "GET",
      path: "servers/:id",
      run: async (context, request, p) => view(context, await servers.show(context, p.id ?? ""), request),
    },
    {
      method: "PUT",
      path: "servers/:id",
      async run(context, request, p) {
        const { server } = await body(request, updateBody);
        const changed = await servers.rename(
          context,
          p.id ?? "",
          server.name === undefined ? {} : { name: server.name },
        );
        return view(context, changed, request);
      },
    },
    {
      method: "DELETE",
      path: "servers/:id",
      async run(context, _request, p) {
        await servers.remove(context, p.id ?? "");
        return { status: 204 };
      },
    },
    {
      method: "POST",
      path: "servers/:id/action",
      async run(context, request, p) {
        const action = await body(request, z.record(z.string(), z.unknown()));
        const [[key, argument] = ["", undefined]] = Object.entries(action);
        return runAction(servers, context, p.id ?? "", key, argument);
      },
    },
  ];
}

function imageOf(server: {
  imageRef?: string | undefined;
  block_device_mapping_v2?: unknown[] | undefined;
}): string | null {
  if (server.block_device_mapping_v2 !== undefined && server.block_device_mapping_v2.length > 0) {
    const [mapping] = server.block_device_mapping_v2;
    const local =
      typeof mapping === "object" && mapping !== null && Reflect.get(mapping, "destination_type") === "local";
    if (!local) throw new ComputeError("bad-request", "Block Device Mapping is Invalid: this cloud has no volumes.");
    return server.imageRef ? server.imageRef : null;
  }
  if (!server.imageRef) throw new ComputeError("bad-request", "Missing imageRef attribute");
  return server.imageRef;
}

function nicsOf(
  networks:
    | "auto"
    | "none"
    | readonly {
        uuid?: string | null | undefined;
        port?: string | null | undefined;
        fixed_ip?: string | null | undefined;
      }[]
    | undefined,
) {
  if (networks === undefined || networks === "auto") return undefined;
  if (networks === "none") return [];
  if (networks.length === 0) return undefined;
  return networks.map((one) => {
    if (!one.uuid && !one.port)
      throw new ComputeError("bad-request", "Bad networks format: network uuid is not in proper format (None)");
    return { network: one.uuid ?? undefined, port: one.port ?? undefined, fixedIp: one.fixed_ip ?? undefined };
  });
}
