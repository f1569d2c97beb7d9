/** The session's cookie as it is given and taken: no script reads it, and no other site's request carries it. */
import { SESSION_COOKIE } from "./session-cookie.ts";

/** @param expires of the token, milliseconds since 1970 */
export function givenCookie(token: string, expires: number, env = process.env): string {
  return `${SESSION_COOKIE}=${token}; Expires=${new Date(expires).toUTCString()}; ${attributes(env)}`;
}

export function takenCookie(env = process.env): string {
  return `${SESSION_COOKIE}=; Max-Age=0; ${attributes(env)}`;
}

/** Browsers reach the server over TLS only where its public address says so. */
function attributes(env: NodeJS.ProcessEnv): string {
  return `Path=/; HttpOnly; SameSite=Strict${env.UNDERLAY_PUBLIC_URL?.startsWith("https:") ? "; Secure" : ""}`;
}
