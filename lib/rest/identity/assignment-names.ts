/** Names beside the ids of role assignments (`include_names`). */
import type { Identity } from "../../identity/identity.ts";

interface Item {
  readonly id: string;
  readonly name: string;
  readonly domain_id?: string | null;
}
type Index = ReadonlyMap<string, Item>;

export class Names {
  private readonly indexes: Readonly<Record<"user" | "group" | "role" | "project" | "domain", Index>>;

  private constructor(indexes: Names["indexes"]) {
    this.indexes = indexes;
  }

  static async load(identity: Identity): Promise<Names> {
    return new Names({
      user: index(await identity.users.list()),
      group: index(await identity.groups.list()),
      role: index(await identity.roles.list()),
      project: index(await identity.projects.list()),
      domain: index(await identity.domains.list()),
    });
  }

  readonly user = (id: string) => this.named("user", id);
  readonly group = (id: string) => this.named("group", id);
  readonly role = (id: string) => this.named("role", id);
  readonly project = (id: string) => this.named("project", id);
  readonly domain = (id: string) => this.named("domain", id);

  private named(kind: keyof Names["indexes"], id: string) {
    const item = this.indexes[kind].get(id);
    if (!item) return undefined;
    const domain = item.domain_id ? this.indexes.domain.get(item.domain_id) : undefined;
    return { name: item.name, ...(domain && { domain: { id: domain.id, name: domain.name } }) };
  }
}

const index = (items: readonly Item[]): Index => new Map(items.map((item) => [item.id, item]));
