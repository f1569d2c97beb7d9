/** `ip rule add|delete` (iproute2 ip/iprule.c). */
import { CommandError } from "../command.ts";
import type { RuleCommand } from "./command.ts";
import { abbreviated, Cursor, unread, wrong } from "./cursor.ts";
import { pair } from "./device.ts";

/** Words of iproute2 that are not read. */
const UNREAD: ReadonlySet<string> = new Set(
  "tos dsfield tun_id realms uidrange protocol suppress_ifgroup sup_group l3mdev nat".split(" "),
);

const TYPES = ["unreachable", "blackhole", "prohibit", "nop"] as const;

export function parseRule(words: Cursor, family: 4 | 6 | undefined): RuleCommand {
  const typed = words.next();
  const verb = abbreviated(typed, ["add", "delete", "flush"]);
  if (verb === "flush") throw new CommandError("ip rule flush: not supported here; delete them one by one", 255);
  if (!verb) throw new CommandError(`Command "${typed}" is unknown, try "ip rule help".`, 255);
  const out: { -readonly [K in keyof RuleCommand]?: RuleCommand[K] } = {};
  while (!words.done) readOption(words, out, family);
  return {
    tool: "ip",
    action: verb === "add" ? "rule-add" : "rule-del",
    ...(family !== undefined && { family }),
    ...out,
  };
}

function readOption(
  words: Cursor,
  out: { -readonly [K in keyof RuleCommand]?: RuleCommand[K] },
  family: 4 | 6 | undefined,
): void {
  const word = words.next();
  switch (word) {
    case "not":
      out.not = true;
      return;
    case "from":
    case "to": {
      const prefix = words.prefix(family);
      if (prefix !== "default") out[word] = prefix;
      return;
    }
    case "fwmark":
      out.fwmark = readMark(words.next());
      return;
    case "iif":
    case "dev":
      out.iif = words.next();
      return;
    case "oif":
      out.oif = words.next();
      return;
    case "ipproto":
      out.ipproto = words.next();
      return;
    case "sport":
    case "dport":
      out[word] = readPorts(words.next());
      return;
    case "priority":
    case "preference":
    case "pref":
    case "prio":
    case "order":
      out.priority = words.number("preference");
      return;
    case "table":
    case "lookup":
      out.table = words.next();
      return;
    case "suppress_prefixlength":
      out.suppressPrefixLength = words.number("suppress_prefixlength", 128);
      return;
    case "goto":
      out.goto = words.number("target");
      return;
    case "type": {
      // What agents wrote for a rule that looks a table up.
      const type = words.next();
      if (type !== "unicast") readOption(new Cursor([type]), out, family);
      return;
    }
    default: {
      if (UNREAD.has(word)) throw unread(word);
      const type = TYPES.find((name) => name === word || `${name}` === word);
      if (!type) throw new CommandError(`Error: argument "${word}" is wrong: Failed to parse rule type`, 255);
      out.type = type;
    }
  }
}

function readMark(text: string): NonNullable<RuleCommand["fwmark"]> {
  const [value, mask] = text.split("/").map((part) => (/^(0x[0-9a-f]+|\d+)$/i.test(part) ? Number(part) : Number.NaN));
  if (value === undefined || Number.isNaN(value)) throw wrong(text, "fwmark value is invalid");
  if (mask === undefined) return { value };
  if (Number.isNaN(mask)) throw wrong(text, "fwmask value is invalid");
  return { value, mask };
}

function readPorts(text: string): { from: number; to: number } {
  const found = /^(\d+)(?:-(\d+))?$/.exec(text);
  if (!found) throw wrong(text, "invalid port range");
  return { from: Number(found[1]), to: Number(found[2] ?? found[1]) };
}

export function printRule(command: RuleCommand): string[] {
  const { action, from, to, fwmark, priority, goto, type } = command;
  return [
    ...["rule", action.slice("rule-".length)],
    ...(command.not ? ["not"] : []),
    ...pair("from", from),
    ...pair("to", to),
    ...pair("fwmark", fwmark && hex(fwmark.value) + (fwmark.mask === undefined ? "" : `/${hex(fwmark.mask)}`)),
    ...pair("iif", command.iif),
    ...pair("oif", command.oif),
    ...pair("ipproto", command.ipproto),
    ...pair("sport", ports(command.sport)),
    ...pair("dport", ports(command.dport)),
    ...pair("lookup", command.table),
    ...pair("priority", priority),
    ...pair("suppress_prefixlength", command.suppressPrefixLength),
    ...pair("goto", goto),
    ...(type === undefined ? [] : [type]),
  ];
}

function hex(value: number): string {
  return `0x${value.toString(16)}`;
}

function ports(range: RuleCommand["sport"]): string | undefined {
  if (!range) return undefined;
  return range.from === range.to ? String(range.from) : `${range.from}-${range.to}`;
}
