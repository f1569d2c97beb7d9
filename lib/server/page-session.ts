/** Who asks for a page. Each page asks for itself: what a browser says of the layouts that it has is not to be believed. */
import { headers } from "next/headers";
import { notFound, redirect } from "next/navigation";
import type { SessionInfo } from "../api/http.ts";
import { pages } from "../api/pages.ts";
import { server } from "../server.ts";
import { ADDRESS_HEADER } from "./address.ts";
import { type Session, sessionOf } from "./session.ts";
import { infoOf } from "./session-login.ts";
import { type Sight, sightOf } from "./sight.ts";

/** Leads to the log-in, and from there back here, where nobody is logged in. */
export async function pageSession(): Promise<Session> {
  const given = await headers();
  const session = await sessionOf(given);
  if (!session) redirect(pages.login(given.get(ADDRESS_HEADER) ?? undefined));
  return session;
}

/** As the browser is told of it. */
export async function pageSessionInfo(): Promise<SessionInfo> {
  const { token } = await pageSession();
  const { identity } = await server().embedded();
  const bearer = await identity.bearer(token);
  if (!bearer) redirect(pages.login());
  return infoOf(identity, bearer);
}

export async function pageSight(): Promise<Sight> {
  return sightOf(await pageSession());
}

/** For pages of administrators: others find nothing there. */
export async function adminSight(): Promise<Sight> {
  const session = await pageSession();
  if (!session.admin) notFound();
  return sightOf(session);
}
