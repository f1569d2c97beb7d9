/** Objects of the compute, image and identity services in events: as their APIs name things, as far as somebody may see them. */
import { type Image, images, keypairs, type Server, servers } from "../compute/model.ts";
import { groups, projects, roles, users } from "../identity/collections.ts";
import type { Context } from "../identity/context.ts";
import type { Group, Project, Role, User } from "../identity/model.ts";
import { groupView, projectView, roleView, userView } from "./identity/view.ts";

type View = Readonly<Record<string, unknown>>;

/** @param row what a collection of that kind wrote @returns undefined: nothing that the context may see, or of a kind that is not told */
export function present(context: Context, kind: string, row: unknown): View | undefined {
  return row === null ? undefined : PRESENT[kind]?.(context, row as never); // As the collection of that kind wrote it.
}

const PRESENT: Readonly<Record<string, (context: Context, row: never) => View | undefined>> = {
  [servers.kind]: (context, row: Server) =>
    context.isAdmin || row.project_id === context.projectId ? serverEvent(row, context.isAdmin) : undefined,
  [images.kind]: (context, row: Image) =>
    context.isAdmin || row.visibility === "public" || row.project_id === context.projectId
      ? imageEvent(row)
      : undefined,
  [keypairs.kind]: (context, row: { readonly user_id: string }) => (row.user_id === context.userId ? row : undefined),
  [projects.kind]: (context, row: Project) =>
    context.isAdmin || row.id === context.projectId ? projectView(row) : undefined,
  [users.kind]: (context, row: User) => (context.isAdmin || row.id === context.userId ? userView(row) : undefined),
  [groups.kind]: (context, row: Group) => (context.isAdmin ? groupView(row) : undefined),
  [roles.kind]: (context, row: Role) => (context.isAdmin ? roleView(row) : undefined),
};

/** Without what other objects say of it: its addresses come with the events of its ports. */
function serverEvent(server: Server, admin: boolean): View {
  const { id, name, status, project_id, user_id, metadata, key_name, flavor_id, image_id } = server;
  return {
    id,
    name,
    status,
    tenant_id: project_id,
    user_id,
    metadata,
    key_name,
    flavor: { id: flavor_id },
    image: image_id === null ? "" : { id: image_id },
    created: server.created_at,
    updated: server.updated_at,
    locked: server.locked ?? false,
    ...(admin && { "OS-EXT-SRV-ATTR:host": server.host }),
  };
}

function imageEvent({ project_id, properties, hash: _hash, members: _members, ...rest }: Image): View {
  return { ...properties, ...rest, owner: project_id };
}
