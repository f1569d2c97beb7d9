/** Groups of users (`keystone/identity/core.py`). */
import type { Reader, Tx } from "../store/store.ts";
import { type Backing, newId } from "./backing.ts";
import { domains, groups, users } from "./collections.ts";
import { IdentityError, invalid, notFound } from "./error.ts";
import type { Extra, Group, User } from "./model.ts";
import { removeAssignmentsOf } from "./trust.ts";
import { getUser } from "./users.ts";

export interface GroupInput {
  readonly name: string;
  readonly domain_id?: string | undefined;
  readonly description?: string | null | undefined;
  readonly extra?: Extra | undefined;
}

export async function getGroup(reader: Reader, id: string): Promise<Group> {
  const group = await groups.get(reader, id);
  if (!group) throw notFound("group", id);
  return group;
}

export async function removeGroup(tx: Tx, id: string): Promise<void> {
  await removeAssignmentsOf(tx, { type: "group", id });
  await groups.remove(tx, id);
}

export class Groups {
  private readonly backing: Backing;
  constructor(backing: Backing) {
    this.backing = backing;
  }

  get(id: string): Promise<Group> {
    return getGroup(this.backing.read, id);
  }

  list(): Promise<Group[]> {
    return groups.list(this.backing.read);
  }

  async ofUser(userId: string): Promise<Group[]> {
    await getUser(this.backing.read, userId);
    return groups.list(this.backing.read, { keys: { member: userId } });
  }

  async members(id: string): Promise<User[]> {
    return users.list(this.backing.read, { ids: (await this.get(id)).members });
  }

  create(input: GroupInput, callerDomain = "default"): Promise<Group> {
    return this.backing.write(async (tx) => {
      const domainId = input.domain_id ?? callerDomain;
      if (!(await domains.get(tx, domainId))) throw notFound("domain", domainId);
      return groups.insert(tx, {
        id: newId(),
        name: input.name,
        domain_id: domainId,
        description: input.description ?? "",
        extra: input.extra ?? {},
        members: [],
      });
    });
  }

  update(id: string, changes: Partial<GroupInput>): Promise<Group> {
    return this.backing.write(async (tx) => {
      const before = await getGroup(tx, id);
      if (changes.domain_id !== undefined && changes.domain_id !== before.domain_id)
        throw invalid("domain_id", "Cannot change Domain ID");
      return groups.update(tx, {
        ...before,
        name: changes.name ?? before.name,
        description: changes.description === undefined ? before.description : (changes.description ?? ""),
        extra: { ...before.extra, ...changes.extra },
      });
    });
  }

  remove(id: string): Promise<void> {
    return this.backing.write(async (tx) => {
      await getGroup(tx, id);
      await removeGroup(tx, id);
    });
  }

  add(id: string, userId: string): Promise<void> {
    return this.backing.write(async (tx) => {
      await getUser(tx, userId);
      const group = await getGroup(tx, id);
      if (!group.members.includes(userId)) await groups.update(tx, { ...group, members: [...group.members, userId] });
    });
  }

  /** Throws `not-found` for one who is no member. */
  async check(id: string, userId: string): Promise<void> {
    await getUser(this.backing.read, userId);
    if (!(await this.get(id)).members.includes(userId)) throw notAMember(id, userId);
  }

  take(id: string, userId: string): Promise<void> {
    return this.backing.write(async (tx) => {
      await getUser(tx, userId);
      const group = await getGroup(tx, id);
      if (!group.members.includes(userId)) throw notAMember(id, userId);
      await groups.update(tx, { ...group, members: group.members.filter((one) => one !== userId) });
    });
  }
}

function notAMember(id: string, userId: string): IdentityError {
  return new IdentityError({
    reason: "not-found",
    kind: "user",
    message: `User '${userId}' not found in group '${id}'`,
  });
}
