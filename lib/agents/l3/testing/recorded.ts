/** The recorded clouds, as agents are told of them. */
import { readBundle } from "../../../collect/bundle.ts";
import type { HostState } from "../../../host/state.ts";
import { settingsOf } from "../../../intent/settings.ts";
import { hostViews } from "../../../intent/views.ts";
import type { HostView } from "../../view.ts";

export interface Recorded {
  readonly view: HostView;
  readonly host: HostState;
}

/** @param cloud `legacy` or `dvr` */
export async function recordedHost(cloud: string, name: string): Promise<Recorded> {
  const collected = await readBundle(`lib/demo/${cloud}`);
  const settings = settingsOf(collected.api.agents, new Set());
  const view = hostViews(collected.api, { settings, dvrMacs: [] }).get(name);
  const host = collected.world.hosts.find((one) => one.name === name);
  if (!view || !host) throw new Error(`no host ${name} in ${cloud}`);
  return { view, host };
}

/** A ruleset's text, without its counters. */
export function rulesOf(host: HostState, netns: string, family: 4 | 6): string[] {
  const ns = host.namespaces.find((one) => one.name === netns);
  const ruleset = family === 4 ? ns?.iptables : ns?.ip6tables;
  return (ruleset?.tables ?? []).flatMap((table) => [
    `*${table.name}`,
    ...table.chains.map((chain) => `:${chain.name} ${chain.policy ?? "-"}`),
    ...table.chains.flatMap((chain) => chain.rules.map((rule) => rule.text)),
  ]);
}
