/** Domains (`keystone/resource/core.py`). */
import type { Reader } from "../store/store.ts";
import { type Backing, newId } from "./backing.ts";
import { domains, groups, projects, roles, users } from "./collections.ts";
import { conflict, notFound, refused } from "./error.ts";
import { removeGroup } from "./groups.ts";
import { refuseImmutableDelete, refuseImmutableUpdate } from "./immutable.ts";
import type { Domain, Extra, ResourceOptions } from "./model.ts";
import { removeProject } from "./projects.ts";
import { removeAssignmentsOn, revokeTokensOfUser, revokeTokensOn } from "./trust.ts";
import { removeUser } from "./users.ts";

export interface DomainInput {
  readonly name: string;
  readonly description?: string | null | undefined;
  readonly enabled?: boolean | undefined;
  readonly tags?: readonly string[] | undefined;
  readonly options?: ResourceOptions | undefined;
  readonly extra?: Extra | undefined;
}

export async function getDomain(reader: Reader, id: string): Promise<Domain> {
  const domain = await domains.get(reader, id);
  if (!domain) throw notFound("domain", id);
  return domain;
}

export class Domains {
  private readonly backing: Backing;
  constructor(backing: Backing) {
    this.backing = backing;
  }

  get(id: string): Promise<Domain> {
    return getDomain(this.backing.read, id);
  }

  list(): Promise<Domain[]> {
    return domains.list(this.backing.read);
  }

  async byName(name: string): Promise<Domain | undefined> {
    const id = await domains.holder(this.backing.read, "name", name);
    return id === undefined ? undefined : domains.get(this.backing.read, id);
  }

  create(input: DomainInput, id = newId()): Promise<Domain> {
    return this.backing.write(async (tx) => {
      await refuseTaken(tx, input.name);
      return domains.insert(tx, {
        id,
        name: input.name,
        description: input.description ?? "",
        enabled: input.enabled ?? true,
        tags: input.tags ?? [],
        options: input.options ?? {},
        extra: input.extra ?? {},
      });
    });
  }

  update(id: string, changes: Partial<DomainInput>): Promise<Domain> {
    return this.backing.write(async (tx) => {
      const before = await getDomain(tx, id);
      refuseImmutableUpdate("domain", before, changes.options);
      if (changes.name !== undefined && changes.name !== before.name) await refuseTaken(tx, changes.name);
      const after: Domain = {
        ...before,
        name: changes.name ?? before.name,
        description: changes.description === undefined ? before.description : (changes.description ?? ""),
        enabled: changes.enabled ?? before.enabled,
        tags: changes.tags ?? before.tags,
        options: { ...before.options, ...changes.options },
        extra: { ...before.extra, ...changes.extra },
      };
      if (before.enabled && !after.enabled) await this.revokeTokens(tx, id);
      return domains.update(tx, after);
    });
  }

  /** With all that is in it, once it is disabled. */
  remove(id: string): Promise<void> {
    return this.backing.write(async (tx) => {
      const domain = await getDomain(tx, id);
      refuseImmutableDelete("domain", domain);
      if (domain.enabled) throw refused("Cannot delete a domain that is enabled, please disable it first.");
      const keys = { domain: id };
      for (const user of await users.list(tx, { keys })) await removeUser(tx, user.id);
      for (const group of await groups.list(tx, { keys })) await removeGroup(tx, group.id);
      for (const project of (await projects.list(tx, { keys })).reverse()) await removeProject(tx, project.id);
      for (const role of await roles.list(tx, { keys })) await roles.remove(tx, role.id);
      await removeAssignmentsOn(tx, { type: "domain", id });
      await revokeTokensOn(tx, { type: "domain", id });
      await domains.remove(tx, id);
    });
  }

  private async revokeTokens(tx: Parameters<typeof revokeTokensOn>[0], id: string): Promise<void> {
    await revokeTokensOn(tx, { type: "domain", id });
    for (const project of await projects.list(tx, { keys: { domain: id } }))
      await revokeTokensOn(tx, { type: "project", id: project.id });
    for (const user of await users.list(tx, { keys: { domain: id } })) await revokeTokensOfUser(tx, user.id);
  }
}

async function refuseTaken(reader: Reader, name: string): Promise<void> {
  if ((await domains.holder(reader, "name", name)) === undefined) return;
  throw conflict(
    "project",
    "name",
    `it is not permitted to have two projects acting as domains with the same name: ${name}`,
  );
}
