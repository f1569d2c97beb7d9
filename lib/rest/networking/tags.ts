/** `/COLLECTION/ID/tags` and `/COLLECTION/ID/tags/TAG`. Source: neutron/extensions/tagging.py. */
import type { Context } from "../../identity/context.ts";
import type { Neutron } from "../../neutron/neutron.ts";
import { addTag, needTag, readTags, removeTag, removeTags, replaceTags, type TagPath } from "../../neutron/tags.ts";
import type { RestReply, RestRequest } from "../http.ts";
import { readBody } from "./body.ts";
import { absent, notAllowed } from "./refusals.ts";

export async function serveTags(
  neutron: Neutron,
  context: Context,
  request: RestRequest,
  path: TagPath,
): Promise<RestReply> {
  const { tag } = path;
  if (tag !== undefined) return serveTag(neutron, context, request, path, tag);
  switch (request.method) {
    case "GET":
    case "HEAD":
      return { status: 200, body: { tags: await readTags(neutron, context, path) } };
    case "PUT":
      return { status: 200, body: { tags: await replaceTags(neutron, context, path, await readBody(request)) } };
    case "DELETE":
      await removeTags(neutron, context, path);
      return { status: 204 };
    case "POST":
      throw absent(); // "not supported"
    default:
      throw notAllowed();
  }
}

async function serveTag(
  neutron: Neutron,
  context: Context,
  request: RestRequest,
  path: TagPath,
  tag: string,
): Promise<RestReply> {
  switch (request.method) {
    case "GET":
    case "HEAD":
      await needTag(neutron, context, path, tag);
      return { status: 204 };
    case "PUT":
      await addTag(neutron, context, path, tag);
      return { status: 201, body: null };
    case "DELETE":
      await removeTag(neutron, context, path, tag);
      return { status: 204 };
    default:
      throw notAllowed();
  }
}
