/** `/api/session`: the session of the browser that asks. */
import { Failure } from "../clouds/failure.ts";
import { server } from "../server.ts";
import { json } from "./answer.ts";
import { openRoute } from "./route.ts";
import { tokenOf } from "./session.ts";
import { sessionCookie } from "./session-cookie.ts";
import { bodyOf, infoOf, type LoggedIn, LoginBody, logIn, SwitchBody, switchProject } from "./session-login.ts";
import { givenCookie, takenCookie } from "./session-set-cookie.ts";
import { sourceOf } from "./source.ts";

export const showSession = openRoute(async ({ headers }) => {
  const { identity } = await server().embedded();
  const bearer = await identity.bearer(tokenOf(headers) ?? "");
  if (!bearer) throw new Failure("unauthorized", "Nobody is logged in.");
  return json(await infoOf(identity, bearer));
});

export const startSession = openRoute(async (request) => {
  const body = await bodyOf(request, LoginBody);
  const { identity } = await server().embedded();
  const fresh = await logIn(identity, body, sourceOf(request.headers));
  await forget(sessionCookie(request.headers));
  return withCookie(fresh);
});

export const switchSession = openRoute(async (request) => {
  const { project } = await bodyOf(request, SwitchBody);
  const { identity } = await server().embedded();
  const token = sessionCookie(request.headers) ?? "";
  return withCookie(await switchProject(identity, token, project, sourceOf(request.headers)));
});

export const endSession = openRoute(async ({ headers }) => {
  await forget(sessionCookie(headers));
  return new Response(null, { status: 204, headers: { "set-cookie": takenCookie() } });
});

async function forget(token: string | undefined): Promise<void> {
  if (token !== undefined) await (await server().embedded()).identity.revoke(token);
}

function withCookie({ token, expiresAt, info }: LoggedIn): Response {
  const response = json(info);
  response.headers.set("set-cookie", givenCookie(token, expiresAt));
  return response;
}
