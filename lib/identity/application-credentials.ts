/** Secrets for programs, with some of the roles that their maker has on one project (`keystone/application_credential/core.py`). */
import { randomBytes } from "node:crypto";
import type { Reader } from "../store/store.ts";
import { type Backing, newId } from "./backing.ts";
import { applicationCredentials, secrets } from "./collections.ts";
import { effectiveRoles } from "./effective.ts";
import { invalid, notFound } from "./error.ts";
import type { ApplicationCredential } from "./model.ts";
import { hashPassword } from "./password.ts";
import { removeApplicationCredential } from "./trust.ts";

export interface ApplicationCredentialInput {
  readonly name: string;
  readonly description?: string | null | undefined;
  readonly user_id: string;
  readonly project_id: string;
  /** Ids, all of them among the maker's. */
  readonly roles: readonly string[];
  /** One is made when there is none. */
  readonly secret?: string | null | undefined;
  readonly expires_at?: number | null | undefined;
  readonly unrestricted?: boolean | undefined;
}

export class ApplicationCredentials {
  private readonly backing: Backing;
  constructor(backing: Backing) {
    this.backing = backing;
  }

  /** That of another user is not there. */
  async get(userId: string, id: string): Promise<ApplicationCredential> {
    return getOwn(this.backing.read, userId, id);
  }

  list(userId: string): Promise<ApplicationCredential[]> {
    return applicationCredentials.list(this.backing.read, { keys: { user: userId } });
  }

  async find(id: string): Promise<ApplicationCredential | undefined> {
    return applicationCredentials.get(this.backing.read, id);
  }

  async byName(userId: string, name: string): Promise<ApplicationCredential | undefined> {
    const id = await applicationCredentials.holder(this.backing.read, "name", `${userId}/${name}`);
    return id === undefined ? undefined : this.find(id);
  }

  /** The secret is answered here, and never again. */
  async create(input: ApplicationCredentialInput): Promise<{ credential: ApplicationCredential; secret: string }> {
    const secret = input.secret || randomBytes(64).toString("base64url");
    const expiresAt = input.expires_at ?? null;
    if (expiresAt !== null && expiresAt < this.backing.now())
      throw invalid(
        "expires_at",
        "The 'expires_at' must not be before now. The server could not comply with the request since it is either malformed or otherwise incorrect. The client is assumed to be in error.",
      );
    const hash = await hashPassword(secret);
    const credential = await this.backing.write(async (tx) => {
      const target = { type: "project", id: input.project_id } as const;
      const held = new Set((await effectiveRoles(tx, input.user_id, target)).map((role) => role.id));
      if (input.roles.some((id) => !held.has(id)))
        throw invalid(
          "roles",
          "Invalid application credential: Cannot create an application credential with unassigned role",
        );
      const id = newId();
      await secrets.insert(tx, { id, hash });
      return applicationCredentials.insert(tx, {
        id,
        name: input.name,
        description: input.description ?? null,
        user_id: input.user_id,
        project_id: input.project_id,
        roles: input.roles,
        expires_at: expiresAt,
        unrestricted: input.unrestricted ?? false,
      });
    });
    return { credential, secret };
  }

  remove(userId: string, id: string): Promise<void> {
    return this.backing.write(async (tx) => {
      await getOwn(tx, userId, id);
      await removeApplicationCredential(tx, id);
    });
  }
}

async function getOwn(reader: Reader, userId: string, id: string): Promise<ApplicationCredential> {
  const found = await applicationCredentials.get(reader, id);
  if (found?.user_id !== userId) throw notFound("application credential", id);
  return found;
}
