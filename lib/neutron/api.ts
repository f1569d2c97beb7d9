/**
 * The API's order of doing things, the same for every resource: read the body, check quota and policy, call the resource,
 * hide what the policy hides. Knows no HTTP. Source: neutron/pecan_wsgi/hooks, neutron/api/v2/base.py.
 */
import { setImmediate } from "node:timers/promises";
import { type Context, serviceContext } from "../identity/context.ts";
import type { Stored } from "../store/collection.ts";
import type { Attributes, Json } from "./attribute.ts";
import { readCreate, readUpdate } from "./attribute.ts";
import { hidden, httpBadRequest, NeutronError } from "./errors.ts";
import { filterViews, type ListRequest, orderOf, type Page, pageOf } from "./list-query.ts";
import type { Neutron } from "./neutron.ts";
import { allowed, anyone, forbidden } from "./policy.ts";
import type { Action, Call, Change, Resource } from "./resource.ts";
import { shown } from "./visible.ts";

/** Objects of a bulk that are made before others' reads have their turn. */
const AT_A_TIME = 50;

type Verb = "create" | "update" | "remove" | "get";
const VERB_NAMES: Record<Verb, string> = { create: "create", update: "update", remove: "delete", get: "get" };

export class Api {
  private readonly neutron: Neutron;

  constructor(neutron: Neutron) {
    this.neutron = neutron;
  }

  async list(context: Context, resource: Resource, request: ListRequest, parent?: string): Promise<Page> {
    const call = this.call(context);
    const views = await visible(call, resource, await resource.list(call, { filters: request.filters }, parent));
    const key = resource.key ?? "id";
    const found = filterViews(views, request.filters, resource.attributes);
    const order = orderOf(request, key);
    if (order) found.sort(order);
    const page = pageOf(found, request, key, await this.marker(call, resource, request, parent));
    // As with Neutron, an object is found by what its caller may not read of it, too.
    const items = await strip(call, resource, page.items);
    return { ...page, items: items.map((view) => pick(view, request.fields)) };
  }

  /** Throws when the object that the page is to begin behind is not there. */
  private async marker(
    call: Call,
    resource: Resource,
    { limit, marker }: ListRequest,
    parent: string | undefined,
  ): Promise<Json | undefined> {
    if (limit === undefined || marker === undefined) return undefined;
    if (resource.anyMarker) return resource.show({ ...call, context: serviceContext() }, marker, parent);
    const view = await resource.show(call, marker, parent);
    if (!view || !(await allowed(resource.policy.get, call, view))) throw resource.missing(marker);
    return view;
  }

  async show(
    context: Context,
    resource: Resource,
    id: string,
    fields: readonly string[],
    parent?: string,
  ): Promise<Json> {
    const call = this.call(context);
    const own = resource.showFields;
    const view = own ? await own.call(resource, call, id, fields) : await resource.show(call, id, parent);
    if (!view) throw resource.missing(id);
    if (!(await allowed(resource.policy.get, call, view))) throw hidden();
    return pick(await shown(call, resource, view), own ? [] : fields);
  }

  /** @returns one view, or several for a body that holds `resource.plural` */
  async create(context: Context, resource: Resource, body: Json, parent?: string): Promise<Json | Json[]> {
    const make = resource.create;
    if (!make) throw notAllowed();
    const bulk = Object.hasOwn(body, resource.plural);
    const bodies = bulk ? bulkOf(body, resource) : [body[resource.name]];
    const views = await this.change(context, async (change) => {
      const items: Json[] = [];
      for (const one of bodies) items.push(await this.readNew(change, resource, one));
      if (resource.quota) await this.neutron.quota.check(change, resource.quota, items);
      for (const values of items)
        await this.authorize(change, resource, "create", parentTarget(values, parent), values);
      if (bulk) resource.checkBulk?.(items);
      const made: Json[] = [];
      for (const values of items) {
        if (made.length % AT_A_TIME === AT_A_TIME - 1) await setImmediate();
        made.push(await shown(change, resource, await make.call(resource, change, values, parent)));
      }
      return made;
    });
    return bulk ? views : (views[0] ?? {});
  }

  /** @param revision from If-Match: the revision_number that the object must still have */
  async update(
    context: Context,
    resource: Resource,
    id: string,
    body: Json,
    parent?: string,
    revision?: number,
  ): Promise<Json> {
    const write = resource.update;
    if (!write) throw notAllowed();
    if (Object.hasOwn(body, resource.plural)) throw httpBadRequest("Bulk operation not supported");
    return this.change(context, async (change) => {
      const given = withOwner(change.context, resource.attributes, objectOf(body[resource.name], resource), "update");
      const prepared = resource.prepare?.(change, given, "update") ?? given;
      const values = readUpdate(resource.attributes, prepared);
      const current = await this.current(change, resource, id, parent);
      checkRevision(current, revision);
      await this.authorize(change, resource, "update", { ...current, ...values }, values);
      return shown(change, resource, await write.call(resource, change, id, values, parent));
    });
  }

  async remove(context: Context, resource: Resource, id: string, parent?: string, revision?: number): Promise<void> {
    const remove = resource.remove;
    if (!remove) throw notAllowed();
    await this.change(context, async (change) => {
      const current = await this.current(change, resource, id, parent);
      checkRevision(current, revision);
      await this.authorize(change, resource, "remove", current, {});
      await remove.call(resource, change, id, parent);
    });
  }

  async act(
    context: Context,
    resource: Resource,
    name: string,
    action: Action,
    id: string,
    body: Json | undefined,
    argument?: string,
    parent?: string,
  ): Promise<unknown> {
    return this.change(context, async (change) => {
      const current = await this.current(change, resource, id, parent);
      if (!(await allowed(action.rule, change, current))) throw forbidden([action.policyName ?? `${name}`]);
      return action.run(change, id, body, argument, parent);
    });
  }

  /** What of an event's row its reader may see: as a `show` would have answered. undefined: nothing. */
  async present(context: Context, kind: string, row: unknown): Promise<Json | undefined> {
    const resource = this.neutron.resources.find((one) => one.name === kind);
    if (!resource?.present || row === null) return undefined;
    const call = this.call(context);
    const view = await resource.present(call, row as Stored); // What a collection of that kind wrote.
    return view && (await allowed(resource.policy.get, call, view)) ? shown(call, resource, view) : undefined;
  }

  call(context: Context): Call {
    return { context, reader: this.neutron.store.read, neutron: this.neutron };
  }

  /** One transaction, for a body of work of the service. */
  change<T>(context: Context, work: (change: Change) => Promise<T>): Promise<T> {
    return this.neutron.change(context, work);
  }

  private async readNew(change: Change, resource: Resource, body: unknown): Promise<Json> {
    const given = withOwner(change.context, resource.attributes, objectOf(body, resource), "create");
    const prepared = resource.prepare?.(change, given, "create") ?? given;
    return readCreate(resource.attributes, prepared);
  }

  private async current(change: Change, resource: Resource, id: string, parent?: string): Promise<Json> {
    const current = await resource.show(change, id, parent);
    if (!current) throw resource.missing(id);
    return current;
  }

  /** Throws PolicyNotAuthorized, or as if nothing were there for what one may not even see. */
  private async authorize(
    call: Call,
    resource: Resource,
    verb: "create" | "update" | "remove",
    target: Json,
    values: Json,
  ): Promise<void> {
    if (call.context.isAdmin) return;
    const name = `${VERB_NAMES[verb]}_${resource.policyName ?? resource.name}`;
    const names = [name];
    let pass = await allowed(resource.policy[verb], call, target);
    if (verb !== "remove")
      for (const attribute of touched(resource, values, verb)) {
        const rule = resource.policy.attributes?.[attribute]?.[verb];
        if (!rule) continue;
        names.push(`${name}:${attribute}`);
        pass = (await allowed(rule, call, target)) && pass;
      }
    if (pass) return;
    if (verb !== "create" && !(await allowed(resource.policy.get, call, target))) throw hidden();
    throw forbidden(names);
  }
}

/** Attributes that the request really names, and the keys of dictionaries among them. neutron/policy.py _build_match_rule. */
function* touched(resource: Resource, values: Json, verb: "create" | "update"): Generator<string> {
  for (const [name, value] of Object.entries(values)) {
    if (verb === "create" && value === resource.attributes[name]?.default) continue;
    yield name;
    const parts = Array.isArray(value) ? value : [value];
    const keys = new Set(parts.flatMap((part) => (typeof part === "object" && part !== null ? Object.keys(part) : [])));
    for (const key of keys) yield `${name}:${key}`;
  }
}

/** Those of the views that the policy lets the caller see at all. */
async function visible(call: Call, { policy }: Resource, views: Json[]): Promise<Json[]> {
  if (call.context.isAdmin || !policy.get || policy.get === anyone) return views;
  const seen: Json[] = [];
  for (const view of views) if (await policy.get(call, view)) seen.push(view);
  return seen;
}

async function strip(call: Call, resource: Resource, views: readonly Json[]): Promise<Json[]> {
  const stripped: Json[] = [];
  for (const view of views) {
    const made = shown(call, resource, view);
    stripped.push(made instanceof Promise ? await made : made);
  }
  return stripped;
}

function pick(view: Json, fields: readonly string[]): Json {
  if (fields.length === 0) return view;
  return Object.fromEntries(fields.filter((name) => Object.hasOwn(view, name)).map((name) => [name, view[name]]));
}

function parentTarget(values: Json, parent: string | undefined): Json {
  return parent === undefined ? values : { ...values, parent_id: parent };
}

/** Each may stand there bare, or under the resource's name. */
function bulkOf(body: Json, resource: Resource): unknown[] {
  const bulk = body[resource.plural];
  if (!bulk || (Array.isArray(bulk) && bulk.length === 0)) throw httpBadRequest("Resources required");
  if (typeof bulk !== "object" && typeof bulk !== "string") throw httpBadRequest("Body contains invalid data");
  const all = Array.isArray(bulk) ? bulk : ["items of what is no list"]; // Python walks keys and letters, which are no objects.
  return all.map((one) => (isObject(one) && Object.hasOwn(one, resource.name) ? one[resource.name] : one));
}

function objectOf(value: unknown, resource: Resource): Json {
  if (value === undefined || value === null) throw httpBadRequest(`Unable to find '${resource.name}' in request body`);
  if (!isObject(value)) throw httpBadRequest(`Object '${resource.name}' contains invalid data`);
  return value;
}

function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** project_id and tenant_id are one; another's needs an administrator. neutron_lib/api/attributes.py populate_project_id. */
function withOwner(context: Context, attributes: Attributes, body: Json, verb: "create" | "update"): Json {
  if (!("project_id" in attributes)) return body;
  const { project_id, tenant_id } = body;
  if (project_id !== undefined && tenant_id !== undefined && project_id !== tenant_id)
    throw httpBadRequest("'project_id' and 'tenant_id' do not match");
  const given = project_id ?? tenant_id;
  if (given !== undefined && given !== context.projectId && !context.isAdmin)
    throw httpBadRequest(
      "Specifying 'project_id' or 'tenant_id' other than the authenticated project in request requires admin or advsvc privileges",
    );
  if (given === undefined && verb === "update") return body;
  const project = given ?? context.projectId;
  if (project === null) throw httpBadRequest("Running without keystone AuthN requires that tenant_id is specified");
  return { ...body, project_id: project, tenant_id: project };
}

function checkRevision(current: Json, revision: number | undefined): void {
  if (revision === undefined || current.revision_number === revision) return;
  throw new NeutronError(
    "precondition-failed",
    "RevisionNumberConstraintFailed",
    `Constrained to ${revision}, but current revision is ${String(current.revision_number)}`,
  );
}

function notAllowed(): NeutronError {
  return new NeutronError("not-allowed", "HTTPMethodNotAllowed", "The method is not allowed for this resource.");
}
