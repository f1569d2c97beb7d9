/**
 * Intent against actual: each host as the control plane wants it, built from nothing by what its agents would do, against
 * what it is. Numbers that a host gave out by itself (ports, local VLANs) count by what they stand for.
 */
import { AGENTS } from "../agents/agents.ts";
import { baseline } from "../agents/baseline/baseline.ts";
import type { HostView } from "../agents/view.ts";
import type { CheckedHost, CheckReport } from "../api/http.ts";
import type { CollectedCloud } from "../collect/cloud.ts";
import { printCommands } from "../host/command/shell.ts";
import type { HostState } from "../host/state.ts";
import { compareHosts } from "../intent/compare.ts";
import { planned, viewsOf } from "../intent/recorded.ts";
import { AGENT_KINDS } from "../intent/settings.ts";
import { repairOf } from "./repair.ts";
import { unreadOf } from "./unread.ts";

/** The metadata proxy's other end changes nothing on a host. */
const MODELLED: ReadonlySet<string> = new Set([...AGENTS.map((one) => one.kind), "metadata"]);

/** @param views what each host's agents are told, by its name; else made of the API's answers */
export function checkCloud(
  cloud: CollectedCloud,
  views: ReadonlyMap<string, HostView> = viewsOf(cloud.api, cloud.world.hosts),
): CheckReport {
  const missing = cloud.api.agents.length === 0 ? "the control plane’s answers name no agents" : undefined;
  return {
    hosts: cloud.world.hosts.map((host) => {
      const view = views.get(host.name);
      const why = missing ?? notModelled(cloud, host, view);
      return view && why === undefined ? checkHost(cloud, host, view) : bare(host, why ?? "it runs no agent");
    }),
  };
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

function checkHost(cloud: CollectedCloud, host: HostState, view: HostView): CheckedHost {
  const unread = unreadOf(cloud.gaps, host.name);
  if (unread.all) return { name: host.name, checked: false, notChecked: unread.reasons, differences: [], repair: "" };
  const made = madeOf(view);
  const all = compareHosts(host, made, { numbers: "named" });
  const differences = all.filter((one) => !unread.parts.has(one.part));
  const repair = differences.length === 0 ? "" : printCommands(repairOf(view, host, made, unread.parts));
  return { name: host.name, checked: true, notChecked: unread.reasons, differences, repair };
}

const builds = new WeakMap<HostView, HostState>();

/** The host that the view asks for, from nothing. */
function madeOf(view: HostView): HostState {
  let made = builds.get(view);
  if (!made) {
    made = planned(view, baseline(view.settings));
    builds.set(view, made);
  }
  return made;
}
