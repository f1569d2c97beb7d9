/** Guests' devices whose network has another MTU than they were made with. */
import type { Command } from "../../host/command/command.ts";
import { ROOT } from "../../host/edit.ts";
import { applyAll } from "../../host/run.ts";
import type { HostState, Link } from "../../host/state.ts";
import type { HostView, PortView } from "../view.ts";
import { shortId } from "./devices.ts";

const DEVICE = /^(qvb|qvo|tap)/;

/** @param ports of guests that are plugged here @param links theirs */
export function withMtus(
  host: HostState,
  ports: readonly PortView[],
  links: readonly Link[],
  networks: HostView["networks"],
): HostState {
  const mtus = new Map(ports.map((port) => [shortId(port.id), networks.get(port.networkId)?.mtu]));
  const commands = links.flatMap(({ name, mtu }): Command[] => {
    const wanted = DEVICE.test(name) ? mtus.get(name.slice(3)) : undefined;
    if (wanted === undefined || wanted === mtu) return [];
    return [{ netns: ROOT, run: { tool: "ip", action: "link-set", name, mtu: wanted } }];
  });
  return applyAll(host, commands);
}
