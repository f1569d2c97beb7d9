/** Which users the log-in page may offer: those with the documented password, on a server that this machine alone reaches. */
import type { Identity } from "../identity/identity.ts";
import { usersWithDefaultPassword } from "../identity/prepare.ts";
import { isLoopback } from "../rest/guard.ts";

/** Comparing a password takes its time: what was found holds until one changes. */
const found = new WeakMap<Identity, Promise<string[]>>();

export async function offeredUsers(identity: Identity, env = process.env): Promise<string[]> {
  const host = env.UNDERLAY_LISTEN_HOST;
  if (env.UNDERLAY_PUBLIC_URL || host === undefined || !isLoopback(host)) return [];
  const known = found.get(identity);
  if (known) return known;
  const users = usersWithDefaultPassword(identity);
  found.set(identity, users);
  identity.onPasswordChange(() => found.delete(identity));
  return users;
}
