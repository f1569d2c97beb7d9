/**
 * First start: the domain, roles, projects and users that a cloud begins with. The same as `keystone-manage bootstrap` and
 * devstack make: `keystone/cmd/bootstrap.py`.
 */
import { IdentityError } from "./error.ts";
import type { Identity } from "./identity.ts";
import type { Project, Role, Target, User } from "./model.ts";

export const DEFAULT_DOMAIN = "default";
/** Documented, so good on loopback alone: `rest/guard.ts`. */
export const DEFAULT_PASSWORD = "underlay";

/** More than there are objects to lose a race for. */
const ROUNDS = 20;

export interface FirstPasswords {
  readonly adminPassword?: string | undefined;
  readonly demoPassword?: string | undefined;
}

/** Those of UNDERLAY_ADMIN_PASSWORD and UNDERLAY_DEMO_PASSWORD; an empty one counts as none. */
export function passwordsOf(env: Readonly<Record<string, string | undefined>>): FirstPasswords {
  return {
    adminPassword: env.UNDERLAY_ADMIN_PASSWORD || undefined,
    demoPassword: env.UNDERLAY_DEMO_PASSWORD || undefined,
  };
}

/**
 * Answers whether this was the first start. One that was cut short is completed by the next; what was deleted after it stays
 * deleted. A password given later replaces the documented one as long as that is still in use, and no other.
 */
export async function prepare(identity: Identity, passwords: FirstPasswords = {}): Promise<boolean> {
  const first = !(await identity.setup.isDone());
  if (first) {
    await withoutRace(() => populate(identity, passwords));
    await identity.setup.done();
  }
  for (const [name, password] of [
    ["admin", passwords.adminPassword],
    ["demo", passwords.demoPassword],
  ] as const) {
    if (password === undefined || password === DEFAULT_PASSWORD) continue;
    const user = await withDefaultPassword(identity, name);
    if (user) await identity.users.update(user.id, { password });
  }
  return first;
}

/** Another server process may make the same on the same database: what it made first is then found in the next round. */
async function withoutRace(work: () => Promise<void>): Promise<void> {
  for (let round = 1; ; round++)
    try {
      return await work();
    } catch (error) {
      const lost = error instanceof IdentityError && error.problem.reason === "conflict";
      if (!lost || round === ROUNDS) throw error;
    }
}

async function populate(identity: Identity, passwords: FirstPasswords): Promise<void> {
  if (!(await identity.domains.byName("Default")))
    await identity.domains.create({ name: "Default", description: "The default domain" }, DEFAULT_DOMAIN);
  const admin = await role(identity, "admin");
  const member = await role(identity, "member");
  const reader = await role(identity, "reader");
  await identity.roles.imply(admin.id, member.id);
  await identity.roles.imply(member.id, reader.id);
  const adminProject = await project(identity, "admin", "Bootstrap project for initializing the cloud.");
  const demoProject = await project(identity, "demo", "");
  const adminUser = await user(identity, "admin", passwords.adminPassword);
  const demoUser = await user(identity, "demo", passwords.demoPassword);
  for (const [who, what, target] of [
    [adminUser, admin, { type: "project", id: adminProject.id }],
    [adminUser, admin, { type: "project", id: demoProject.id }],
    [adminUser, admin, { type: "system", id: "all" }],
    [demoUser, member, { type: "project", id: demoProject.id }],
  ] as const satisfies readonly [User, Role, Target][])
    await identity.assignments.grant({
      actor: { type: "user", id: who.id },
      target,
      role_id: what.id,
      inherited: false,
    });
}

async function role(identity: Identity, name: string): Promise<Role> {
  const options = { immutable: true };
  return (await identity.roles.byName(name)) ?? identity.roles.create({ name, options });
}

async function project(identity: Identity, name: string, description: string): Promise<Project> {
  return (await identity.projects.byName(DEFAULT_DOMAIN, name)) ?? identity.projects.create({ name, description });
}

async function user(identity: Identity, name: string, password = DEFAULT_PASSWORD): Promise<User> {
  return (await identity.users.byName(DEFAULT_DOMAIN, name)) ?? identity.users.create({ name, password });
}

/** Which of the first users can be logged in as with the documented password. */
export async function usersWithDefaultPassword(identity: Identity): Promise<string[]> {
  const found = [await withDefaultPassword(identity, "admin"), await withDefaultPassword(identity, "demo")];
  return found.flatMap((one) => (one ? [one.name] : []));
}

async function withDefaultPassword(identity: Identity, name: string): Promise<User | undefined> {
  const found = await identity.users.byName(DEFAULT_DOMAIN, name);
  if (!found?.enabled) return undefined;
  return (await identity.users.matchingHash(found.id, DEFAULT_PASSWORD)) === undefined ? undefined : found;
}
