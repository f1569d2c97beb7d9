/** Glance's v2 API over HTTP: `/image/v2/images`. Images are descriptions: their data is counted and thrown away. */
import { createHash } from "node:crypto";
import { z } from "zod";
import type { Compute } from "../../compute/compute.ts";
import { ComputeError } from "../../compute/errors.ts";
import type { Image } from "../../compute/model.ts";
import type { Context } from "../../identity/context.ts";
import { isBodyTooLarge } from "../body.ts";
import { body } from "../compute/body.ts";
import { statusOf } from "../compute/errors.ts";
import type { Handler } from "../compute/handler.ts";
import type { RestReply, RestRequest, RestService } from "../http.ts";
import { strangersRequest } from "../request-id.ts";
import { type Route, Router } from "../router.ts";
import { imageList } from "./list.ts";
import { memberEndpoints } from "./members.ts";

export interface ImageOptions {
  authenticate(request: RestRequest): Promise<Context | undefined>;
  report(error: unknown): void;
}

export function imageService(compute: Compute, options: ImageOptions): RestService {
  const router = new Router([...imageEndpoints(compute), ...memberEndpoints(compute)]);
  return async (request) => {
    const [version, ...rest] = request.path.filter((segment) => segment !== "");
    if (version === undefined || version === "versions") return { status: 300, body: versions(request.origin) };
    if (version !== "v2") return plain(404, "The resource could not be found.");
    if (rest.length === 0) return { status: 300, body: versions(request.origin) };
    const context = await options.authenticate(request);
    if (!context) {
      const reply = plain(
        401,
        "This server could not verify that you are authorized to access the document you requested.",
      );
      return { ...reply, headers: { ...reply.headers, ...strangersRequest() } };
    }
    const reply = await answer(router, context, request, rest, options);
    return { ...reply, headers: { "x-openstack-request-id": context.requestId, ...reply.headers } };
  };
}

async function answer(
  router: Router<Handler>,
  context: Context,
  request: RestRequest,
  path: string[],
  options: ImageOptions,
): Promise<RestReply> {
  const found = router.find(request.method, path);
  if (found.kind === "none") return plain(404, "The resource could not be found.");
  if (found.kind === "wrong-method") return plain(405, "The method is not allowed for this resource.");
  try {
    return await found.run(context, request, Object.fromEntries(found.parameters));
  } catch (error) {
    if (error instanceof ComputeError) return plain(statusOf(error), error.message);
    if (isBodyTooLarge(error)) return plain(413, error.message);
    options.report(error);
    return plain(500, "The server has encountered an unexpected error.");
  }
}

/** Glance answers errors as text. */
function plain(status: number, message: string): RestReply {
  return {
    status,
    body: `<html><head><title>${status}</title></head><body>${escapeHtml(message)}</body></html>`,
    headers: { "content-type": "text/html; charset=UTF-8" },
  };
}

function escapeHtml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

const createBody = z.looseObject({
  id: z.uuid().optional(),
  name: z.string().max(255).nullish(),
  visibility: z.enum(["public", "private", "shared", "community"]).optional(),
  container_format: z.string().max(255).nullish(),
  disk_format: z.string().max(255).nullish(),
  min_disk: z.number().int().min(0).optional(),
  min_ram: z.number().int().min(0).optional(),
  protected: z.boolean().optional(),
  tags: z.array(z.string().max(255)).optional(),
});
const KNOWN = Object.keys(createBody.shape);
/** RFC 6902, the operations that Glance takes. */
const patchBody = z.array(
  z.object({
    op: z.enum(["add", "replace", "remove"]),
    path: z.string().startsWith("/"),
    value: z.unknown().optional(),
  }),
);

function imageEndpoints(compute: Compute): Route<Handler>[] {
  const { images } = compute;
  return [
    {
      method: "GET",
      path: "images",
      run: async (context, { query }) => imageList((await images.list(context)).map(imageView), query),
    },
    {
      method: "POST",
      path: "images",
      async run(context, request) {
        const given = await body(request, createBody);
        const { id, name, visibility, container_format, disk_format, min_disk, min_ram, tags } = given;
        const properties = Object.entries(given).filter(
          (entry): entry is [string, string] => !KNOWN.includes(entry[0]) && typeof entry[1] === "string",
        );
        const set = { visibility, container_format, disk_format, min_disk, min_ram, tags, protected: given.protected };
        const known = Object.fromEntries(Object.entries(set).filter(([, value]) => value !== undefined));
        const image = await images.create(context, {
          id,
          name: name ?? null,
          ...known,
          properties: Object.fromEntries(properties),
        });
        return {
          status: 201,
          body: imageView(image),
          headers: { location: `${request.origin}/image/v2/images/${image.id}` },
        };
      },
    },
    {
      method: "GET",
      path: "images/:id",
      run: async (context, _request, p) => ({ status: 200, body: imageView(await images.show(context, p.id ?? "")) }),
    },
    {
      method: "PATCH",
      path: "images/:id",
      async run(context, request, p) {
        const operations = await body(request, patchBody);
        const image = await images.update(context, p.id ?? "", (before) => operations.reduce(patched, before));
        return { status: 200, body: imageView(image) };
      },
    },
    {
      method: "DELETE",
      path: "images/:id",
      async run(context, _request, p) {
        await images.remove(context, p.id ?? "");
        return { status: 204 };
      },
    },
    {
      method: "PUT",
      path: "images/:id/file",
      async run(context, request, p) {
        const { status } = await images.show(context, p.id ?? ""); // Before all of it was sent in vain.
        if (status !== "queued")
          throw new ComputeError("conflict", `Image status transition from ${status} to saving is not allowed`);
        const [md5, sha512] = [createHash("md5"), createHash("sha512")];
        let size = 0;
        for await (const part of request.parts?.() ?? []) {
          md5.update(part);
          sha512.update(part);
          size += part.byteLength;
        }
        const read = { size, checksum: md5.digest("hex"), hash: sha512.digest("hex") };
        await images.update(context, p.id ?? "", (image) => ({ ...image, ...read, status: "active" }));
        return { status: 204 };
      },
    },
    ...(["PUT", "DELETE"] as const).map(
      (method): Route<Handler> => ({
        method,
        path: "images/:id/tags/:tag",
        async run(context, _request, p) {
          await images.update(context, p.id ?? "", (image) => {
            const others = image.tags.filter((tag) => tag !== p.tag);
            return { ...image, tags: method === "PUT" ? [...others, p.tag ?? ""] : others };
          });
          return { status: 204 };
        },
      }),
    ),
    {
      method: "GET",
      path: "images/:id/file",
      async run(context, _request, p) {
        await images.show(context, p.id ?? "");
        throw new ComputeError("not-implemented", "This cloud describes images: their data is not kept.");
      },
    },
    {
      method: "GET",
      path: "schemas/image",
      run: async () => ({
        status: 200,
        body: {
          name: "image",
          properties: Object.fromEntries(KNOWN.map((key) => [key, { type: ["null", "string"] }])),
          additionalProperties: { type: "string" },
        },
      }),
    },
  ];
}

function imageView(image: Image): Readonly<Record<string, unknown>> {
  const { project_id, properties, hash, members: _members, ...rest } = image;
  return {
    ...properties,
    ...rest,
    owner: project_id,
    os_hidden: false,
    os_hash_algo: hash === undefined ? null : "sha512",
    os_hash_value: hash ?? null,
    virtual_size: image.disk_format === "raw" ? image.size : null,
    self: `/v2/images/${image.id}`,
    file: `/v2/images/${image.id}/file`,
    schema: "/v2/schemas/image",
  };
}

function patched(image: Image, { op, path, value }: z.output<typeof patchBody>[number]): Image {
  const key = path.slice(1).replaceAll("~1", "/").replaceAll("~0", "~");
  if (KNOWN.includes(key) && key !== "id") {
    const parsed = createBody.safeParse({ [key]: op === "remove" ? undefined : value });
    if (!parsed.success) throw new ComputeError("bad-request", `Invalid value '${String(value)}' for ${key}`);
    return { ...image, [key]: Reflect.get(parsed.data, key) ?? Reflect.get(image, key) };
  }
  if (Object.hasOwn(image, key) || key === "owner")
    throw new ComputeError("forbidden", `Attribute '${key}' is read-only.`);
  const properties = Object.entries(image.properties).filter(([name]) => name !== key);
  return {
    ...image,
    properties: Object.fromEntries(op === "remove" ? properties : [...properties, [key, String(value)]]),
  };
}

function versions(origin: string) {
  return { versions: [{ id: "v2.9", status: "CURRENT", links: [{ rel: "self", href: `${origin}/image/v2/` }] }] };
}
