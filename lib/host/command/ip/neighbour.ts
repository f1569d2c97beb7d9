/** `ip neighbour add|replace|change|delete|flush` (iproute2 ip/ipneigh.c). */
import { CommandError } from "../command.ts";
import type { NeighCommand, NeighFlush } from "./command.ts";
import { abbreviated, type Cursor } from "./cursor.ts";
import { pair } from "./device.ts";

const ACTIONS = {
  add: "neigh-add",
  replace: "neigh-replace",
  change: "neigh-change",
  chg: "neigh-change",
  delete: "neigh-del",
} as const;

export function parseNeighbour(words: Cursor, family: 4 | 6 | undefined): NeighCommand | NeighFlush {
  const typed = words.next();
  const said = family === undefined ? {} : { family };
  const verb = abbreviated(typed, ["add", "change", "chg", "replace", "delete", "flush"] as const);
  if (verb === undefined) throw new CommandError(`Command "${typed}" is unknown, try "ip neigh help".`, 255);
  const out: { dev?: string; address?: string; mac?: string; proxy?: boolean; nud?: string } = {};
  while (!words.done) {
    if (words.take("dev")) out.dev = words.next();
    else if (words.take("lladdr")) out.mac = words.mac();
    else if (words.take("nud", "state")) out.nud = words.next();
    else if (words.take("proxy")) {
      out.address = words.ip();
      out.proxy = true;
    } else if (words.take("to")) out.address = words.ip();
    else if (verb === "flush" && words.take("all")) continue;
    else out.address = words.ip();
  }
  const { dev, address, ...rest } = out;
  if (verb === "flush") return { tool: "ip", action: "neigh-flush", ...said, ...(dev !== undefined && { dev }) };
  if (dev === undefined || address === undefined)
    throw new CommandError("Device and destination are required arguments.", 255);
  return { tool: "ip", action: ACTIONS[verb], ...said, ...rest, dev, address };
}

export function printNeighbour(command: NeighCommand | NeighFlush): string[] {
  if (command.action === "neigh-flush")
    return ["neigh", "flush", ...(command.dev === undefined ? ["all"] : ["dev", command.dev])];
  const { action, address, mac, nud, dev, proxy } = command;
  return [
    ...["neigh", action.slice("neigh-".length)],
    ...(proxy ? ["proxy", address] : [address]),
    ...pair("lladdr", mac),
    ...pair("nud", nud),
    ...["dev", dev],
  ];
}
