/** `GET /api/clouds/:cloud/whatif`: what a repair would make of a trace. It changes nothing. */
import type { TraceQuery } from "../api/http.ts";
import type { CloudApi } from "../api/neutron.ts";
import type { WhatIf } from "../api/reach.ts";
import { checkHost, repairHost } from "../check/check.ts";
import type { CollectedCloud } from "../collect/cloud.ts";
import type { TraceEvent, VerdictCode, VerdictEvent } from "../datapath/event.ts";
import { printCommands } from "../host/command/shell.ts";
import { server } from "../server.ts";
import { apiWith, hostsOf, ruleCommand, rulesFor } from "../whatif/allowed.ts";
import { cloudWith } from "../whatif/changed.ts";
import { joiningOf } from "../whatif/joined.ts";
import { type Repairs, repaired, worked } from "../whatif/repaired.ts";
import { viewsFor } from "./check.ts";
import type { Session } from "./session.ts";
import { sightOf } from "./sight.ts";
import { tenantTrace } from "./tenant-trace.ts";
import { startTrace, type TraceParameters } from "./trace-request.ts";

interface Asked {
  readonly session: Session;
  readonly whole: CollectedCloud;
  readonly seen: CollectedCloud;
  readonly parameters: TraceParameters;
}

/** Where a router may be lacking. */
const WAYLESS: ReadonlySet<string> = new Set([
  "ROUTER_INTERFACE_MISSING",
  "GATEWAY_MISSING",
  "NO_ROUTE",
  "ARP_UNANSWERED",
] satisfies VerdictCode[]);

/** Throws Failure as a trace does. */
export async function whatIf(session: Session, id: string, parameters: TraceParameters): Promise<WhatIf> {
  const { seen, trace } = await sightOf(session).still(id);
  const events = [...trace(parameters)];
  const verdict = endOf(events);
  if (!verdict || worked(verdict)) return {};
  const whole = await server().clouds.cloud(id);
  const asked = { session, whole, seen, parameters };
  return (
    (session.admin && (await byHosts(id, whole, events, parameters))) ||
    byRule(asked, verdict) ||
    byRouter(asked, verdict) || { none: noneOf(session, verdict) }
  );
}

/** What was looked for in vain. */
function noneOf({ admin }: Session, { code }: VerdictEvent): string {
  const api =
    code === "SECURITY_GROUP_DENIED"
      ? "no rule more in a group that is yours to change lets it through"
      : WAYLESS.has(code)
        ? "no router, interface or gateway that is yours to add lets it through"
        : "it is nothing that a rule or a router more would mend";
  return `${admin ? "Setting right what differs on the hosts of its way does not mend it, and" : "No repair is known:"} ${api}.`;
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
function byRule(asked: Asked, verdict: VerdictEvent): WhatIf | undefined {
  const { session, whole, seen, parameters } = asked;
  if (verdict.code !== "SECURITY_GROUP_DENIED") return undefined;
  const own = (group: string) =>
    session.admin || seen.api.securityGroups.some((one) => one.id === group && one.project_id === session.project.id);
  for (const rules of rulesFor(seen, parameters as TraceQuery, own)) {
    const commands = rules.map((one) => ruleCommand(seen.api, one));
    const found = tried(asked, commands, (api) => apiWith(api, rules), hostsOf(whole, rules));
    if (found) return found;
  }
  return undefined;
}

/** Nor is a router. */
function byRouter(asked: Asked, verdict: VerdictEvent): WhatIf | undefined {
  const { session, whole, seen, parameters } = asked;
  if (!WAYLESS.has(verdict.code)) return undefined;
  const own = (project: string) => session.admin || project === session.project.id;
  const joining = joiningOf(whole, seen, parameters as TraceQuery, own);
  return joining && tried(asked, joining.commands, joining.with, joining.hosts);
}

/** @param change of the API's answers: the whole cloud's, and those that are seen */
function tried(
  { session, whole, seen, parameters }: Asked,
  commands: readonly string[],
  change: (api: CloudApi) => CloudApi,
  hosts: ReadonlySet<string>,
): WhatIf | undefined {
  const then = cloudWith(whole, change(whole.api), hosts);
  if (!then) return undefined;
  const ending = session.admin
    ? lastOf(startTrace(then, parameters))
    : lastOf(tenantTrace(then, { ...seen, api: change(seen.api) }, parameters));
  return worked(ending) ? told([{ script: commands.join("\n") }], ending) : undefined;
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
