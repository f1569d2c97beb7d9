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
import { better, type Mend, type Repairs, repaired, verdictOf, withMends, worked } from "../whatif/repaired.ts";
import { type Views, viewsFor } from "./check.ts";
import type { Session } from "./session.ts";
import { sightOf } from "./sight.ts";
import { tenantTrace } from "./tenant-trace.ts";
import { startTrace, type TraceParameters } from "./trace-request.ts";

interface Asked {
  readonly session: Session;
  readonly whole: CollectedCloud;
  readonly seen: CollectedCloud;
  readonly parameters: TraceParameters;
  readonly views: Views;
}

/** A change of the API's answers, and the hosts that follow it. */
interface ApiChange {
  readonly commands: readonly string[];
  readonly hosts: ReadonlySet<string>;
  with(api: CloudApi): CloudApi;
}

/** What has been tried so far, and what the packet comes to then. */
interface Tried {
  readonly mends: readonly Mend[];
  readonly change?: ApiChange;
  readonly events: readonly TraceEvent[];
  readonly verdict: VerdictEvent;
}

/** Faults that are mended one behind the other. */
const FAULTS = 3;

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
  const verdict = verdictOf(events);
  if (worked(verdict)) return {};
  const whole = await server().clouds.cloud(id);
  const views = session.admin ? await viewsFor(server(), id, whole) : new Map();
  const asked: Asked = { session, whole, seen, parameters, views };
  let now: Tried = { mends: [], events, verdict };
  for (let fault = 0; fault < FAULTS && !worked(now.verdict); fault++) {
    const next = (session.admin && byHosts(asked, now)) || byApi(asked, now);
    if (!next) break;
    now = next;
  }
  return told(now) ?? { none: noneOf(session, verdict) };
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

function byHosts(asked: Asked, now: Tried): Tried | undefined {
  const cloud = withMends(asked.whole, now.mends);
  if (!cloud) return undefined;
  const hosts = new Map(cloud.world.hosts.map((host) => [host.name, host]));
  const repairs: Repairs = {
    differences: (name) => {
      const host = hosts.get(name);
      const found = host ? checkHost(cloud, host, asked.views.get(name), false).differences : [];
      return found.map((one) => ({ id: one.id, text: JSON.stringify(one) }));
    },
    repair: (name, difference) => {
      const host = hosts.get(name);
      return (host && repairHost(cloud, host, asked.views.get(name), difference)?.commands) ?? [];
    },
  };
  const after = (mends: readonly Mend[]) => traced(asked, [...now.mends, ...mends], now.change);
  const found = repaired(now.events, repairs, after);
  return found && { ...now, ...found, mends: [...now.mends, ...found.mends] };
}

/** A rule or a router that is missing is nothing that hosts do wrong. */
function byApi(asked: Asked, now: Tried): Tried | undefined {
  if (now.change) return undefined;
  const tried = changesFor(asked, now.verdict).flatMap((change): Tried[] => {
    const events = traced(asked, now.mends, change);
    const verdict = events && verdictOf(events);
    return verdict && better(verdict, now.verdict) ? [{ ...now, change, events, verdict }] : [];
  });
  return tried.find((one) => worked(one.verdict)) ?? tried[0];
}

function changesFor({ session, whole, seen, parameters }: Asked, { code }: VerdictEvent): ApiChange[] {
  const query = parameters as TraceQuery;
  const isOwn = (project: string | undefined) => session.admin || project === session.project.id;
  if (code === "SECURITY_GROUP_DENIED") {
    const group = (id: string) => seen.api.securityGroups.find((one) => one.id === id);
    return rulesFor(seen, query, (id) => isOwn(group(id)?.project_id)).map((rules) => ({
      commands: rules.map((one) => ruleCommand(seen.api, one)),
      hosts: hostsOf(whole, rules),
      with: (api) => apiWith(api, rules),
    }));
  }
  const joining = WAYLESS.has(code) ? joiningOf(whole, seen, query, isOwn) : undefined;
  return joining ? [joining] : [];
}

/** The same packet after these repairs, as the asker is told of it; undefined where a command does not work. */
function traced(asked: Asked, mends: readonly Mend[], change: ApiChange | undefined): TraceEvent[] | undefined {
  const { session, whole, seen, parameters } = asked;
  const mended = withMends(whole, mends);
  const then = mended && change ? cloudWith(mended, change.with(whole.api), change.hosts) : mended;
  if (!then) return undefined;
  if (session.admin) return [...startTrace(then, parameters)];
  return tenantTrace(then, change ? { ...seen, api: change.with(seen.api) } : seen, parameters);
}

/** Undefined where nothing was found. */
function told({ mends, change, verdict }: Tried): WhatIf | undefined {
  const { outcome, code, summary } = verdict;
  const byHost = Map.groupBy(mends, (mend) => mend.host);
  const scripts = [
    ...[...byHost].map(([host, own]) => ({ host, script: printCommands(own.flatMap((mend) => mend.commands)) })),
    ...(change ? [{ script: change.commands.join("\n") }] : []),
  ];
  return scripts.length > 0 ? { repair: { scripts, outcome, code, summary } } : undefined;
}
