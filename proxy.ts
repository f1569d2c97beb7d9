/**
 * For pages: the guard against other names for this address, and a content security policy with a fresh nonce, so that a
 * name in a recording could not become a script even if some view forgot to treat it as text. API routes guard
 * themselves (lib/server/route.ts): an upload must not pass through here, where Next would buffer it. The OpenStack
 * services take tokens, which no other site can send.
 */
import { type NextRequest, NextResponse } from "next/server";
import { guardHost } from "./lib/server/guard.ts";
import { failed } from "./lib/server/route.ts";

/** An address that is no UTF-8 under its percent signs, where Next would answer with a bare 500. */
function malformed(url: string): boolean {
  try {
    decodeURIComponent(new URL(url).pathname);
    return false;
  } catch {
    return true;
  }
}

export function proxy(request: NextRequest): Response {
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
  const response = malformed(request.url)
    ? NextResponse.rewrite(new URL("/not-found", request.url), { request: { headers } })
    : NextResponse.next({ request: { headers } });
  response.headers.set("content-security-policy", policy);
  return response;
}

export const config = { matcher: ["/((?!api/|identity|networking|compute|image|_next/|icon\\.svg).*)"] };
