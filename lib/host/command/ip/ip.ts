/** `ip` of iproute2. */
import { CommandError, type Tool } from "../command.ts";
import { parseAddress, printAddress } from "./address.ts";
import { applyIp } from "./apply.ts";
import type { IpCommand, NetnsCommand } from "./command.ts";
import { abbreviated, Cursor, garbage } from "./cursor.ts";
import { parseLink, parseTuntap, printLink } from "./link.ts";
import { parseNeighbour, printNeighbour } from "./neighbour.ts";
import { parseRoute, printRoute } from "./route.ts";
import { parseRule, printRule } from "./rule.ts";

/** In the order in which iproute2 looks them up (ip/ip.c): abbreviations mean the first. */
const OBJECTS = ["address", "route", "rule", "neighbor", "neighbour", "link", "tuntap", "tap", "netns"] as const;

export const IP: Tool<IpCommand> = {
  parse(_name, words) {
    const cursor = new Cursor(words);
    let family: 4 | 6 | undefined;
    for (;;) {
      if (cursor.take("-4")) family = 4;
      else if (cursor.take("-6")) family = 6;
      else if (!cursor.take("-o", "-oneline", "-s", "-d", "-j", "-b")) break;
    }
    return parseObject(cursor, family);
  },

  print(command) {
    const family = "family" in command && command.family !== undefined ? [`-${command.family}`] : [];
    return { words: ["ip", ...family, ...printObject(command)] };
  },

  apply: applyIp,
};

function parseObject(cursor: Cursor, family: 4 | 6 | undefined): IpCommand {
  const object = cursor.next();
  switch (abbreviated(object, OBJECTS)) {
    case "address":
      return parseAddress(cursor, family);
    case "route":
      return parseRoute(cursor, family);
    case "rule":
      return parseRule(cursor, family);
    case "neighbor":
    case "neighbour":
      return parseNeighbour(cursor, family);
    case "link":
      return parseLink(cursor);
    case "tuntap":
    case "tap":
      return parseTuntap(cursor);
    case "netns":
      return parseNetns(cursor);
    default:
      throw new CommandError(`Object "${object}" is unknown, try "ip help".`, 255);
  }
}

function parseNetns(cursor: Cursor): NetnsCommand {
  const typed = cursor.next();
  const verb = abbreviated(typed, ["add", "delete"]);
  if (!verb) throw new CommandError(`Command "${typed}" is unknown, try "ip netns help".`, 255);
  if (cursor.done) throw new CommandError("No netns name specified", 255);
  const name = cursor.next();
  if (!cursor.done) throw garbage(cursor.next());
  if (name === "" || name === "." || name === ".." || name.includes("/"))
    throw new CommandError(`Invalid netns name "${name}"`, 255);
  return { tool: "ip", action: verb === "add" ? "netns-add" : "netns-del", name };
}

function printObject(command: IpCommand): string[] {
  switch (command.action) {
    case "link-add":
    case "link-set":
    case "link-del":
    case "tuntap-add":
    case "tuntap-del":
      return printLink(command);
    case "addr-add":
    case "addr-replace":
    case "addr-del":
    case "addr-flush":
      return printAddress(command);
    case "route-add":
    case "route-append":
    case "route-replace":
    case "route-change":
    case "route-del":
    case "route-flush":
      return printRoute(command);
    case "rule-add":
    case "rule-del":
      return printRule(command);
    case "neigh-add":
    case "neigh-replace":
    case "neigh-change":
    case "neigh-del":
    case "neigh-flush":
      return printNeighbour(command);
    case "netns-add":
      return ["netns", "add", command.name];
    case "netns-del":
      return ["netns", "delete", command.name];
  }
}
