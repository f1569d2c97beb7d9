/** `GET /api/events`: what changes in the embedded cloud, as far as the token's bearer may see it. */
import type { EmbeddedCloud } from "../embedded.ts";
import type { Context } from "../identity/context.ts";
import { stoppedAgents } from "../neutron/agent/stopped.ts";
import { givesOrTakes } from "../neutron/rbac/given.ts";
import { rbacPolicies } from "../neutron/rbac/model.ts";
import { EVENT_STREAM_HEADERS, eventStream, sinceOf, type Visible } from "../rest/events.ts";
import { present } from "../rest/present.ts";
import { server } from "../server.ts";
import { handMarks } from "../simulation/by-hand.ts";
import type { StoreEvent } from "../store/store.ts";
import { sessionRoute } from "./route.ts";

export const events = sessionRoute(async (request, _params, { token, context, expiresAt }) => {
  const cloud = await server().embedded();
  const over = new AbortController();
  const left = expiresAt - Date.now();
  const since = sinceOf(request.headers, new URL(request.url).searchParams);
  const stream = eventStream(cloud.store, {
    visible: async (event) => {
      if (token === "" || (await cloud.identity.context(token))) return visible(cloud, context, event);
      over.abort();
      return false;
    },
    ...(since === undefined ? {} : { since }),
    // A browser asks again when the stream ends, and is then told that nobody is logged in.
    signal: AbortSignal.any([
      request.signal,
      server().ending.signal,
      over.signal,
      ...(Number.isFinite(left) ? [AbortSignal.timeout(Math.max(0, left))] : []),
    ]),
  });
  return new Response(stream, { headers: EVENT_STREAM_HEADERS });
});

/** What changes hosts, and is no object of a service. */
const OF_HOSTS: ReadonlySet<string> = new Set([handMarks.kind, stoppedAgents.kind]);

/** As the bearer would have been shown the object before and after. */
export async function visible(cloud: EmbeddedCloud, context: Context, event: StoreEvent): Promise<Visible> {
  if (OF_HOSTS.has(event.kind)) return context.isAdmin && "hosts";
  if (event.kind === rbacPolicies.kind && givesOrTakes(context, event)) return "sight";
  const { api } = cloud.neutron;
  const { kind } = event;
  const shown = async (row: unknown) =>
    ofOthers(context, (await api.present(context, kind, row)) ?? present(context, kind, row));
  const [before, after] = [await shown(event.before), await shown(event.after)];
  return before === undefined && after === undefined
    ? false
    : { ...ofOthers(context, event), before: before ?? null, after: after ?? null };
}

/** Of what is shared with a tenant, or of an external network, whose it is stays unsaid. */
function ofOthers<T extends object | undefined>({ isAdmin, projectId }: Context, object: T): T {
  if (isAdmin || !object || !("project_id" in object) || object.project_id === projectId) return object;
  return { ...object, project_id: null, ...("tenant_id" in object && { tenant_id: null }) };
}
