/** Where a client is, as far as the server itself knows: failed logins are counted by it. */

/** bin/serve.mjs says it here, whatever a client has sent: nobody is somebody else with every guess. */
export function sourceOf(headers: Headers): string {
  return headers.get("x-forwarded-for") ?? "";
}
