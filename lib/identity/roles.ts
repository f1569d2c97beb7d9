/** Roles, and which imply which (`keystone/assignment/core.py`). */
import type { Reader } from "../store/store.ts";
import { type Backing, newId } from "./backing.ts";
import { assignments, domains, inferences, nameIn, roles } from "./collections.ts";
import { IdentityError, notFound, refused } from "./error.ts";
import { refuseImmutableDelete, refuseImmutableUpdate } from "./immutable.ts";
import type { Extra, ResourceOptions, Role, RoleInference } from "./model.ts";
import { removeApplicationCredentials } from "./trust.ts";

export interface RoleInput {
  readonly name: string;
  readonly domain_id?: string | null | undefined;
  readonly description?: string | null | undefined;
  readonly options?: ResourceOptions | undefined;
  readonly extra?: Extra | undefined;
}

export async function getRole(reader: Reader, id: string): Promise<Role> {
  const role = await roles.get(reader, id);
  if (!role) throw notFound("role", id);
  return role;
}

export class Roles {
  private readonly backing: Backing;
  constructor(backing: Backing) {
    this.backing = backing;
  }

  get(id: string): Promise<Role> {
    return getRole(this.backing.read, id);
  }

  list(ids?: readonly string[]): Promise<Role[]> {
    return roles.list(this.backing.read, ids && { ids });
  }

  async byName(name: string, domainId: string | null = null): Promise<Role | undefined> {
    const id = await roles.holder(this.backing.read, "name", nameIn(domainId, name));
    return id === undefined ? undefined : roles.get(this.backing.read, id);
  }

  create(input: RoleInput, id = newId()): Promise<Role> {
    return this.backing.write(async (tx) => {
      const domainId = input.domain_id ?? null;
      if (domainId !== null && !(await domains.get(tx, domainId))) throw notFound("domain", domainId);
      return roles.insert(tx, {
        id,
        name: input.name,
        domain_id: domainId,
        description: input.description ?? null,
        options: input.options ?? {},
        extra: input.extra ?? {},
      });
    });
  }

  update(id: string, changes: Partial<RoleInput>): Promise<Role> {
    return this.backing.write(async (tx) => {
      const before = await getRole(tx, id);
      refuseImmutableUpdate("role", before, changes.options);
      return roles.update(tx, {
        ...before,
        name: changes.name ?? before.name,
        description: changes.description === undefined ? before.description : changes.description,
        options: { ...before.options, ...changes.options },
        extra: { ...before.extra, ...changes.extra },
      });
    });
  }

  remove(id: string): Promise<void> {
    return this.backing.write(async (tx) => {
      refuseImmutableDelete("role", await getRole(tx, id));
      for (const one of await assignments.list(tx, { keys: { role: id } })) await assignments.remove(tx, one.id);
      for (const key of ["prior", "implied"])
        for (const one of await inferences.list(tx, { keys: { [key]: id } })) await inferences.remove(tx, one.id);
      await removeApplicationCredentials(tx, { role: id });
      await roles.remove(tx, id);
    });
  }

  inferences(): Promise<RoleInference[]> {
    return inferences.list(this.backing.read);
  }

  async implied(prior: string): Promise<Role[]> {
    await this.get(prior);
    const found = await inferences.list(this.backing.read, { keys: { prior } });
    return this.list(found.map((one) => one.implied));
  }

  async checkImplied(prior: string, implied: string): Promise<void> {
    await this.get(prior);
    await this.get(implied);
    if (!(await inferences.get(this.backing.read, `${prior}/${implied}`))) throw doesNotImply(prior, implied);
  }

  imply(prior: string, implied: string): Promise<void> {
    return this.backing.write(async (tx) => {
      const from = await getRole(tx, prior);
      const role = await getRole(tx, implied);
      // `prohibited_implied_role`: whoever could make a role imply admin would be one. A domain's role stays in its domain.
      if (role.name === "admin" || (from.domain_id === null && role.domain_id !== null))
        throw refused(`${implied} cannot be an implied roles.`);
      const id = `${prior}/${implied}`;
      if (!(await inferences.get(tx, id))) await inferences.insert(tx, { id, prior, implied });
    });
  }

  unimply(prior: string, implied: string): Promise<void> {
    return this.backing.write(async (tx) => {
      await getRole(tx, prior);
      await getRole(tx, implied);
      if (!(await inferences.remove(tx, `${prior}/${implied}`))) throw doesNotImply(prior, implied);
    });
  }
}

function doesNotImply(prior: string, implied: string): IdentityError {
  return new IdentityError({
    reason: "not-found",
    kind: "implied role",
    message: `${prior} does not imply ${implied}.`,
  });
}
