/** `GET /api/events`: what changes in the embedded cloud, as far as the token's bearer may see it. */
import type { EmbeddedCloud } from "../embedded.ts";
import type { Context } from "../identity/context.ts";
import { givesOrTakes } from "../neutron/rbac/given.ts";
import { rbacPolicies } from "../neutron/rbac/model.ts";
import { EVENT_STREAM_HEADERS, eventStream, sinceOf, type Visible } from "../rest/events.ts";
import { present } from "../rest/present.ts";
import { server } from "../server.ts";
import type { StoreEvent } from "../store/store.ts";
import { sessionRoute } from "./route.ts";

export const events = sessionRoute(async (request, _params, { token, context }) => {
  const cloud = await server().embedded();
  const since = sinceOf(request.headers, new URL(request.url).searchParams);
  const stream = eventStream(cloud.store, {
    visible: (event) => visible(cloud, token, context, event),
    ...(since === undefined ? {} : { since }),
    signal: AbortSignal.any([request.signal, server().ending.signal]),
  });
  return new Response(stream, { headers: EVENT_STREAM_HEADERS });
});

/** As the bearer would have been shown the object before and after; nothing once his token is revoked or has expired. */
async function visible(cloud: EmbeddedCloud, token: string, context: Context, event: StoreEvent): Promise<Visible> {
  if (!(await cloud.identity.context(token))) return false;
  if (event.kind === rbacPolicies.kind && givesOrTakes(context, event)) return "sight";
  const { api } = cloud.neutron;
  const { kind } = event;
  const shown = async (row: unknown) => (await api.present(context, kind, row)) ?? present(context, kind, row);
  const [before, after] = [await shown(event.before), await shown(event.after)];
  return before === undefined && after === undefined
    ? false
    : { ...event, before: before ?? null, after: after ?? null };
}
