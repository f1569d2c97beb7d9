/** Refuses what would be more than a project may have. Source: neutron/db/quota/driver.py, neutron/pecan_wsgi/hooks/quota_enforcement.py. */
import type { Json } from "../attribute.ts";
import type { NeutronConfig } from "../config/config.ts";
import { conflict } from "../errors.ts";
import { repr } from "../kind/kind.ts";
import type { Call, Change } from "../resource.ts";
import { type CountedResource, defaultLimits, isCounted, type Limits, projectLimits } from "./limits.ts";
import { Usage } from "./usage.ts";

/** How many objects of a kind a project may have, and has. */
export class Quota {
  readonly defaults: Limits;
  private readonly usage = new Usage();

  constructor(config: NeutronConfig) {
    this.defaults = defaultLimits(config);
  }

  /** Throws OverQuota when `items`, which are not there yet, are too many for one of their projects. */
  async check(change: Change, name: string, items: readonly Json[]): Promise<void> {
    const counts = new Map<string, number>();
    for (const { project_id } of items) {
      const project = String(project_id ?? "");
      counts.set(project, (counts.get(project) ?? 0) + 1);
    }
    for (const [project, count] of counts) await this.need(change, name, project, count);
  }

  /** Throws OverQuota when `count` more of `name` are too many for this project. */
  async need(change: Change, name: string, projectId: string, count: number): Promise<void> {
    if (!isCounted(name)) return;
    const limit = (await this.limits(change, projectId))[name];
    if (limit < 0 || (await this.used(change, projectId, name)) + count <= limit) return;
    throw conflict("OverQuota", `Quota exceeded for resources: ${repr([name])}.`);
  }

  async limits(call: Call, projectId: string): Promise<Limits> {
    const own = await projectLimits.get(call.reader, projectId);
    return own ? { ...this.defaults, ...own.limits } : this.defaults;
  }

  used(call: Call, projectId: string, name: CountedResource): Promise<number> {
    return this.usage.count(call.reader, name, projectId);
  }
}
