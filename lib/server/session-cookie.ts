/** The cookie that a browser's session is: a token of the embedded cloud's identity, scoped to a project. */

export const SESSION_COOKIE = "underlay-session";
/** What pages of ours send with requests to the OpenStack services. Another site cannot, without being asked first (CORS). */
const PAGE_HEADER = "x-underlay-request";

/** @returns the token, undefined without the cookie */
export function sessionCookie(headers: Headers): string | undefined {
  for (const pair of (headers.get("cookie") ?? "").split(";")) {
    const at = pair.indexOf("=");
    if (at > 0 && pair.slice(0, at).trim() === SESSION_COOKIE) return pair.slice(at + 1).trim() || undefined;
  }
  return undefined;
}

/** The cookie's token, if a page of ours made the request: by itself the cookie comes with requests that others cause. */
export function pageToken(headers: Headers): string | undefined {
  return headers.get(PAGE_HEADER) === "1" ? sessionCookie(headers) : undefined;
}
