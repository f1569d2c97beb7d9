/** Recorded hosts and what their agents were told. */
import { readBundle } from "../../../collect/bundle.ts";
import type { HostState, Namespace } from "../../../host/state.ts";
import { settingsOf } from "../../../intent/settings.ts";
import { hostViews } from "../../../intent/views.ts";
import type { HostView } from "../../view.ts";

export interface RecordedHost {
  readonly host: HostState;
  readonly view: HostView;
}

/** @param directory of a bundle */
export async function recordedHosts(directory: string): Promise<RecordedHost[]> {
  const cloud = await readBundle(directory);
  const computes = new Set(cloud.api.ports.flatMap((port) => port["binding:host_id"] ?? []));
  const views = hostViews(cloud.api, { settings: settingsOf(cloud.api.agents, computes), dvrMacs: [] });
  return cloud.world.hosts.flatMap((host) => {
    const view = views.get(host.name);
    return view ? [{ host, view }] : [];
  });
}

export function rootOf(host: HostState): Namespace {
  const root = host.namespaces.find((one) => one.name === "root");
  if (!root) throw new Error("the host has no namespace of its own");
  return root;
}

/** The host before any agent wrote rules. */
export function withoutRules(host: HostState): HostState {
  return {
    ...host,
    namespaces: host.namespaces.map((one) => {
      if (one.name !== "root") return one;
      const { iptables: _, ip6tables: __, ...rest } = one;
      return { ...rest, ipsets: [] };
    }),
  };
}
