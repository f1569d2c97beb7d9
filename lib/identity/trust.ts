/** What must go when something changes: tokens and application credentials that rest on it. All within the change's transaction. */
import type { Tx } from "../store/store.ts";
import { actorKey, applicationCredentials, assignments, groups, secrets, targetKey, tokens } from "./collections.ts";
import type { Actor, Target } from "./model.ts";

export async function revokeTokensOfUser(tx: Tx, userId: string): Promise<void> {
  for (const token of await tokens.list(tx, { keys: { user: userId } })) await tokens.remove(tx, token.id);
}

export async function revokeTokensOn(tx: Tx, target: Target): Promise<void> {
  for (const token of await tokens.list(tx, { keys: { target: targetKey(target) } })) await tokens.remove(tx, token.id);
}

export async function removeApplicationCredential(tx: Tx, id: string): Promise<void> {
  for (const token of await tokens.list(tx, { keys: { application_credential: id } }))
    await tokens.remove(tx, token.id);
  await applicationCredentials.remove(tx, id);
  await secrets.remove(tx, id);
}

/** `keys` as the collection declares them: user, project, role. */
export async function removeApplicationCredentials(tx: Tx, keys: Readonly<Record<string, string>>): Promise<void> {
  for (const { id } of await applicationCredentials.list(tx, { keys })) await removeApplicationCredential(tx, id);
}

export async function removeAssignmentsOf(tx: Tx, actor: Actor): Promise<void> {
  for (const { id } of await assignments.list(tx, { keys: { actor: actorKey(actor) } }))
    await assignments.remove(tx, id);
}

export async function removeAssignmentsOn(tx: Tx, target: Target): Promise<void> {
  for (const { id } of await assignments.list(tx, { keys: { target: targetKey(target) } }))
    await assignments.remove(tx, id);
}

export async function leaveGroups(tx: Tx, userId: string): Promise<void> {
  for (const group of await groups.list(tx, { keys: { member: userId } }))
    await groups.update(tx, { ...group, members: group.members.filter((id) => id !== userId) });
}
