/** Neutron's v2.0 API over HTTP: `/networking/v2.0/…`. Paths to resources, bodies to JSON, errors to replies; nothing else. */
import type { Context } from "../../identity/context.ts";
import type { Json } from "../../neutron/attribute.ts";
import { badRequest } from "../../neutron/errors.ts";
import { type Page, readListRequest } from "../../neutron/list-query.ts";
import type { Neutron } from "../../neutron/neutron.ts";
import type { Resource } from "../../neutron/resource.ts";
import { neutronFailure } from "../errors.ts";
import type { RestReply, RestRequest, RestService } from "../http.ts";
import { strangersRequest } from "../request-id.ts";
import { readBody, refuseBody } from "./body.ts";
import { absent, noExtension, notAllowed, unknownVersion } from "./refusals.ts";
import { type Route, Routes, withoutSuffix } from "./routes.ts";
import { serveTags } from "./tags.ts";
import { versionDocument, versions } from "./versions.ts";

export interface NetworkingOptions {
  /** The bearer of a token; undefined: not valid. */
  authenticate(request: RestRequest): Promise<Context | undefined>;
  report(error: unknown): void;
}

export function networkingService(neutron: Neutron, options: NetworkingOptions): RestService {
  const routes = new Routes(neutron.resources);
  return async (request) => {
    const path = request.path.filter((segment) => segment !== "");
    const get = request.method === "GET";
    if (path.length === 0)
      return get ? { status: 200, body: versions(request.origin) } : neutronFailure(notAllowed(), options.report);
    if (path[0] !== "v2.0") return unknownVersion;
    const context = await options.authenticate(request);
    if (!context) {
      const reply = unauthorized(request);
      return { ...reply, headers: { ...strangersRequest(), ...reply.headers } };
    }
    if (path.length === 1)
      return get
        ? { status: 200, body: versionDocument(request.origin) }
        : neutronFailure(notAllowed(), options.report);
    try {
      const reply = await serve(neutron, routes, context, request, withoutSuffix(path.slice(1)));
      return { ...reply, headers: { ...reply.headers, "x-openstack-request-id": context.requestId } };
    } catch (error) {
      const reply = neutronFailure(error, options.report);
      return { ...reply, headers: { "x-openstack-request-id": context.requestId } };
    }
  };
}

async function serve(
  neutron: Neutron,
  routes: Routes,
  context: Context,
  request: RestRequest,
  path: readonly string[],
): Promise<RestReply> {
  const [first, id] = path;
  if (first === "extensions" && path.length <= 2) return extensions(neutron, request.method, id);
  const route = routes.find(path);
  if (!route) throw absent();
  if (route.id === undefined) return serveCollection(neutron, context, request, route);
  const { resource, action, argument } = route;
  if (action === undefined) return serveItem(neutron, context, request, route, route.id);
  if (action === "tags" && resource.tagged)
    return serveTags(neutron, context, request, { resource, id: route.id, tag: argument });
  return serveAction(neutron, context, request, route, route.id, action);
}

async function serveCollection(
  { api }: Neutron,
  context: Context,
  request: RestRequest,
  { resource, parent }: Route,
): Promise<RestReply> {
  switch (request.method) {
    case "GET": {
      const list = readListRequest(request.query, resource.attributes, resource.tagged ?? false);
      return { status: 200, body: listBody(resource, await api.list(context, resource, list, parent), request) };
    }
    case "POST": {
      const body = await readBody(request);
      const made = await api.create(context, resource, resource.bare ? { [resource.name]: body } : body, parent);
      if (resource.bare) return { status: 201, body: null };
      return { status: 201, body: { [Array.isArray(made) ? resource.plural : resource.name]: made } };
    }
    default:
      throw notAllowed();
  }
}

async function serveItem(
  { api }: Neutron,
  context: Context,
  request: RestRequest,
  { resource, parent }: Route,
  id: string,
): Promise<RestReply> {
  switch (request.method) {
    case "GET": {
      const question = Object.hasOwn(resource.questions ?? {}, id) ? resource.questions?.[id] : undefined;
      if (question) return { status: 200, body: await question(api.call(context)) };
      const { fields } = readListRequest(request.query, resource.attributes, resource.tagged ?? false);
      return { status: 200, body: { [resource.name]: await api.show(context, resource, id, fields, parent) } };
    }
    case "PUT": {
      const body = await readBody(request);
      const view = await api.update(context, resource, id, body, parent, ifMatch(request.headers));
      return { status: 200, body: { [resource.name]: view } };
    }
    case "DELETE":
      await refuseBody(request);
      await api.remove(context, resource, id, parent, ifMatch(request.headers));
      return { status: 204 };
    default:
      throw notAllowed();
  }
}

async function serveAction(
  { api }: Neutron,
  context: Context,
  request: RestRequest,
  { resource, argument, parent }: Route,
  id: string,
  action: string,
): Promise<RestReply> {
  const found = Object.hasOwn(resource.actions ?? {}, action) ? resource.actions?.[action] : undefined;
  if (!found) throw absent();
  if (found.method !== request.method) throw notAllowed();
  const body = request.method === "GET" || request.method === "DELETE" ? undefined : await readBody(request);
  const answer = await api.act(context, resource, action, found, id, body, argument, parent);
  if (answer === undefined) return { status: 204 };
  return { status: found.method === "POST" ? 201 : 200, body: answer };
}

/** Extensions are no resources of a plugin: what else one asks of them is not there, rather than not allowed. */
function extensions(neutron: Neutron, method: string, alias: string | undefined): RestReply {
  if (method !== "GET") throw absent();
  const views = neutron.extensions.map((one) => ({ ...one, links: [] }));
  if (alias === undefined) return { status: 200, body: { extensions: views } };
  const extension = views.find((one) => one.alias === alias);
  return extension ? { status: 200, body: { extension } } : noExtension(alias);
}

function listBody(resource: Resource, page: Page, request: RestRequest): Json {
  const body: Record<string, unknown> = { [resource.plural]: page.items };
  const links = [];
  if (page.next !== undefined) links.push({ rel: "next", href: link(request, page.next, false) });
  if (page.previous !== undefined) links.push({ rel: "previous", href: link(request, page.previous, true) });
  if (page.paged && links.length > 0) body[`${resource.plural}_links`] = links;
  return body;
}

function link(request: RestRequest, marker: string, reverse: boolean): string {
  const query = new URLSearchParams(request.query);
  query.delete("marker");
  query.delete("page_reverse");
  if (marker !== "") query.set("marker", marker);
  if (reverse) query.set("page_reverse", "True");
  return `${request.origin}/networking/${request.path.map(encodeURIComponent).join("/")}?${query}`;
}

/** `If-Match: revision_number=3`. neutron/api/api_common.py check_request_for_revision_constraint */
function ifMatch(headers: Headers): number | undefined {
  const tags = (headers.get("if-match") ?? "")
    .split(",")
    .map((tag) => tag.trim().replaceAll('"', ""))
    .filter((tag) => tag.startsWith("revision_number="));
  const [tag] = tags;
  if (tag === undefined) return undefined;
  if (tags.length > 1) throw badRequest("if-match", "Multiple revision_number etags are not supported.");
  const number = tag.slice("revision_number=".length);
  if (!/^\s*[+-]?\d+\s*$/.test(number))
    throw badRequest("if-match", "Revision number etag must be in the format of revision_number=<int>");
  return Number(number);
}

/** As keystonemiddleware's auth_token answers. */
function unauthorized(request: RestRequest): RestReply {
  return {
    status: 401,
    body: {
      error: { code: 401, title: "Unauthorized", message: "The request you have made requires authentication." },
    },
    headers: { "www-authenticate": `Keystone uri="${request.origin}/identity"` },
  };
}
