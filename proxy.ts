/**
 * For pages: the guard against other names for this address, and a content security policy with a fresh nonce, so that a
 * name in a recording could not become a script even if some view forgot to treat it as text. API routes guard
 * themselves (lib/server/route.ts): an upload must not pass through here, where Next would buffer it.
 */
import { type NextRequest, NextResponse } from "next/server";
import { guardHost } from "./lib/server/guard.ts";
import { failed } from "./lib/server/route.ts";

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
  const response = NextResponse.next({ request: { headers } });
  response.headers.set("content-security-policy", policy);
  return response;
}

export const config = { matcher: ["/((?!api/|_next/|icon\\.svg).*)"] };
