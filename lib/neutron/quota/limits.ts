/** What projects may have: their own limits, and those of the configuration for all others. Source: neutron/db/quota/driver.py. */
import { Collection } from "../../store/collection.ts";
import type { NeutronConfig } from "../config/config.ts";

/** Kinds of objects that are counted, as clients see them listed. */
export const RESOURCES = [
  "network",
  "subnet",
  "subnetpool",
  "port",
  "router",
  "floatingip",
  "rbac_policy",
  "security_group",
  "security_group_rule",
  "trunk",
] as const;

export type CountedResource = (typeof RESOURCES)[number];
export type Limits = Readonly<Record<CountedResource, number>>;

/** Limits that an administrator set for a project, whose id this has. */
export interface ProjectLimits {
  readonly id: string;
  readonly project_id: string;
  readonly limits: Partial<Limits>;
}

export const projectLimits = new Collection<ProjectLimits>("quota");

/** Any negative value means: no limit. */
export function defaultLimits({ quotas }: NeutronConfig): Limits {
  const limit = (name: CountedResource) => Math.max(quotas[`quota_${name}`] ?? quotas.default_quota, -1);
  return Object.fromEntries(RESOURCES.map((name) => [name, limit(name)])) as Limits; // One for each of them.
}

export function isCounted(name: string): name is CountedResource {
  return (RESOURCES as readonly string[]).includes(name);
}
