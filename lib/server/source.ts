/** Where a client is, as far as the server itself knows: failed logins are counted by it. */

/** A header that the client could write would let it be another with every guess. */
export function sourceOf(_headers: Headers): string {
  return "";
}
