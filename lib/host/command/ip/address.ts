/** `ip address add|replace|delete|flush` (iproute2 ip/ipaddress.c). */
import { CommandError } from "../command.ts";
import type { AddrCommand, AddrFlush } from "./command.ts";
import { abbreviated, type Cursor, garbage, prefixOf } from "./cursor.ts";
import { pair } from "./device.ts";

type AddressCommand = AddrCommand | AddrFlush;

export function parseAddress(words: Cursor, family: 4 | 6 | undefined): AddressCommand {
  const typed = words.next();
  const verb = abbreviated(typed, ["add", "change", "replace", "delete", "flush"]);
  if (verb === undefined || verb === "change")
    throw new CommandError(`Command "${typed}" is unknown, try "ip address help".`, 255);
  const said = family === undefined ? {} : { family };
  if (verb === "flush") return parseFlush(words, said);
  const out: { -readonly [K in keyof AddrCommand]?: AddrCommand[K] } = {};
  let local: string | undefined;
  while (!words.done) {
    if (words.take("dev")) out.dev = words.next();
    else if (words.take("peer", "remote")) out.peer = words.prefix(family);
    else if (words.take("broadcast", "brd")) {
      const text = words.peek();
      out.broadcast = text === "+" || text === "-" ? words.next() : words.ip();
    } else if (words.take("scope")) out.scope = words.next();
    else {
      words.take("local");
      const text = words.next();
      if (local !== undefined) throw garbage(text, "local");
      local = text;
    }
  }
  if (out.dev === undefined) throw new CommandError('Not enough information: "dev" argument is required.', 255);
  if (local === undefined) throw new CommandError('Not enough information: "local" argument is required.', 255);
  const [address = "", prefix] = prefixOf(local, family).split("/");
  return {
    tool: "ip",
    action: verb === "add" ? "addr-add" : verb === "replace" ? "addr-replace" : "addr-del",
    ...said,
    ...out,
    dev: out.dev,
    address,
    ...(local.includes("/") && { prefix: Number(prefix) }),
  };
}

function parseFlush(words: Cursor, said: { family?: 4 | 6 }): AddrFlush {
  let dev: string | undefined;
  let scope: string | undefined;
  while (!words.done) {
    if (words.take("scope")) scope = words.next();
    else {
      words.take("dev");
      dev = words.next();
    }
  }
  if (dev === undefined) throw new CommandError("Flush requires arguments.", 255);
  return { tool: "ip", action: "addr-flush", ...said, dev, ...(scope !== undefined && { scope }) };
}

export function printAddress(command: AddressCommand): string[] {
  if (command.action === "addr-flush") return ["addr", "flush", "dev", command.dev, ...pair("scope", command.scope)];
  const { action, address, prefix, peer, broadcast, scope, dev } = command;
  return [
    ...["addr", action.slice("addr-".length), prefix === undefined ? address : `${address}/${prefix}`],
    ...pair("peer", peer),
    ...pair("brd", broadcast),
    ...pair("scope", scope),
    ...["dev", dev],
  ];
}
