/** Neutron's v2.0 API over HTTP: `/networking/v2.0/…`. Paths to resources, bodies to JSON, errors to replies; nothing else. */
import type { Context } from "../../identity/context.ts";
import type { Json } from "../../neutron/attribute.ts";
import { badRequest, httpBadRequest, NeutronError } from "../../neutron/errors.ts";
import { type Page, readListRequest } from "../../neutron/list-query.ts";
import type { Neutron } from "../../neutron/neutron.ts";
import type { Resource } from "../../neutron/resource.ts";
import { neutronFailure } from "../errors.ts";
import type { RestReply, RestRequest, RestService } from "../http.ts";
import { Routes } from "./routes.ts";
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
    if (path.length === 0) return { status: 200, body: versions(request.origin) };
    if (path[0] !== "v2.0") return neutronFailure(absent(), options.report);
    const context = await options.authenticate(request);
    if (!context) return unauthorized(request);
    if (path.length === 1) return { status: 200, body: versionDocument(neutron.resources, request.origin) };
    try {
      const reply = await serve(neutron, routes, context, request, path.slice(1));
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
  if (first === "extensions") return extensions(neutron, request.method, id);
  const route = routes.find(path);
  if (!route) throw absent();
  const { resource, parent } = route;
  const api = neutron.api;
  if (route.action !== undefined) {
    const { action, argument } = route;
    const found = resource.actions?.[action];
    if (!found) throw absent();
    if (found.method !== request.method) throw notAllowed();
    const body = request.method === "GET" || request.method === "DELETE" ? undefined : await readBody(request, false);
    const answer = await api.act(context, resource, action, found, route.id ?? "", body, argument);
    if (answer === undefined) return { status: 204 };
    return { status: found.method === "POST" ? 201 : 200, body: answer };
  }
  if (route.id === undefined)
    switch (request.method) {
      case "GET":
      case "HEAD": {
        const list = readListRequest(request.query, resource.attributes, resource.tagged ?? false);
        return { status: 200, body: listBody(resource, await api.list(context, resource, list, parent), request) };
      }
      case "POST": {
        const body = await readBody(request, true);
        const made = await api.create(context, resource, resource.bare ? { [resource.name]: body } : body, parent);
        if (resource.bare) return { status: 201, body: null };
        return { status: 201, body: { [Array.isArray(made) ? resource.plural : resource.name]: made } };
      }
      default:
        throw notAllowed();
    }
  switch (request.method) {
    case "GET":
    case "HEAD": {
      const fields = request.query.getAll("fields").filter((name) => name !== "");
      return { status: 200, body: { [resource.name]: await api.show(context, resource, route.id, fields, parent) } };
    }
    case "PUT": {
      const body = await readBody(request, true);
      const view = await api.update(context, resource, route.id, body, parent, ifMatch(request.headers));
      return { status: 200, body: { [resource.name]: view } };
    }
    case "DELETE":
      await api.remove(context, resource, route.id, parent, ifMatch(request.headers));
      return { status: 204 };
    default:
      throw notAllowed();
  }
}

function extensions(neutron: Neutron, method: string, alias: string | undefined): RestReply {
  if (method !== "GET") throw notAllowed();
  const views = neutron.extensions.map((one) => ({ ...one, links: [] }));
  if (alias === undefined) return { status: 200, body: { extensions: views } };
  const extension = views.find((one) => one.alias === alias);
  if (!extension)
    throw new NeutronError("not-found", "ExtensionNotFound", `Extension with alias ${alias} does not exist`);
  return { status: 200, body: { extension } };
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

/** The body as a JSON object. neutron/pecan_wsgi/hooks/body_validation.py */
async function readBody(request: RestRequest, required: boolean): Promise<Json> {
  const text = await request.text();
  if (text === undefined || text === "") {
    if (required) throw httpBadRequest("Body contains invalid data");
    return {};
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw httpBadRequest("Body contains invalid data");
  }
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw httpBadRequest("Body contains invalid data");
  return value as Json; // What JSON.parse calls an object.
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
  if (!/^\s*\d+\s*$/.test(number))
    throw badRequest("if-match", "Revision number etag must be in the format of revision_number=<int>");
  return Number(number);
}

function absent(): NeutronError {
  return new NeutronError("not-found", "HTTPNotFound", "The resource could not be found.");
}

function notAllowed(): NeutronError {
  return new NeutronError("not-allowed", "HTTPMethodNotAllowed", "The method is not allowed for this resource.");
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
