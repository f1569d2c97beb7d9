/** `GET /api/clouds/:cloud/whatif`: what a repair would make of a trace. It changes nothing. */
import type { TraceQuery } from "../api/http.ts";
import type { WhatIf } from "../api/reach.ts";
import { checkHost, repairHost } from "../check/check.ts";
import type { CollectedCloud } from "../collect/cloud.ts";
import type { TraceEvent, VerdictEvent } from "../datapath/event.ts";
import { printCommands } from "../host/command/shell.ts";
import { server } from "../server.ts";
import { apiWith, cloudWith, ruleCommand, rulesFor } from "../whatif/allowed.ts";
import { type Repairs, repaired, worked } from "../whatif/repaired.ts";
import { viewsFor } from "./check.ts";
import type { Session } from "./session.ts";
import { sightOf } from "./sight.ts";
import { tenantTrace } from "./tenant-trace.ts";
import { startTrace, type TraceParameters } from "./trace-request.ts";

/** Throws Failure as a trace does. */
export async function whatIf(session: Session, id: string, parameters: TraceParameters): Promise<WhatIf> {
  const { seen, trace } = await sightOf(session).still(id);
  const events = [...trace(parameters)];
  const verdict = endOf(events);
  if (!verdict || worked(verdict)) return {};
  const whole = await server().clouds.cloud(id);
  return (
    (session.admin && (await byHosts(id, whole, events, parameters))) ||
    byRule(session, whole, seen, verdict, parameters)
  );
}

async function byHosts(
  id: string,
  cloud: CollectedCloud,
  events: readonly TraceEvent[],
  parameters: TraceParameters,
): Promise<WhatIf | undefined> {
  const views = await viewsFor(server(), id, cloud);
  const hosts = new Map(cloud.world.hosts.map((host) => [host.name, host]));
  const repairs: Repairs = {
    differences: (name) => {
      const host = hosts.get(name);
      const found = host ? checkHost(cloud, host, views.get(name), false).differences : [];
      return found.map((one) => ({ id: one.id, text: JSON.stringify(one) }));
    },
    repair: (name, difference) => {
      const host = hosts.get(name);
      return (host && repairHost(cloud, host, views.get(name), difference)?.commands) ?? [];
    },
  };
  const found = repaired(cloud, events, repairs, (then) => lastOf(startTrace(then, parameters)));
  if (!found) return undefined;
  const scripts = found.mends.map(({ host, commands }) => ({ host, script: printCommands(commands) }));
  return told(scripts, found.verdict);
}

/** A rule that is missing is nothing that hosts do wrong. */
function byRule(
  session: Session,
  whole: CollectedCloud,
  seen: CollectedCloud,
  verdict: VerdictEvent,
  parameters: TraceParameters,
): WhatIf {
  if (verdict.code !== "SECURITY_GROUP_DENIED") return {};
  const own = (group: string) =>
    session.admin || seen.api.securityGroups.some((one) => one.id === group && one.project_id === session.project.id);
  for (const rules of rulesFor(seen, parameters as TraceQuery, own)) {
    const then = cloudWith(whole, rules);
    if (!then) continue;
    const ending = session.admin
      ? lastOf(startTrace(then, parameters))
      : lastOf(tenantTrace(then, { ...seen, api: apiWith(seen.api, rules) }, parameters));
    if (worked(ending)) return told([{ script: rules.map((one) => ruleCommand(seen.api, one)).join("\n") }], ending);
  }
  return {};
}

function told(scripts: { host?: string; script: string }[], { outcome, code, summary }: VerdictEvent): WhatIf {
  return { repair: { scripts, outcome, code, summary } };
}

function endOf(events: readonly TraceEvent[]): VerdictEvent | undefined {
  const last = events.at(-1);
  return last?.kind === "verdict" ? last : undefined;
}

function lastOf(events: Iterable<TraceEvent>): VerdictEvent {
  const end = endOf([...events]);
  if (!end) throw new Error("a trace ends with its verdict");
  return end;
}
