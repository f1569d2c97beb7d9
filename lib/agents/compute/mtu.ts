/** Guests' devices whose network has another MTU than they were made with. */
import type { Command } from "../../host/command/command.ts";
import { namespaceOf, ROOT } from "../../host/edit.ts";
import { applyAll } from "../../host/run.ts";
import type { HostState, Link } from "../../host/state.ts";
import type { HostView, PortView } from "../view.ts";
import { shortId } from "./devices.ts";

type Networks = HostView["networks"];

/** Networks whose MTUs these devices were found to have. */
const settled = new WeakMap<readonly Link[], Networks>();

const DEVICE = /^(qvb|qvo|tap)/;

/** @param ports of guests that are plugged here */
export function withMtus(host: HostState, ports: readonly PortView[], networks: Networks): HostState {
  const { links } = namespaceOf(host, ROOT);
  if (settled.get(links) === networks) return host;
  const mtus = new Map(ports.map((port) => [shortId(port.id), networks.get(port.networkId)?.mtu]));
  const commands = links.flatMap(({ name, mtu }): Command[] => {
    const wanted = DEVICE.test(name) ? mtus.get(name.slice(3)) : undefined;
    if (wanted === undefined || wanted === mtu) return [];
    return [{ netns: ROOT, run: { tool: "ip", action: "link-set", name, mtu: wanted } }];
  });
  const next = applyAll(host, commands);
  settled.set(namespaceOf(next, ROOT).links, networks);
  return next;
}
