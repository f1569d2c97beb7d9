/** Projects and their tree (`keystone/resource/core.py`). */
import type { Reader, Tx } from "../store/store.ts";
import { type Backing, newId } from "./backing.ts";
import { domains, nameIn, projects } from "./collections.ts";
import { conflict, invalid, notFound, refused } from "./error.ts";
import { refuseImmutableDelete, refuseImmutableUpdate } from "./immutable.ts";
import type { Extra, Project, ResourceOptions } from "./model.ts";
import { removeApplicationCredentials, removeAssignmentsOn, revokeTokensOn } from "./trust.ts";

export interface ProjectInput {
  readonly name: string;
  readonly domain_id?: string | null | undefined;
  readonly parent_id?: string | null | undefined;
  readonly description?: string | null | undefined;
  readonly enabled?: boolean | undefined;
  readonly is_domain?: boolean | undefined;
  readonly tags?: readonly string[] | undefined;
  readonly options?: ResourceOptions | undefined;
  readonly extra?: Extra | undefined;
}

/** A domain and this many levels of projects (`max_project_tree_depth`). */
const MAX_DEPTH = 5;

export async function getProject(reader: Reader, id: string): Promise<Project> {
  const project = await projects.get(reader, id);
  if (!project) throw notFound("project", id);
  return project;
}

/** Nearest first; the domain is not among them. */
export async function ancestors(reader: Reader, project: Project): Promise<Project[]> {
  const found: Project[] = [];
  let parent = await projects.get(reader, project.parent_id);
  while (parent) {
    found.push(parent);
    parent = await projects.get(reader, parent.parent_id);
  }
  return found;
}

/** All below, parents before their children. */
export async function subtree(reader: Reader, id: string): Promise<Project[]> {
  const found: Project[] = [];
  let level = [id];
  while (level.length > 0) {
    const children = await projects.list(reader, { keys: { parent: level } });
    found.push(...children);
    level = children.map((child) => child.id);
  }
  return found;
}

export async function removeProject(tx: Tx, id: string): Promise<void> {
  await removeAssignmentsOn(tx, { type: "project", id });
  await revokeTokensOn(tx, { type: "project", id });
  await removeApplicationCredentials(tx, { project: id });
  await projects.remove(tx, id);
}

export class Projects {
  private readonly backing: Backing;
  constructor(backing: Backing) {
    this.backing = backing;
  }

  get(id: string): Promise<Project> {
    return getProject(this.backing.read, id);
  }

  list(): Promise<Project[]> {
    return projects.list(this.backing.read);
  }

  async byName(domainId: string, name: string): Promise<Project | undefined> {
    const id = await projects.holder(this.backing.read, "name", nameIn(domainId, name));
    return id === undefined ? undefined : projects.get(this.backing.read, id);
  }

  async ancestors(id: string): Promise<Project[]> {
    return ancestors(this.backing.read, await this.get(id));
  }

  subtree(id: string): Promise<Project[]> {
    return subtree(this.backing.read, id);
  }

  /** @param callerDomain where a project goes for which neither domain nor parent is given */
  create(input: ProjectInput, callerDomain = "default", id = newId()): Promise<Project> {
    return this.backing.write(async (tx) => {
      if (input.is_domain)
        throw invalid("is_domain", "Projects that act as domains are created with POST /v3/domains.");
      const place = await this.place(tx, input, callerDomain);
      await refuseTaken(tx, place.domain_id, input.name, id);
      return projects.insert(tx, {
        id,
        name: input.name,
        ...place,
        description: input.description ?? "",
        enabled: input.enabled ?? true,
        tags: input.tags ?? [],
        options: input.options ?? {},
        extra: input.extra ?? {},
      });
    });
  }

  update(id: string, changes: Partial<ProjectInput>): Promise<Project> {
    return this.backing.write(async (tx) => {
      const before = await getProject(tx, id);
      refuseImmutableUpdate("project", before, changes.options);
      if (changes.domain_id !== undefined && changes.domain_id !== before.domain_id)
        throw invalid("domain_id", "Cannot change Domain ID");
      if (changes.parent_id !== undefined && changes.parent_id !== before.parent_id)
        throw refused("Update of `parent_id` is not allowed.");
      if (changes.is_domain) throw invalid("is_domain", "Update of `is_domain` is not allowed.");
      if (changes.name !== undefined && changes.name !== before.name)
        await refuseTaken(tx, before.domain_id, changes.name, id);
      const after: Project = {
        ...before,
        name: changes.name ?? before.name,
        description: changes.description === undefined ? before.description : (changes.description ?? ""),
        enabled: changes.enabled ?? before.enabled,
        tags: changes.tags ?? before.tags,
        options: { ...before.options, ...changes.options },
        extra: { ...before.extra, ...changes.extra },
      };
      if (before.enabled && !after.enabled) await this.disable(tx, id);
      if (!before.enabled && after.enabled && (await ancestors(tx, before)).some((one) => !one.enabled))
        throw refused(`Cannot enable project ${id} since it has disabled parents`);
      return projects.update(tx, after);
    });
  }

  remove(id: string): Promise<void> {
    return this.backing.write(async (tx) => {
      refuseImmutableDelete("project", await getProject(tx, id));
      if ((await projects.count(tx, { keys: { parent: id } })) > 0)
        throw refused(
          `Cannot delete the project ${id} since it is not a leaf in the hierarchy. Use the cascade option if you want to delete a whole subtree.`,
        );
      await removeProject(tx, id);
    });
  }

  private async disable(tx: Tx, id: string): Promise<void> {
    if ((await subtree(tx, id)).some((one) => one.enabled))
      throw refused(`Cannot disable project ${id} since its subtree contains enabled projects.`);
    await revokeTokensOn(tx, { type: "project", id });
  }

  private async place(tx: Tx, input: ProjectInput, callerDomain: string) {
    const parentId = input.parent_id ?? input.domain_id ?? callerDomain;
    const domain = await domains.get(tx, parentId);
    if (domain) {
      if (input.domain_id && input.domain_id !== domain.id)
        throw invalid(
          "domain_id",
          `Cannot create project, the parent (${domain.id}) is acting as a domain, but this project's domain id (${input.domain_id}) does not match the parent's id.`,
        );
      if (!domain.enabled) throw disabledBranch(domain.id);
      return { domain_id: domain.id, parent_id: domain.id };
    }
    const parent = await projects.get(tx, parentId);
    if (!parent) throw input.parent_id ? notFound("project", parentId) : notFound("domain", parentId);
    if (input.domain_id && input.domain_id !== parent.domain_id)
      throw invalid(
        "domain_id",
        `Cannot create project, since it specifies its domain_id ${input.domain_id}, but specifies a parent in a different domain (${parent.domain_id}).`,
      );
    const above = [parent, ...(await ancestors(tx, parent))];
    const disabled = above.find((one) => !one.enabled);
    if (disabled) throw disabledBranch(disabled.id);
    if (above.length >= MAX_DEPTH) throw refused(`Max hierarchy depth reached for ${parent.id} branch.`);
    return { domain_id: parent.domain_id, parent_id: parent.id };
  }
}

const disabledBranch = (id: string) =>
  invalid("parent_id", `cannot create a project in a branch containing a disabled project: ${id}`);

async function refuseTaken(reader: Reader, domainId: string, name: string, id: string): Promise<void> {
  if ((await projects.holder(reader, "name", nameIn(domainId, name))) === undefined) return;
  throw conflict(
    "project",
    "name",
    `it is not permitted to have two projects with either the same name or same id in the same domain: name is ${name}, project id ${id}`,
  );
}
