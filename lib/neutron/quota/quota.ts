import type { Json } from "../attribute.ts";
import type { NeutronConfig } from "../config/config.ts";
import type { Change } from "../resource.ts";

/** How many objects of a kind a project may have. */
export class Quota {
  readonly config: NeutronConfig;

  constructor(config: NeutronConfig) {
    this.config = config;
  }

  /** Throws OverQuota when `items` more of `name` are too many for one of their projects. */
  async check(_change: Change, _name: string, _items: readonly Json[]): Promise<void> {}

  /** Throws OverQuota when `count` more of `name` are too many for this project. */
  async need(_change: Change, _name: string, _projectId: string, _count: number): Promise<void> {}
}
