/** From a path to what it addresses: a collection, one object of it, an action on it, or the same below a parent. */
import type { Resource } from "../../neutron/resource.ts";

export interface Route {
  readonly resource: Resource;
  readonly parent?: string | undefined;
  readonly id?: string | undefined;
  readonly action?: string | undefined;
  readonly argument?: string | undefined;
}

/** `networks.json` is `networks`: JSON is all there is. */
export function withoutSuffix(path: readonly string[]): string[] {
  return path.map((segment, i) => (i === path.length - 1 ? segment.replace(/\.json$/, "") : segment));
}

export class Routes {
  private readonly patterns: { readonly resource: Resource; readonly segments: readonly string[] }[];

  constructor(resources: readonly Resource[]) {
    // The longest first: `floatingips/:parent/port_forwardings` before an action of `floatingips`.
    this.patterns = resources
      .map((resource) => ({ resource, segments: resource.path.split("/") }))
      .sort((a, b) => b.segments.length - a.segments.length);
  }

  /** @param path segments after `/v2.0/`, without the suffix */
  find(path: readonly string[]): Route | undefined {
    for (const { resource, segments } of this.patterns) {
      if (segments.length > path.length || !segments.every((one, i) => one === ":parent" || same(one, path[i])))
        continue;
      const parentAt = segments.indexOf(":parent");
      const rest = path.slice(segments.length);
      if (rest.length > 3) continue;
      const [id, action, argument] = rest;
      return { resource, parent: parentAt < 0 ? undefined : path[parentAt], id, action, argument };
    }
    return this.findTags(path);
  }

  /** Tags stand below the collection's bare name: `policies/ID/tags`, though the policies are at `qos/policies`. */
  private findTags(path: readonly string[]): Route | undefined {
    const [plural, id, action, argument] = path;
    if (action !== "tags" || path.length > 4) return undefined;
    const found = this.patterns.find(({ resource }) => resource.tagged && resource.plural === plural);
    return found && { resource: found.resource, id, action, argument };
  }
}

/** Collections may be written with dashes or underscores. neutron/manager.py get_controller_for_resource */
function same(segment: string, given: string | undefined): boolean {
  return segment.replaceAll("_", "-") === given?.replaceAll("_", "-");
}
