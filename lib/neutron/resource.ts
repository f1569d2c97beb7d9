/** What a resource of the API is: its names, attributes and rules, and what reads and changes it. */
import type { Context } from "../identity/context.ts";
import type { Collection, Stored } from "../store/collection.ts";
import type { Reader, Tx } from "../store/store.ts";
import type { Attributes, Json } from "./attribute.ts";
import type { Hooks } from "./hooks.ts";
import type { Neutron } from "./neutron.ts";
import type { Policy } from "./policy.ts";
import type { RbacPolicy } from "./rbac/model.ts";

/** One request that reads. */
export interface Call {
  readonly context: Context;
  readonly reader: Reader;
  /** The service itself: configuration, managers, quotas. */
  readonly neutron: Neutron;
}

/** One request that changes: everything of it happens in one transaction. */
export interface Change extends Call {
  readonly reader: Tx;
  readonly tx: Tx;
}

/** What a list is asked for. Filters hold any of their values, and all together. */
export interface ListQuery {
  readonly filters: Readonly<Record<string, readonly string[]>>;
}

export interface Action {
  readonly method: "GET" | "PUT" | "POST" | "DELETE";
  /** Who may; its name in refusals is `NAME_of_resource`, e.g. `add_router_interface`, when `policyName` is absent. */
  readonly rule?: import("./policy.ts").Rule;
  readonly policyName?: string;
  /** Answers the body of the reply (undefined: none). `argument`: a further path segment, where the action takes one. */
  run(
    change: Change,
    id: string,
    body: Json | undefined,
    argument: string | undefined,
    parent?: string,
  ): Promise<unknown>;
}

/**
 * Views are the objects as JSON with all their attributes, whoever asks; the API layer (api.ts) then hides what the policy
 * hides. `list`, `show`: only what `call.context` may see at all.
 */
export interface Resource {
  /** `security_group`: key of one in bodies. */
  readonly name: string;
  /** `security_groups`: key of many. */
  readonly plural: string;
  /** URL after `/v2.0/`: `security-groups`, `qos/policies`. `:parent` stands for the parent's id: `floatingips/:parent/port_forwardings`. */
  readonly path: string;
  readonly attributes: Attributes;
  readonly policy: Policy;
  /** The attribute that identifies; `id` when absent. */
  readonly key?: string;
  /** Counted against this quota: `network`. */
  readonly quota?: string;
  /** May carry tags. */
  readonly tagged?: boolean;
  /** Pages may begin behind an object that the caller does not see, or that is gone. neutron/objects/base.py Pager */
  readonly anyMarker?: boolean;
  /** Names of the rules, where they are not `create_NAME`, …: e.g. `policy_bandwidth_limit_rule`. */
  readonly policyName?: string;
  /** A create's body is the object itself, with no key around it, and it is answered with `null`: agents' schedulers. */
  readonly bare?: boolean;
  list(call: Call, query: ListQuery, parent?: string): Promise<Json[]>;
  /** undefined: not there, or not to be seen. */
  show(call: Call, id: string, parent?: string): Promise<Json | undefined>;
  /** Instead of `show` and of picking fields, where `fields` of a request mean more than that. */
  showFields?(call: Call, id: string, fields: readonly string[]): Promise<Json | undefined>;
  /** A row as it stands in an event; undefined: not to be seen. Absent: its events are not for clients. */
  present?(call: Call, row: Stored): Promise<Json | undefined>;
  /** What says that there is none of this id. */
  missing(id: string): Error;
  create?(change: Change, values: Json, parent?: string): Promise<Json>;
  /** `values`: only what is to change. */
  update?(change: Change, id: string, values: Json, parent?: string): Promise<Json>;
  remove?(change: Change, id: string, parent?: string): Promise<void>;
  /** What objects that are made together must be to each other. Throws. */
  checkBulk?(items: readonly Json[]): void;
  /** Of a tagged resource: replaces all tags. */
  setTags?(change: Change, id: string, tags: readonly string[]): Promise<void>;
  /** Before validation: what the body means beyond the attribute table. */
  prepare?(call: Call, body: Json, mode: "create" | "update"): Json;
  /** `routers/ID/add_router_interface`, by the last segment. */
  readonly actions?: Readonly<Record<string, Action>>;
  /** What stands where an object's id would, and is none: `quotas/project`. */
  readonly questions?: Readonly<Record<string, (call: Call) => Json | Promise<Json>>>;
}

/** An API extension, as `GET /v2.0/extensions` lists it. */
export interface Extension {
  readonly alias: string;
  readonly name: string;
  readonly description: string;
  /** ISO time, as Neutron has it. */
  readonly updated: string;
}

/** A kind of object that RBAC policies give to other projects. */
export interface Shareable {
  /** `network`, … */
  readonly objectType: string;
  readonly rows: Pick<Collection<Stored>, "get">;
  readonly actions: readonly string[];
  /** Projects with objects that use this one by `action`; its owner's may be among them. */
  users(call: Call, id: string, action: string): Promise<Set<string>>;
  /** What says that `policy` cannot go. */
  inUse(policy: RbacPolicy): Error;
}

/** A part of the service: what it adds. */
export interface Part {
  readonly resources: readonly Resource[];
  readonly extensions: readonly Extension[];
  readonly hooks?: Hooks;
  readonly shareables?: readonly Shareable[];
}
