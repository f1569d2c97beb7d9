/** Ports whose devices are here. Source: linuxbridge_neutron_agent.py get_all_devices. */
import { findNamespace, ROOT } from "../../host/edit.ts";
import type { HostState } from "../../host/state.ts";
import type { HostView, PortView } from "../view.ts";
import { tapName } from "./names.ts";

const found = new WeakMap<readonly PortView[], { key: string; ports: readonly PortView[] }>();

/** The same list as long as the same devices are there. */
export function pluggedHere(view: HostView, host: HostState): readonly PortView[] {
  const names = new Set(findNamespace(host, ROOT)?.links.map((link) => link.name));
  const ports = view.ports.filter((port) => names.has(tapName(port.id)));
  const key = ports.map((port) => port.id).join();
  const last = found.get(view.ports);
  if (last?.key === key) return last.ports;
  found.set(view.ports, { key, ports });
  return ports;
}
