/** Guests' devices whose network has another MTU than they were made with. */
import type { Command } from "../../host/command/command.ts";
import { differing } from "../../host/differing.ts";
import { namespaceOf, ROOT } from "../../host/edit.ts";
import { applyAll } from "../../host/run.ts";
import type { HostState, Link } from "../../host/state.ts";
import type { HostView, PortView } from "../view.ts";
import { shortId } from "./devices.ts";

/** Devices that were found to have the MTUs of their networks the last time, by the host's settings. */
const settled = new WeakMap<HostView["settings"], Pick<HostView, "networks"> & { readonly links: readonly Link[] }>();

const DEVICE = /^(qvb|qvo|tap)/;

/** @param ports of guests that are plugged here */
export function withMtus(host: HostState, ports: readonly PortView[], { settings, networks }: HostView): HostState {
  const { links } = namespaceOf(host, ROOT);
  const last = settled.get(settings);
  const fresh = last?.networks === networks ? differing(last.links, links).come : links;
  if (fresh.length === 0) return host;
  const ids = new Set(fresh.map((link) => link.name.slice(3)));
  const own = ports.filter((port) => ids.has(shortId(port.id)));
  const mtus = new Map(own.map((port) => [shortId(port.id), networks.get(port.networkId)?.mtu]));
  const commands = fresh.flatMap(({ name, mtu }): Command[] => {
    const wanted = DEVICE.test(name) ? mtus.get(name.slice(3)) : undefined;
    if (wanted === undefined || wanted === mtu) return [];
    return [{ netns: ROOT, run: { tool: "ip", action: "link-set", name, mtu: wanted } }];
  });
  const next = applyAll(host, commands);
  settled.set(settings, { networks, links: namespaceOf(next, ROOT).links });
  return next;
}
