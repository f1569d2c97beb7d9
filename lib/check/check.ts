/**
 * Intent against actual: each host as the control plane wants it, built from nothing by what its agents would do, against
 * what it is. Numbers that a host gave out by itself (ports, local VLANs) count by what they stand for.
 */
import { AGENTS } from "../agents/agents.ts";
import { baseline, cardsOn } from "../agents/baseline/baseline.ts";
import type { HostView } from "../agents/view.ts";
import type { CheckDifference, CheckedHost, CheckReport } from "../api/http.ts";
import type { CollectedCloud } from "../collect/cloud.ts";
import { printCommands } from "../host/command/shell.ts";
import type { HostState } from "../host/state.ts";
import { compareHosts, type Difference } from "../intent/compare.ts";
import { planned, viewsOf } from "../intent/recorded.ts";
import { AGENT_KINDS } from "../intent/settings.ts";
import { repairOf } from "./repair.ts";
import { type Mending, mendingOf } from "./repair-one.ts";
import { unreadOf } from "./unread.ts";
import { awaitedOf, silentAgents, unscheduled, waitsOf } from "./waiting.ts";

/** The metadata proxy's other end changes nothing on a host. */
const MODELLED: ReadonlySet<string> = new Set([...AGENTS.map((one) => one.kind), "metadata"]);

type Views = ReadonlyMap<string, HostView>;

/** @param views what each host's agents are told, by its name; else made of the API's answers */
export function checkCloud(cloud: CollectedCloud, views: Views = viewsOf(cloud.api, cloud.world.hosts)): CheckReport {
  return { hosts: cloud.world.hosts.map((host) => checkHost(cloud, host, views.get(host.name))) };
}

/** Of hosts that did not change, with views that did not: what they came to. */
const checked = new WeakMap<HostState, Known>();

interface Known {
  readonly view: HostView;
  readonly gaps: unknown;
  readonly agents: unknown;
  readonly found: CheckedHost;
}

/** Whether it is known from before, so that asking costs nothing. */
export function isChecked(cloud: CollectedCloud, host: HostState, view: HostView | undefined): boolean {
  return knownOf(cloud, host, view) !== undefined;
}

function knownOf({ gaps, api }: CollectedCloud, host: HostState, view: HostView | undefined): CheckedHost | undefined {
  const known = checked.get(host);
  return known?.view === view && known?.gaps === gaps && known?.agents === api.agents ? known?.found : undefined;
}

/** @param repair whether what sets it right is wanted, too: on a host with thousands of differences it takes the longest */
export function checkHost(
  cloud: CollectedCloud,
  host: HostState,
  view: HostView | undefined,
  repair = true,
): CheckedHost {
  const found = compared(cloud, host, view, repair);
  const awaited = view && found.checked ? withIds(awaitedOf(cloud.api, view)) : [];
  const unknown = view && found.checked ? unscheduled(cloud.api, view) : [];
  if (awaited.length === 0 && unknown.length === 0) return found;
  return {
    ...found,
    notChecked: [...found.notChecked, ...unknown],
    differences: [...awaited, ...found.differences],
  };
}

/** By what Neutron's ports ask for. */
function compared(cloud: CollectedCloud, host: HostState, view: HostView | undefined, repair: boolean): CheckedHost {
  const missing = cloud.api.agents.length === 0 ? "the control plane’s answers name no agents" : undefined;
  const why = missing ?? notModelled(cloud, host, view);
  if (!view || why !== undefined) return bare(host, why ?? "it runs no agent");
  const known = knownOf(cloud, host, view);
  let built: HostState | undefined;
  const made = () => {
    built ??= madeOf(view, host);
    return built;
  };
  let found = known ?? compare(cloud, host, view, made);
  if (repair && found.repair === undefined)
    found = {
      ...found,
      repair: printCommands(repairOf(view, host, made(), unreadOf(cloud.gaps, host.name).parts)),
    };
  if (found !== known) checked.set(host, { view, gaps: cloud.gaps, agents: cloud.api.agents, found });
  return found;
}

/** What sets right one difference, or (no id) all of the host. undefined: nothing is known that does. */
export function repairHost(
  cloud: CollectedCloud,
  host: HostState,
  view: HostView | undefined,
  id?: string,
): Mending | undefined {
  const { differences } = compared(cloud, host, view, false);
  if (!view || !differences.some((one) => id === undefined || one.id === id)) return undefined;
  const made = madeOf(view, host);
  const { parts } = unreadOf(cloud.gaps, host.name);
  const all = repairOf(view, host, made, parts);
  if (id === undefined) return { commands: all, repairs: differences.map((one) => one.id) };
  const idsOf = (now: HostState) =>
    new Set(
      withIds(compareHosts(now, made, { numbers: "named" }).filter((one) => !parts.has(one.part))).map((one) => one.id),
    );
  return mendingOf(id, host, all, idsOf);
}

function bare({ name }: HostState, why: string): CheckedHost {
  return { name, checked: false, notChecked: [why], differences: [], repair: "" };
}

function notModelled(cloud: CollectedCloud, host: HostState, view: HostView | undefined): string | undefined {
  const own = cloud.api.agents.filter((one) => one.host === host.name);
  if (own.length === 0) return "no agent reports from it";
  const strange = own.find((one) => !MODELLED.has(AGENT_KINDS[one.agent_type] ?? ""));
  if (strange) return `${strange.agent_type}: what it does is not modelled`;
  return view ? undefined : "none of its agents is for layer 2";
}

function compare(cloud: CollectedCloud, host: HostState, view: HostView, made: () => HostState): CheckedHost {
  const unread = unreadOf(cloud.gaps, host.name);
  if (unread.all) return { name: host.name, checked: false, notChecked: unread.reasons, differences: [], repair: "" };
  const all = compareHosts(host, made(), { numbers: "named" });
  const silent = silentAgents(cloud.api, host.name);
  const known = all.filter((one) => !unread.parts.has(one.part));
  const waits = silent.size === 0 ? undefined : waitsOf(view, host, made(), known, silent);
  const differences = withIds(
    known.map((one) => {
      const waitsFor = waits?.get(one);
      return waitsFor ? { ...one, waitsFor } : one;
    }),
  );
  const nothing = differences.length === 0 ? { repair: "" } : {};
  return { name: host.name, checked: true, notChecked: unread.reasons, differences, ...nothing };
}

/** Two of the same (routes by several ways) are the first and the second. */
function withIds(differences: readonly (Difference & Pick<CheckDifference, "waitsFor">)[]): CheckDifference[] {
  const seen = new Map<string, number>();
  return differences.map((one) => {
    const { netns, bridge, table, device } = one.place;
    const id = [one.kind, one.part, netns, bridge, table, device, one.name]
      .filter((part) => part !== undefined)
      .join(" ");
    const count = (seen.get(id) ?? 0) + 1;
    seen.set(id, count);
    return { id: count === 1 ? id : `${id} (${count})`, ...one };
  });
}

/** The host that the view asks for, from nothing. Not kept: a cloud's hosts as they should be are as large as the hosts. */
function madeOf(view: HostView, actual: HostState): HostState {
  return planned(view, baseline(view.settings, cardsOn(view.settings, actual)));
}
