/** A cloud at its first start, in a store of its own, with a clock that tests turn. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { openStore } from "../../store/open.ts";
import type { Store } from "../../store/store.ts";
import { Identity, type IdentityOptions } from "../identity.ts";
import type { ScopeRequest } from "../login.ts";
import type { Project, User } from "../model.ts";
import { prepare } from "../prepare.ts";

export const START = Date.UTC(2026, 0, 1);
export const MINUTE = 60_000;

export interface TestCloud {
  readonly identity: Identity;
  readonly store: Store;
  clock: number;
  /** Another server process on the same store. */
  another(options?: IdentityOptions): Identity;
  login(user: string, password?: string, project?: string | null): Promise<string>;
  user(name: string): Promise<User>;
  project(name: string): Promise<Project>;
  roleId(name: string): Promise<string>;
  grant(role: string, userId: string, projectId: string): Promise<void>;
  close(): Promise<void>;
}

/** A database after the first start: made once, since hashing passwords and writing durably take their time. */
let template: Promise<Buffer> | undefined;

async function makeTemplate(): Promise<Buffer> {
  const dir = mkdtempSync(path.join(tmpdir(), "identity-"));
  const file = path.join(dir, "db");
  const store = await openStore(file);
  const identity = new Identity(store);
  await prepare(identity);
  identity.close();
  await store.close();
  const bytes = readFileSync(file);
  rmSync(dir, { recursive: true });
  return bytes;
}

export async function openCloud(options: IdentityOptions = {}): Promise<TestCloud> {
  const dir = mkdtempSync(path.join(tmpdir(), "identity-"));
  template ??= makeTemplate();
  writeFileSync(path.join(dir, "db"), await template);
  const store = await openStore(path.join(dir, "db"));
  const another = (more: IdentityOptions = {}) => new Identity(store, { now: () => cloud.clock, ...more });
  const open: Identity[] = [];
  const make = (more?: IdentityOptions) => {
    const identity = another(more);
    open.push(identity);
    return identity;
  };
  const cloud = { clock: START } as { clock: number };
  const identity = make(options);
  const there = async <T>(found: Promise<T | undefined>): Promise<T> => {
    const one = await found;
    if (one === undefined) throw new Error("not there");
    return one;
  };
  return Object.assign(cloud, {
    identity,
    store,
    another: make,
    user: (name: string) => there(identity.users.byName("default", name)),
    project: (name: string) => there(identity.projects.byName("default", name)),
    roleId: async (name: string) => (await there(identity.roles.byName(name))).id,
    async grant(role: string, userId: string, projectId: string) {
      await identity.assignments.grant({
        actor: { type: "user", id: userId },
        target: { type: "project", id: projectId },
        role_id: (await there(identity.roles.byName(role))).id,
        inherited: false,
      });
    },
    async login(name: string, password = "underlay", project: string | null = name) {
      const domain = { id: "default" };
      const scope: ScopeRequest =
        project === null ? { type: "unscoped" } : { type: "project", project: { name: project, domain } };
      const methods = [{ method: "password", user: { name, domain }, password } as const];
      return (await identity.login({ methods, scope, source: "test" })).secret;
    },
    async close() {
      for (const one of open) one.close();
      await store.close();
      rmSync(dir, { recursive: true });
    },
  });
}
