/** `ip link add|set|delete`, `ip tuntap` (iproute2 ip/iplink.c, ip/iptuntap.c). */
import { CommandError } from "../command.ts";
import type { LinkAdd, LinkDel, LinkSet, TuntapCommand } from "./command.ts";
import { abbreviated, type Cursor, deviceName, garbage } from "./cursor.ts";
import {
  pair,
  parseBridge,
  parseBridgePort,
  parseDevice,
  printBridge,
  printBridgePort,
  printDevice,
} from "./device.ts";

type LinkCommand = LinkAdd | LinkSet | LinkDel;

export function parseLink(words: Cursor): LinkCommand {
  const typed = words.next();
  switch (abbreviated(typed, ["add", "set", "delete"])) {
    case "add":
      return parseAdd(words);
    case "set":
      return parseSet(words);
    case "delete":
      return parseDel(words);
    default:
      throw new CommandError(`Command "${typed}" is unknown, try "ip link help".`, 255);
  }
}

function parseAdd(words: Cursor): LinkAdd {
  const out: { name?: string; link?: string; address?: string; mtu?: number; netns?: string; up?: boolean } = {};
  let kind: string | undefined;
  while (kind === undefined) {
    if (words.done) throw new CommandError('Not enough information: "type" argument is required', 255);
    if (words.take("type")) kind = words.next();
    else if (words.take("link")) out.link = words.next();
    else if (words.take("address")) out.address = words.mac();
    else if (words.take("mtu")) out.mtu = words.number("mtu");
    else if (words.take("netns")) out.netns = words.next();
    else if (words.take("up")) out.up = true;
    else {
      words.take("name", "dev");
      if (out.name !== undefined) throw garbage(words.next());
      out.name = deviceName(words.next());
    }
  }
  const device = parseDevice(kind, words);
  const { name, ...rest } = out;
  if (name === undefined) throw new CommandError('Not enough information: "dev" argument is required', 255);
  return { tool: "ip", action: "link-add", name, device, ...rest };
}

function parseSet(words: Cursor): LinkSet {
  const out: { -readonly [K in keyof LinkSet]?: LinkSet[K] } = {};
  while (!words.done) {
    if (words.take("up")) out.up = true;
    else if (words.take("down")) out.up = false;
    else if (words.take("address")) out.address = words.mac();
    else if (words.take("mtu")) out.mtu = words.number("mtu");
    else if (words.take("promisc")) out.promisc = words.onOff("promisc");
    else if (words.take("master")) out.master = words.next();
    else if (words.take("nomaster")) out.master = null;
    else if (words.take("netns")) out.netns = words.next();
    else if (words.take("name")) out.newName = deviceName(words.next());
    else if (words.take("type")) {
      const kind = words.next();
      if (kind === "bridge") out.bridge = parseBridge(words);
      else if (kind === "bridge_slave") out.bridgePort = parseBridgePort(words);
      else throw new CommandError(`setting options of type ${kind} is not supported`, 2);
    } else {
      words.take("dev");
      if (out.name !== undefined) throw garbage(words.next());
      out.name = words.next();
    }
  }
  const { name, ...rest } = out;
  if (name === undefined) throw new CommandError('Not enough of information: "dev" argument is required.', 255);
  return { tool: "ip", action: "link-set", ...rest, name };
}

function parseDel(words: Cursor): LinkDel {
  words.take("dev");
  const name = words.next();
  // `type veth` may follow, and only says again what the device is.
  if (words.take("type")) words.next();
  if (!words.done) throw garbage(words.next());
  return { tool: "ip", action: "link-del", name };
}

export function parseTuntap(words: Cursor): TuntapCommand {
  const typed = words.next();
  const verb = abbreviated(typed, ["add", "delete"]);
  if (!verb) throw new CommandError(`Command "${typed}" is unknown, try "ip tuntap help".`, 255);
  let name: string | undefined;
  let mode: "tap" | "tun" | undefined;
  let multiQueue = false;
  while (!words.done) {
    if (words.take("mode")) {
      const text = words.next();
      if (text !== "tap" && text !== "tun") throw new CommandError(`Unknown tunnel mode "${text}"`, 255);
      mode = text;
    } else if (words.take("multi_queue")) multiQueue = true;
    else {
      words.take("dev", "name");
      name = deviceName(words.next());
    }
  }
  if (mode === undefined) throw new CommandError("You failed to specify a tunnel mode", 255);
  if (name === undefined) throw new CommandError('Not enough information: "dev" argument is required', 255);
  return {
    tool: "ip",
    action: verb === "add" ? "tuntap-add" : "tuntap-del",
    name,
    mode,
    ...(multiQueue && { multiQueue }),
  };
}

export function printLink(command: LinkCommand | TuntapCommand): string[] {
  switch (command.action) {
    case "link-add": {
      const { name, link, address, mtu, netns, up, device } = command;
      // As agents say it: a plain name, but `name` where a parent stands before it.
      const named = link === undefined ? [name] : ["link", link, "name", name];
      const options = [
        ...pair("address", address),
        ...pair("mtu", mtu),
        ...pair("netns", netns),
        ...(up ? ["up"] : []),
      ];
      return ["link", "add", ...named, ...options, "type", ...printDevice(device)];
    }
    case "link-set": {
      const { name, up, address, mtu, promisc, master, netns, newName, bridge, bridgePort } = command;
      return [
        ...["link", "set", name],
        ...(up === undefined ? [] : [up ? "up" : "down"]),
        ...pair("address", address),
        ...pair("mtu", mtu),
        ...pair("promisc", promisc === undefined ? undefined : promisc ? "on" : "off"),
        ...(master === null ? ["nomaster"] : pair("master", master)),
        ...pair("netns", netns),
        ...pair("name", newName),
        ...(bridge ? ["type", "bridge", ...printBridge(bridge)] : []),
        ...(bridgePort ? ["type", "bridge_slave", ...printBridgePort(bridgePort)] : []),
      ];
    }
    case "link-del":
      return ["link", "delete", command.name];
    case "tuntap-add":
    case "tuntap-del": {
      const { action, name, mode, multiQueue } = command;
      const verb = action === "tuntap-add" ? "add" : "del";
      return ["tuntap", verb, name, "mode", mode, ...(multiQueue ? ["multi_queue"] : [])];
    }
  }
}
