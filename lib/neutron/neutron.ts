/** The networking service: its store, configuration and parts. Constructed by the composition root alone. */
import { randomUUID } from "node:crypto";
import type { Context } from "../identity/context.ts";
import type { Store } from "../store/store.ts";
import { Api } from "./api.ts";
import type { NeutronConfig } from "./config/config.ts";
import type { Hooks } from "./hooks.ts";
import { ExtensionManager } from "./ml2/extension-manager.ts";
import { MechanismManager } from "./ml2/mechanism-manager.ts";
import { TypeManager } from "./ml2/type-manager.ts";
import { Quota } from "./quota/quota.ts";
import { PARTS } from "./registry.ts";
import type { Change, Extension, Resource, Shareable } from "./resource.ts";

export class Neutron {
  readonly store: Store;
  readonly config: NeutronConfig;
  readonly api: Api;
  readonly types: TypeManager;
  readonly mechanisms: MechanismManager;
  readonly extensionDrivers: ExtensionManager;
  readonly quota: Quota;
  readonly resources: readonly Resource[];
  readonly extensions: readonly Extension[];
  readonly hooks: readonly Hooks[];
  /** By object type. */
  readonly shareables: ReadonlyMap<string, Shareable>;

  constructor(store: Store, config: NeutronConfig) {
    this.store = store;
    this.config = config;
    this.types = new TypeManager(config);
    this.mechanisms = new MechanismManager(config);
    this.extensionDrivers = new ExtensionManager(config);
    this.quota = new Quota(config);
    this.resources = PARTS.flatMap((part) => part.resources);
    this.extensions = PARTS.flatMap((part) => part.extensions);
    this.hooks = PARTS.flatMap((part) => (part.hooks ? [part.hooks] : []));
    this.shareables = new Map(PARTS.flatMap((part) => part.shareables ?? []).map((one) => [one.objectType, one]));
    this.api = new Api(this);
  }

  newId(): string {
    return randomUUID();
  }

  /** One transaction on behalf of somebody. */
  change<T>(context: Context, work: (change: Change) => Promise<T>): Promise<T> {
    return this.store.transaction((tx) => work({ context, reader: tx, tx, neutron: this }));
  }
}
