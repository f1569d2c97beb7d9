/** Tags: texts that clients put on objects. Source: neutron/extensions/tagging.py, neutron/services/tag/tag_plugin.py. */
import type { Context } from "../identity/context.ts";
import type { Json } from "./attribute.ts";
import { hidden, invalidInput, NeutronError } from "./errors.ts";
import { Invalid, type Kind, text, uniqueList } from "./kind/kind.ts";
import type { Neutron } from "./neutron.ts";
import { allowed, forbidden } from "./policy.ts";
import type { Call, Change, Resource } from "./resource.ts";

const TAG_SIZE = 255;
const tagKind = text(TAG_SIZE);
const tagsKind = uniqueList(tagKind);

/** Which object's tags are meant, and which one of them. */
export interface TagPath {
  readonly resource: Resource;
  readonly id: string;
  readonly tag?: string | undefined;
}

export async function readTags(neutron: Neutron, context: Context, path: TagPath): Promise<readonly string[]> {
  const { tags } = await object(neutron.api.call(context), path);
  return tagsOf(tags);
}

/** Throws TagNotFound. */
export async function needTag(neutron: Neutron, context: Context, path: TagPath, tag: string): Promise<void> {
  parse(tagKind, tag);
  if (!(await readTags(neutron, context, path)).includes(tag)) throw tagNotFound(tag);
}

/** All tags anew. @param body `{"tags": […]}` */
export async function replaceTags(
  neutron: Neutron,
  context: Context,
  path: TagPath,
  body: Json,
): Promise<readonly string[]> {
  if (body.tags === undefined) throw invalidInput("Invalid tags body");
  const tags = parse(tagsKind, body.tags);
  await change(neutron, context, path, () => tags);
  return tags;
}

export async function addTag(neutron: Neutron, context: Context, path: TagPath, tag: string): Promise<void> {
  parse(tagKind, tag);
  await change(neutron, context, path, (tags) => (tags.includes(tag) ? tags : [...tags, tag]));
}

export async function removeTag(neutron: Neutron, context: Context, path: TagPath, tag: string): Promise<void> {
  parse(tagKind, tag);
  await change(neutron, context, path, (tags) => {
    if (!tags.includes(tag)) throw tagNotFound(tag);
    return tags.filter((one) => one !== tag);
  });
}

export async function removeTags(neutron: Neutron, context: Context, path: TagPath): Promise<void> {
  await change(neutron, context, path, () => []);
}

/** Tags that stay as they are leave the object as it is, its revision too. */
async function change(
  neutron: Neutron,
  context: Context,
  path: TagPath,
  changed: (tags: readonly string[]) => readonly string[],
): Promise<void> {
  await neutron.change(context, async (change: Change) => {
    const { resource, id } = path;
    const view = await object(change, path);
    // Zed lets everybody tag what he sees; that was a hole (CVE-2024-53916), so that whoever may change it may tag it.
    if (!(await allowed(resource.policy.update, change, view)))
      throw forbidden([`update_${resource.policyName ?? resource.name}`]);
    const before = tagsOf(view.tags);
    const after = changed(before);
    const same = before.length === after.length && after.every((tag) => before.includes(tag));
    if (!same) await resource.setTags?.(change, id, after);
  });
}

async function object(call: Call, { resource, id }: TagPath): Promise<Json> {
  const view = await resource.show(call, id);
  if (!view || !resource.setTags)
    throw new NeutronError("not-found", "TagResourceNotFound", `Resource ${resource.plural} ${id} could not be found.`);
  if (!(await allowed(resource.policy.get, call, view))) throw hidden();
  return view;
}

function tagsOf(value: unknown): readonly string[] {
  return Array.isArray(value) ? value : [];
}

function parse<T>(kind: Kind<T>, value: unknown): T {
  try {
    return kind.parse(value);
  } catch (error) {
    if (error instanceof Invalid) throw invalidInput(error.message);
    throw error;
  }
}

function tagNotFound(tag: string): NeutronError {
  return new NeutronError("not-found", "TagNotFound", `Tag ${tag} could not be found.`);
}
