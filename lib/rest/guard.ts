/**
 * Documented passwords are good on loopback alone. Checked before the server listens: afterwards anyone who reaches the
 * address could log in as admin.
 */
import { BlockList, isIP } from "node:net";
import type { Identity } from "../identity/identity.ts";
import { usersWithDefaultPassword } from "../identity/prepare.ts";

const loopback = new BlockList();
loopback.addSubnet("127.0.0.0", 8, "ipv4");
loopback.addAddress("::1", "ipv6");

/** Refuses to listen; the message is one line, for the operator. */
export class UnsafeListenError extends Error {}

/** @param host as given to `listen`: an address or a name; no host at all means every address */
export async function assertSafeListen(host: string | undefined, identity: Identity): Promise<void> {
  if (host !== undefined && isLoopback(host)) return;
  const open = await usersWithDefaultPassword(identity);
  if (open.length === 0) return;
  const variables = open.map((name) => `UNDERLAY_${name.toUpperCase()}_PASSWORD`).join(" and ");
  throw new UnsafeListenError(
    `will not listen on ${host || "all addresses"} while ${open.join(" and ")} can be logged in as with the default password: set ${variables}`,
  );
}

/** A name other than localhost is not looked up: what it resolves to may change. */
export function isLoopback(host: string): boolean {
  const name = host.replace(/^\[|\]$/g, "").toLowerCase();
  const family = isIP(name);
  if (family === 0) return name === "localhost";
  return loopback.check(name, family === 4 ? "ipv4" : "ipv6");
}
