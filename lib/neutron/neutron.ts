/** The networking service: its store, configuration and parts. Constructed by the composition root alone. */
import { randomInt, randomUUID } from "node:crypto";
import type { Context } from "../identity/context.ts";
import type { Store } from "../store/store.ts";
import { Api } from "./api.ts";
import type { NeutronConfig } from "./config/config.ts";
import type { Hooks } from "./hooks.ts";
import type { ExtensionDriverFactory } from "./ml2/extension-driver.ts";
import { ExtensionManager } from "./ml2/extension-manager.ts";
import type { MechanismDriverFactory } from "./ml2/mechanism-driver.ts";
import { MechanismManager } from "./ml2/mechanism-manager.ts";
import type { TypeDriverFactory } from "./ml2/type-driver.ts";
import { TypeManager } from "./ml2/type-manager.ts";
import { Quota } from "./quota/quota.ts";
import { PARTS } from "./registry.ts";
import type { Change, Extension, Resource, Shareable } from "./resource.ts";

export interface NeutronOptions {
  /** Drivers that the configuration may name beside those of the tables. */
  readonly typeDrivers?: Readonly<Record<string, TypeDriverFactory>>;
  readonly mechanismDrivers?: Readonly<Record<string, MechanismDriverFactory>>;
  readonly extensionDrivers?: Readonly<Record<string, ExtensionDriverFactory>>;
  /** A whole number below `limit`: segments and MAC addresses are drawn with it. */
  readonly random?: (limit: number) => number;
  /** What other services do when something changes here, after all parts. */
  readonly hooks?: readonly Hooks[];
  /** Told of failures of drivers and agents that nobody waits for. */
  readonly report?: (error: unknown) => void;
}

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

  readonly random: (limit: number) => number;
  readonly report: (error: unknown) => void;

  constructor(store: Store, config: NeutronConfig, options: NeutronOptions = {}) {
    this.store = store;
    this.config = config;
    this.report = options.report ?? ((error) => process.emitWarning(error instanceof Error ? error : String(error)));
    this.random = options.random ?? ((limit) => randomInt(limit));
    this.types = new TypeManager(config, options.typeDrivers);
    this.mechanisms = new MechanismManager(config, options.mechanismDrivers, this.report);
    this.extensionDrivers = new ExtensionManager(config, options.extensionDrivers);
    this.quota = new Quota(config);
    this.resources = PARTS.flatMap((part) => part.resources).map((resource) => this.extensionDrivers.extend(resource));
    this.extensions = [...PARTS.flatMap((part) => part.extensions), ...this.extensionDrivers.extensions];
    this.hooks = [...PARTS.flatMap((part) => part.hooks ?? []), ...(options.hooks ?? [])];
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
