/**
 * Underlay listens on loopback and asks for no password, so two things must not work: a page of another site that posts
 * to it (CSRF), and a name of another site that resolves to it (DNS rebinding).
 */
import { isIP } from "node:net";
import os from "node:os";
import { Failure } from "../clouds/failure.ts";

/** Throws Failure `forbidden`. */
export function guard(request: Request): void {
  guardHost(request.headers.get("host"));
  if (request.method === "GET" || request.method === "HEAD") return;
  const site = request.headers.get("sec-fetch-site");
  const origin = request.headers.get("origin");
  const sameSite =
    site !== null
      ? site === "same-origin" || site === "none"
      : origin === null || isOwn(origin, request.headers.get("host"));
  if (!sameSite) throw new Failure("forbidden", "Another site may not change anything here.");
}

/** A rebinding attack needs a name: addresses, localhost and this machine's own names are safe. Others are allowed by UNDERLAY_ALLOWED_HOSTS. */
export function guardHost(header: string | null): void {
  const name = hostname(header);
  if (name === undefined) throw new Failure("forbidden", "The request names no host.");
  if (isIP(name) !== 0 || name === "localhost" || name.endsWith(".localhost") || name === os.hostname().toLowerCase())
    return;
  const allowed = (process.env.UNDERLAY_ALLOWED_HOSTS ?? "").toLowerCase().split(",");
  if (allowed.some((one) => one.trim() === name)) return;
  throw new Failure("forbidden", `This server does not answer to the name ${name}.`, {
    hint: "Use its address, or add the name to UNDERLAY_ALLOWED_HOSTS.",
  });
}

function hostname(header: string | null): string | undefined {
  const parsed = header === null ? null : URL.parse(`http://${header}`);
  if (parsed?.pathname !== "/" || parsed.username !== "") return undefined;
  return parsed.hostname.replace(/^\[|\]$/g, "").toLowerCase();
}

function isOwn(origin: string, host: string | null): boolean {
  return URL.parse(origin)?.host === host?.toLowerCase();
}
