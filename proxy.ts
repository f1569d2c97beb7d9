/**
 * For pages: the guard against other names for this address, and a content security policy with a fresh nonce, so that a
 * name in a recording could not become a script even if some view forgot to treat it as text. API routes guard
 * themselves (lib/server/route.ts): an upload must not pass through here, where Next would buffer it. Of theirs, only addresses
 * with percent signs come here: Next answers a bare 500 to those that are no UTF-8 under them. The OpenStack services stand
 * before Next (lib/server/openstack.ts).
 */
import { type NextRequest, NextResponse } from "next/server";
import { ADDRESS_HEADER, addressOf } from "./lib/server/address.ts";
import { failed } from "./lib/server/answer.ts";
import { guardHost } from "./lib/server/guard.ts";

/** An address that is no UTF-8 under its percent signs. */
function malformed(url: string): boolean {
  try {
    decodeURIComponent(new URL(url).pathname);
    return false;
  } catch {
    return true;
  }
}

/** The API sees such an address as it was sent, and says what it says of names that are not there. */
function toApi(url: string): Response {
  if (!malformed(url)) return NextResponse.next();
  const taken = new URL(url);
  taken.pathname = taken.pathname.replaceAll("%", "%25");
  return NextResponse.rewrite(taken);
}

export function proxy(request: NextRequest): Response {
  if (new URL(request.url).pathname.startsWith("/api/")) return toApi(request.url);
  try {
    guardHost(request.headers.get("host"));
  } catch (error) {
    return failed(error);
  }
  const nonce = crypto.randomUUID();
  const policy = [
    "default-src 'self'",
    `script-src 'self' 'nonce-${nonce}' 'strict-dynamic'${process.env.NODE_ENV === "development" ? " 'unsafe-eval'" : ""}`,
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data: blob:",
    "worker-src 'self' blob:",
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join("; ");
  const headers = new Headers(request.headers);
  headers.set("content-security-policy", policy);
  headers.set(ADDRESS_HEADER, addressOf(request.url));
  const response = malformed(request.url)
    ? NextResponse.rewrite(new URL("/not-found", request.url), { request: { headers } })
    : NextResponse.next({ request: { headers } });
  response.headers.set("content-security-policy", policy);
  return response;
}

export const config = {
  matcher: ["/((?!api/|_next/|icon\\.svg).*)", "/api/:path(.*%.*)"],
};
