/** `/v3/projects` and their tags (`keystone/api/projects.py`, `keystone/common/policies/project.py`). */
import { invalid, notFound } from "../../identity/error.ts";
import type { Domain, Project } from "../../identity/model.ts";
import type { RestReply } from "../http.ts";
import type { Routes } from "../router.ts";
import { collection, flag, here, linked, member, NO_CONTENT } from "./answer.ts";
import { bodyOf, jsonBody, read } from "./body.ts";
import type { Call, Handler } from "./caller.ts";
import { projectCreate, projectUpdate, tag, tags } from "./schema.ts";
import { domainView, projectView } from "./view.ts";

const pathOf = ({ id }: { readonly id?: unknown }) => `projects/${id}`;

export const projectRoutes: Routes<Handler> = {
  "GET v3/projects": async (call) => {
    (await call.caller()).reads("list_projects");
    if (flag(call, "is_domain")) return domainsAsProjects(call);
    const found = (await call.identity.projects.list()).filter((project) => hasTags(project, call.request.query));
    const filters = ["domain_id", "enabled", "name", "parent_id"];
    return collection(call, "projects", found.map(projectView), filters, pathOf);
  },

  "POST v3/projects": async (call) => {
    const caller = await call.caller();
    caller.manages("create_project");
    const input = await bodyOf(call.request, "project", projectCreate);
    if (input.is_domain) return domainReply(call, await call.identity.domains.create(input), 201);
    const project = await call.identity.projects.create(input, caller.domainId);
    return member(call, "project", pathOf(project), projectView(project), 201);
  },

  "GET v3/projects/:project_id": async (call) => {
    const domain = await domainOf(call);
    if (domain) {
      (await call.caller()).reads("get_project");
      return domainReply(call, domain);
    }
    const project = await readable(call, "get_project");
    return member(call, "project", pathOf(project), { ...projectView(project), ...(await relatives(call, project)) });
  },

  "PATCH v3/projects/:project_id": async (call) => {
    (await call.caller()).manages("update_project");
    const changes = await bodyOf(call.request, "project", projectUpdate);
    const domain = await domainOf(call);
    if (domain) return domainReply(call, await call.identity.domains.update(domain.id, changes));
    const project = await call.identity.projects.update(call.parameter("project_id"), changes);
    return member(call, "project", pathOf(project), projectView(project));
  },

  "DELETE v3/projects/:project_id": async (call) => {
    (await call.caller()).manages("delete_project");
    const domain = await domainOf(call);
    if (domain) {
      // Said with another status than a domain's own address says it (`keystone/resource/core.py`).
      if (domain.enabled) throw invalid("enabled", enabledDomain(domain.id));
      await call.identity.domains.remove(domain.id);
      return NO_CONTENT;
    }
    await call.identity.projects.remove(call.parameter("project_id"));
    return NO_CONTENT;
  },

  "GET v3/projects/:project_id/tags": async (call) => tagsReply(call, await readable(call, "list_project_tags")),

  "PUT v3/projects/:project_id/tags": async (call) => {
    (await call.caller()).manages("update_project_tags");
    const wanted = read((await jsonBody(call.request)).tags ?? [], tags);
    return tagsReply(call, await call.identity.projects.update(call.parameter("project_id"), { tags: wanted }));
  },

  "DELETE v3/projects/:project_id/tags": async (call) => {
    (await call.caller()).manages("delete_project_tags");
    await call.identity.projects.update(call.parameter("project_id"), { tags: [] });
    return NO_CONTENT;
  },

  "GET v3/projects/:project_id/tags/:tag": async (call) => {
    const project = await readable(call, "get_project_tag");
    if (!project.tags.includes(call.parameter("tag"))) throw noSuchTag(call);
    return NO_CONTENT;
  },

  "PUT v3/projects/:project_id/tags/:tag": async (call) => {
    (await call.caller()).manages("create_project_tag");
    const project = await call.identity.projects.get(call.parameter("project_id"));
    const wanted = read([...new Set([...project.tags, read(call.parameter("tag"), tag)])], tags);
    await call.identity.projects.update(project.id, { tags: wanted });
    return { status: 201, headers: { location: here(call) } };
  },

  "DELETE v3/projects/:project_id/tags/:tag": async (call) => {
    (await call.caller()).manages("delete_project_tag");
    const project = await call.identity.projects.get(call.parameter("project_id"));
    if (!project.tags.includes(call.parameter("tag"))) throw noSuchTag(call);
    await call.identity.projects.update(project.id, {
      tags: project.tags.filter((one) => one !== call.parameter("tag")),
    });
    return NO_CONTENT;
  },
};

/** Any role on a project lets one see it. */
async function readable(call: Call, action: string): Promise<Project> {
  const id = call.parameter("project_id");
  const caller = await call.caller();
  const { scope } = caller.bearer;
  caller.reads(action, scope.type === "project" && scope.project.id === id);
  return call.identity.projects.get(id);
}

/** A domain is a project that acts as one: it has an address among the projects, too. */
async function domainOf(call: Call): Promise<Domain | undefined> {
  return (await call.identity.domains.list()).find((one) => one.id === call.parameter("project_id"));
}

const asProject = (domain: Domain) => ({ ...domainView(domain), is_domain: true, domain_id: null, parent_id: null });

function domainReply(call: Call, domain: Domain, status = 200): RestReply {
  return member(call, "project", pathOf(domain), asProject(domain), status);
}

async function domainsAsProjects(call: Call): Promise<RestReply> {
  const all = (await call.identity.domains.list()).map(asProject);
  return collection(call, "projects", all, ["enabled", "name"], pathOf);
}

const enabledDomain = (id: string) =>
  `cannot delete an enabled project acting as a domain. Please disable the project ${id} first.`;

/** The parents or the subtree, as the query asks for them. */
async function relatives(call: Call, project: Project) {
  for (const side of ["parents", "subtree"])
    if (flag(call, `${side}_as_list`) && flag(call, `${side}_as_ids`))
      throw invalid(`${side}_as_ids`, `Cannot use ${side}_as_list and ${side}_as_ids query params at the same time.`);
  const found: { parents?: unknown; subtree?: unknown } = {};
  const wrapped = (all: readonly Project[]) =>
    all.map((one) => ({ project: linked(call, pathOf(one), projectView(one)) }));
  if (flag(call, "parents_as_list")) found.parents = wrapped(await call.identity.projects.ancestors(project.id));
  if (flag(call, "parents_as_ids")) {
    const above = (await call.identity.projects.ancestors(project.id)).map((one) => one.id);
    found.parents = [...above, project.domain_id].reduceRight<unknown>((inner, id) => ({ [id]: inner }), null);
  }
  if (flag(call, "subtree_as_list")) found.subtree = wrapped(await call.identity.projects.subtree(project.id));
  if (flag(call, "subtree_as_ids"))
    found.subtree = nested(await call.identity.projects.subtree(project.id), project.id);
  return found;
}

/** `{"child": {"grandchild": null}}` */
function nested(all: readonly Project[], parent: string): Record<string, unknown> | null {
  const children = all.filter((one) => one.parent_id === parent);
  return children.length === 0 ? null : Object.fromEntries(children.map(({ id }) => [id, nested(all, id)]));
}

/** `tags` (all), `tags-any`, `not-tags` (not all), `not-tags-any`: comma-separated. */
function hasTags(project: Project, query: URLSearchParams): boolean {
  const has = (one: string) => project.tags.includes(one);
  const list = (name: string) => query.get(name)?.split(",");
  return (
    (list("tags")?.every(has) ?? true) &&
    (list("tags-any")?.some(has) ?? true) &&
    !(list("not-tags")?.every(has) ?? false) &&
    !(list("not-tags-any")?.some(has) ?? false)
  );
}

function tagsReply(call: Call, project: Project): RestReply {
  return { status: 200, body: { tags: project.tags, links: { self: here(call) } } };
}

const noSuchTag = (call: Call) => notFound("project tag", call.parameter("tag"));
