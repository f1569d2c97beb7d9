/** A resource whose objects are rows of a collection: what most are. The parts say only what is their own. */
import type { Collection, Stored } from "../store/collection.ts";
import type { Where } from "../store/where.ts";
import type { Attributes, Json } from "./attribute.ts";
import { hidden, notFound } from "./errors.ts";
import type { Policy } from "./policy.ts";
import { forgetPolicies } from "./rbac/shared.ts";
import type { Action, Call, Change, ListQuery, Resource } from "./resource.ts";
import { isStandard, type Standard, save } from "./standard.ts";

export interface StoredOptions<Row extends Stored> {
  readonly name: string;
  readonly plural: string;
  /** Absent: `plural` with hyphens. */
  readonly path?: string;
  /** As in messages: `Network`, `Security group`. */
  readonly title: string;
  /** The error's type when it is not `TITLENotFound`. */
  readonly missingType?: string;
  /** What says that there is none of this id, where it is not `TITLE ID could not be found.` */
  readonly missing?: (id: string) => Error;
  readonly rows: Collection<Row>;
  readonly attributes: Attributes;
  readonly policy: Policy;
  readonly quota?: string;
  readonly tagged?: boolean;
  readonly anyMarker?: boolean;
  readonly policyName?: string;
  readonly actions?: Readonly<Record<string, Action>>;
  /** The attribute (a key of the collection) that holds the id of the parent in the path. */
  readonly parentKey?: string;
  /** Objects of other projects that the caller sees too (shared, external, by RBAC). Absent: none. */
  readonly sees?: (call: Call) => Promise<(row: Row) => boolean>;
  /** The same, as a question that the store answers without reading all objects there are. */
  readonly also?: (call: Call) => Promise<Pick<Where, "ids" | "keys">>;
  readonly checkBulk?: (items: readonly Json[]) => void;
  /** Others' objects are said to be hidden rather than missing: Neutron looks at the policy only after it found them. */
  readonly hides?: boolean;
  /** Before a list: objects that come to be when somebody looks. */
  readonly before?: (call: Call, query: ListQuery) => Promise<void>;
  /** Rows as JSON with all attributes; absent: as they are, with tenant_id. */
  readonly views?: (call: Call, rows: readonly Row[]) => Promise<Json[]> | Json[];
  readonly prepare?: (call: Call, body: Json, mode: "create" | "update") => Json;
  /** Attributes of `values` are as the attribute table makes them. */
  readonly create?: (change: Change, values: Json, parent: string | undefined) => Promise<Row>;
  readonly update?: (change: Change, row: Row, values: Json) => Promise<Row>;
  readonly remove?: (change: Change, row: Row) => Promise<void>;
}

export function storedResource<Row extends Stored>(options: StoredOptions<Row>): Resource {
  const { rows, create, update, remove } = options;
  const missing = options.missing ?? ((id: string) => notFound(options.title, id, options.missingType));
  const views = options.views ?? ((_call: Call, all: readonly Row[]) => all.map(plainView));

  async function one(call: Call, id: string, parent: string | undefined): Promise<Row | undefined> {
    const row = await rows.get(call.reader, id);
    if (!row || !ofParent(row, options.parentKey, parent)) return undefined;
    if ((await visible(call))(row)) return row;
    const other = options.also && (await alsoSeen(call, options.also, { ids: [id] }));
    if (other?.length) return row;
    if (options.hides) throw hidden();
    return undefined;
  }

  async function alsoSeen(call: Call, also: NonNullable<typeof options.also>, where: Where): Promise<Row[]> {
    const { ids, keys } = await also(call);
    const wanted = where.ids && ids ? where.ids.filter((id) => ids.includes(id)) : (where.ids ?? ids);
    if (wanted?.length === 0 || Object.values(keys ?? {}).some((values) => values.length === 0)) return [];
    return rows.list(call.reader, { ...where, ...(wanted && { ids: wanted }), keys: { ...where.keys, ...keys } });
  }

  /** Those of the caller's project, and what else he sees. */
  async function listed(call: Call, query: ListQuery, parent: string | undefined): Promise<Row[]> {
    const where = whereOf(call, options, query, parent);
    const found = (await rows.list(call.reader, where)).filter(await visible(call));
    if (call.context.isAdmin || !options.also) return found;
    const { projectIds, ...anyProject } = where;
    void projectIds;
    const wanted = query.filters.project_id;
    const others = (
      await alsoSeen(call, options.also, { ...anyProject, ...(wanted && { projectIds: wanted }) })
    ).filter((row) => row.project_id !== call.context.projectId);
    if (others.length === 0) return found;
    return rows.list(call.reader, { ids: [...found, ...others].map((row) => row.id) }); // In the order of creation.
  }

  async function visible(call: Call): Promise<(row: Row) => boolean> {
    const { isAdmin, projectId } = call.context;
    if (isAdmin) return () => true;
    const other = options.sees && (await options.sees(call));
    return (row) => (projectId !== null && row.project_id === projectId) || (other?.(row) ?? false);
  }

  async function view(call: Call, row: Row): Promise<Json> {
    const [made] = await views(call, [row]);
    return made ?? {};
  }

  return {
    name: options.name,
    plural: options.plural,
    path: options.path ?? options.plural.replaceAll("_", "-"),
    attributes: options.attributes,
    policy: options.policy,
    ...(options.quota === undefined ? {} : { quota: options.quota }),
    ...(options.tagged === undefined ? {} : { tagged: options.tagged }),
    ...(options.anyMarker === undefined ? {} : { anyMarker: options.anyMarker }),
    ...(options.policyName === undefined ? {} : { policyName: options.policyName }),
    ...(options.actions === undefined ? {} : { actions: options.actions }),
    ...(options.prepare === undefined ? {} : { prepare: options.prepare }),
    ...(options.checkBulk === undefined ? {} : { checkBulk: options.checkBulk }),
    async list(call, query, parent) {
      await options.before?.(call, query);
      return views(call, await listed(call, query, parent));
    },
    async show(call, id, parent) {
      const row = await one(call, id, parent);
      return row && view(call, row);
    },
    async present(call, row) {
      const own = row as Row; // Of an event of this collection's kind.
      return (await visible(call))(own) ? view(call, own) : undefined;
    },
    missing,
    ...(create && {
      create: async (change: Change, values: Json, parent?: string) =>
        view(change, await create(change, values, parent)),
    }),
    ...(update && {
      update: async (change: Change, id: string, values: Json, parent?: string) => {
        const row = await one(change, id, parent);
        if (!row) throw missing(id);
        return view(change, await update(change, row, values));
      },
    }),
    ...(remove && {
      remove: async (change: Change, id: string, parent?: string) => {
        const row = await one(change, id, parent);
        if (!row) throw missing(id);
        await remove(change, row);
        if (change.neutron.shareables.has(rows.kind)) await forgetPolicies(change, rows.kind, id);
      },
    }),
    ...(options.tagged && {
      setTags: async (change: Change, id: string, tags: readonly string[]) => {
        const row = await one(change, id, undefined);
        if (!row) throw missing(id);
        await saveTags(change, rows, row, tags);
      },
    }),
  };
}

async function saveTags<Row extends Stored>(
  change: Change,
  rows: Collection<Row>,
  row: Row,
  tags: readonly string[],
): Promise<void> {
  if (!isStandard(row)) throw new Error(`a ${rows.kind} has no tags`);
  const tagged = rows as unknown as Collection<Row & Standard>; // As this row of theirs is.
  await save(change, tagged, row, { ...row, tags });
}

/** A row as the API shows it: itself, and its owner by the old name too. */
export function plainView(row: Stored): Json {
  return row.project_id === undefined ? { ...row } : { ...row, tenant_id: row.project_id };
}

function ofParent(row: Stored, key: string | undefined, parent: string | undefined): boolean {
  return key === undefined || parent === undefined || Reflect.get(row, key) === parent;
}

/** What the database itself can sort out; the API layer applies every filter again. */
function whereOf<Row extends Stored>(
  call: Call,
  options: StoredOptions<Row>,
  query: ListQuery,
  parent?: string,
): Where {
  const keys: Record<string, readonly string[]> = {};
  for (const [name, values] of Object.entries(query.filters)) {
    const attribute = options.attributes[name];
    if (!options.rows.hasKey(name) || attribute?.match || values.includes("")) continue;
    keys[name] = values.map((text) => String(attribute?.kind.filter?.(text) ?? text));
  }
  if (options.parentKey && parent !== undefined) keys[options.parentKey] = [parent];
  const { id, project_id } = query.filters;
  const own = call.context.isAdmin || options.sees ? undefined : [call.context.projectId ?? ""];
  const projectIds = own ?? (project_id?.includes("") ? undefined : project_id);
  return { keys, ...(id && { ids: id }), ...(projectIds && { projectIds }) };
}
