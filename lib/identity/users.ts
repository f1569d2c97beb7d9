/** Users and their passwords (`keystone/identity/core.py`). */
import type { Reader, Tx } from "../store/store.ts";
import { type Backing, newId } from "./backing.ts";
import { domains, nameIn, secrets, users } from "./collections.ts";
import { invalid, notFound } from "./error.ts";
import type { Extra, ResourceOptions, User } from "./model.ts";
import { hashPassword, isOutdated, verifyPassword } from "./password.ts";
import { leaveGroups, removeApplicationCredentials, removeAssignmentsOf, revokeTokensOfUser } from "./trust.ts";

export interface UserInput {
  readonly name: string;
  readonly domain_id?: string | undefined;
  readonly password?: string | null | undefined;
  readonly enabled?: boolean | undefined;
  readonly default_project_id?: string | null | undefined;
  readonly options?: ResourceOptions | undefined;
  readonly extra?: Extra | undefined;
}

export async function getUser(reader: Reader, id: string): Promise<User> {
  const user = await users.get(reader, id);
  if (!user) throw notFound("user", id);
  return user;
}

export async function removeUser(tx: Tx, id: string): Promise<void> {
  await removeApplicationCredentials(tx, { user: id });
  await revokeTokensOfUser(tx, id);
  await removeAssignmentsOf(tx, { type: "user", id });
  await leaveGroups(tx, id);
  await secrets.remove(tx, id);
  await users.remove(tx, id);
}

/** What a password is compared with where there is none: the answer takes as long, so it does not tell which users exist. */
let decoy: Promise<string> | undefined;

export class Users {
  private readonly backing: Backing;
  private readonly passwordChanged: (user: User) => void;

  constructor(backing: Backing, passwordChanged: (user: User) => void) {
    this.backing = backing;
    this.passwordChanged = passwordChanged;
  }

  get(id: string): Promise<User> {
    return getUser(this.backing.read, id);
  }

  find(id: string): Promise<User | undefined> {
    return users.get(this.backing.read, id);
  }

  list(): Promise<User[]> {
    return users.list(this.backing.read);
  }

  async byName(domainId: string, name: string): Promise<User | undefined> {
    const id = await users.holder(this.backing.read, "name", nameIn(domainId, name));
    return id === undefined ? undefined : users.get(this.backing.read, id);
  }

  async create(input: UserInput, callerDomain = "default", id = newId()): Promise<User> {
    const hash = input.password == null ? undefined : await hashPassword(input.password);
    return this.backing.write(async (tx) => {
      const domainId = input.domain_id ?? callerDomain;
      if (!(await domains.get(tx, domainId))) throw notFound("domain", domainId);
      await refuseDomain(tx, input.default_project_id);
      if (hash !== undefined) await secrets.insert(tx, { id, hash });
      return users.insert(tx, {
        id,
        name: input.name,
        domain_id: domainId,
        enabled: input.enabled ?? true,
        default_project_id: input.default_project_id ?? null,
        options: input.options ?? {},
        extra: input.extra ?? {},
      });
    });
  }

  /** Revokes the user's tokens when it disables, or gives another password. */
  async update(id: string, changes: Partial<UserInput>): Promise<User> {
    const hash = changes.password == null ? undefined : await hashPassword(changes.password);
    const user = await this.backing.write(async (tx) => {
      const before = await getUser(tx, id);
      if (changes.domain_id !== undefined && changes.domain_id !== before.domain_id)
        throw invalid("domain_id", "Cannot change Domain ID");
      await refuseDomain(tx, changes.default_project_id);
      const after: User = {
        ...before,
        name: changes.name ?? before.name,
        enabled: changes.enabled ?? before.enabled,
        default_project_id:
          changes.default_project_id === undefined ? before.default_project_id : changes.default_project_id,
        options: { ...before.options, ...changes.options },
        extra: { ...before.extra, ...changes.extra },
      };
      if (changes.password !== undefined) await this.setHash(tx, id, hash);
      if (changes.password !== undefined || (before.enabled && !after.enabled)) await revokeTokensOfUser(tx, id);
      return users.update(tx, after);
    });
    if (changes.password !== undefined) this.passwordChanged(user);
    return user;
  }

  remove(id: string): Promise<void> {
    return this.backing.write(async (tx) => {
      await getUser(tx, id);
      await removeUser(tx, id);
    });
  }

  /**
   * The hash that `password` matches; undefined when it matches none. Takes the same time for a user without a password and for
   * an unknown one (undefined).
   */
  async matchingHash(userId: string | undefined, password: string): Promise<string | undefined> {
    const secret = userId === undefined ? undefined : await secrets.get(this.backing.read, userId);
    decoy ??= hashPassword("decoy");
    const good = await verifyPassword(password, secret?.hash ?? (await decoy));
    return good ? secret?.hash : undefined;
  }

  /** After a login: brings an old hash to today's parameters, unless the password has changed meanwhile. */
  async refreshHash(userId: string, password: string, old: string): Promise<string> {
    if (!isOutdated(old)) return old;
    const hash = await hashPassword(password);
    return this.backing.quietly(async (tx) => {
      if ((await secrets.get(tx, userId))?.hash !== old) return old;
      await secrets.update(tx, { id: userId, hash });
      return hash;
    });
  }

  private async setHash(tx: Tx, id: string, hash: string | undefined): Promise<void> {
    await secrets.remove(tx, id);
    if (hash !== undefined) await secrets.insert(tx, { id, hash });
  }
}

/** `keystone/identity/core.py`, _validate_default_project_id: a project that does not exist is let through. */
async function refuseDomain(reader: Reader, projectId: string | null | undefined): Promise<void> {
  if (projectId && (await domains.get(reader, projectId)))
    throw invalid("default_project_id", `User's default project ID cannot be a domain ID: ${projectId}`);
}
