/** What hangs on a server: addresses, interfaces, groups, metadata. Source: nova/api/openstack/compute/{ips,attach_interfaces,server_metadata}.py. */
import { z } from "zod";
import type { Compute } from "../../compute/compute.ts";
import { ComputeError } from "../../compute/errors.ts";
import type { Json } from "../../neutron/attribute.ts";
import type { Route } from "../router.ts";
import { get, ok } from "./answers.ts";
import { body } from "./body.ts";
import type { Handler } from "./handler.ts";
import { surroundings } from "./surroundings.ts";
import { addresses, interfaceView } from "./views.ts";

const id = z.string().min(1).max(255);
const interfaceBody = z.object({
  interfaceAttachment: z.object({
    net_id: id.optional(),
    port_id: id.optional(),
    fixed_ips: z
      .array(z.object({ ip_address: z.string() }))
      .max(1)
      .optional(),
    tag: z.string().optional(),
  }),
});
const metadataBody = z.object({ metadata: z.record(z.string().max(255), z.string().max(255)) });

export function serverPartRoutes(compute: Compute): Route<Handler>[] {
  const { servers, networks } = compute;
  return [
    {
      method: "GET",
      path: "servers/:id/ips",
      async run(context, _request, p) {
        const server = await servers.show(context, p.id ?? "");
        const around = await surroundings(compute, context, [server]);
        const all = addresses(around.ports, around);
        const plain = Object.entries(all).map(([network, list1]) => [
          network,
          list1.map(({ version, addr }) => ({ version, addr })),
        ]);
        return ok({ addresses: Object.fromEntries(plain) });
      },
    },
    {
      method: "GET",
      path: "servers/:id/os-interface",
      async run(context, _request, p) {
        const server = await servers.show(context, p.id ?? "");
        return ok({ interfaceAttachments: (await networks.portsOf([server.id])).map(interfaceView) });
      },
    },
    {
      method: "POST",
      path: "servers/:id/os-interface",
      async run(context, request, p) {
        const { interfaceAttachment: wanted } = await body(request, interfaceBody);
        if (wanted.net_id !== undefined && wanted.port_id !== undefined)
          throw new ComputeError("bad-request", "Must not input both network_id and port_id");
        const nic = { network: wanted.net_id, port: wanted.port_id, fixedIp: wanted.fixed_ips?.[0]?.ip_address };
        return ok({ interfaceAttachment: interfaceView(await servers.attach(context, p.id ?? "", nic)) });
      },
    },
    {
      method: "GET",
      path: "servers/:id/os-interface/:port",
      async run(context, _request, p) {
        const server = await servers.show(context, p.id ?? "");
        const port = (await networks.portsOf([server.id])).find((one) => one.id === p.port);
        if (!port) throw new ComputeError("not-found", `Instance ${server.id} does not have a port with id ${p.port}`);
        return ok({ interfaceAttachment: interfaceView(port) });
      },
    },
    {
      method: "DELETE",
      path: "servers/:id/os-interface/:port",
      async run(context, _request, p) {
        await servers.detach(context, p.id ?? "", p.port ?? "");
        return { status: 202 };
      },
    },
    {
      method: "GET",
      path: "servers/:id/os-security-groups",
      async run(context, _request, p) {
        const server = await servers.show(context, p.id ?? "");
        const ids = new Set((await networks.portsOf([server.id])).flatMap((port) => port.security_groups));
        const groups = await networks.list(context, "security_group", { id: [...ids] });
        return ok({ security_groups: groups.map(groupView) });
      },
    },
    // Clients find groups to give to servers by these; nova/api/openstack/compute/security_groups.py
    get("os-security-groups", async (context) =>
      ok({ security_groups: (await networks.list(context, "security_group")).map(groupView) }),
    ),
    {
      method: "GET",
      path: "os-security-groups/:group",
      async run(context, _request, p) {
        const [group] = await networks.list(context, "security_group", { id: [p.group ?? ""] });
        if (!group) throw new ComputeError("not-found", `Security group ${p.group} not found.`);
        return ok({ security_group: groupView(group) });
      },
    },
    {
      method: "GET",
      path: "servers/:id/metadata",
      run: async (context, _request, p) => ok({ metadata: (await servers.show(context, p.id ?? "")).metadata }),
    },
    ...(["POST", "PUT"] as const).map(
      (method): Route<Handler> => ({
        method,
        path: "servers/:id/metadata",
        async run(context, request, p) {
          const { metadata } = await body(request, metadataBody);
          const before = method === "POST" ? (await servers.show(context, p.id ?? "")).metadata : {};
          const changed = await servers.rename(context, p.id ?? "", { metadata: { ...before, ...metadata } });
          return ok({ metadata: changed.metadata });
        },
      }),
    ),
    {
      method: "DELETE",
      path: "servers/:id/metadata/:key",
      async run(context, _request, p) {
        const { metadata } = await servers.show(context, p.id ?? "");
        if (!Object.hasOwn(metadata, p.key ?? "")) throw new ComputeError("not-found", "Metadata item was not found");
        const rest = Object.entries(metadata).filter(([key]) => key !== p.key);
        await servers.rename(context, p.id ?? "", { metadata: Object.fromEntries(rest) });
        return { status: 204 };
      },
    },
    get("servers/:id/os-instance-actions/:request", async (context, _request, p) => {
      await servers.show(context, p.id ?? "");
      throw new ComputeError("not-found", `Action ${p.request} not found`);
    }),
    ...["os-volume_attachments", "os-instance-actions"].map(
      (what): Route<Handler> => ({
        method: "GET",
        path: `servers/:id/${what}`,
        async run(context, _request, p) {
          await servers.show(context, p.id ?? "");
          return ok({ [what === "os-volume_attachments" ? "volumeAttachments" : "instanceActions"]: [] });
        },
      }),
    ),
  ];
}

/** Its rules are the networking service's to tell. */
function groupView({ id, name, description, project_id }: Json) {
  return { id, name, description, tenant_id: project_id, rules: [] };
}
