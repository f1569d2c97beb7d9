/** Reads `ovs-ofctl` command lines (utilities/ovs-ofctl.c, lib/ofp-flow.c parse_ofp_str). */
import type { Flow } from "../../../net/openflow/ast.ts";
import { parseFlow, parseGroup, parseMatch } from "../../../net/openflow/parse.ts";
import { FlowSyntaxError, splitTop } from "../../../net/openflow/scan.ts";
import { CommandError } from "../command.ts";
import type { FlowSelection, OfctlAction, OfctlCommand } from "./ofctl-command.ts";

export function parseOfctl(words: readonly string[], input: string | undefined): OfctlCommand {
  const rest: string[] = [];
  let versions: string[] | undefined;
  let strict = false;
  let mayCreate = false;
  for (let i = 0; i < words.length; i++) {
    const word = words[i] as string;
    const version = /^(?:-O|--protocols=)(.+)$/.exec(word)?.[1];
    if (word === "-O" || word === "--protocols") versions = words[++i]?.split(",");
    else if (version !== undefined) versions = version.split(",");
    else if (word === "--strict") strict = true;
    else if (word === "--may-create") mayCreate = true;
    // The bundle changes when flows take effect, not which.
    else if (word === "--bundle" || word === "--") continue;
    else if (word.startsWith("-") && word !== "-") throw new CommandError(`ovs-ofctl: unrecognized option '${word}'`);
    else rest.push(word);
  }
  const [name, bridge, ...args] = rest;
  if (name === undefined) throw new CommandError("ovs-ofctl: missing command name; use --help for help");
  const usage = COMMANDS[name];
  if (!usage) throw new CommandError(`ovs-ofctl: unknown command '${name}'; use --help for help`);
  if (bridge === undefined || args.length < usage.least)
    throw new CommandError(`ovs-ofctl: '${name}' command requires at least ${usage.least + 1} arguments`);
  if (args.length > usage.most)
    throw new CommandError(`ovs-ofctl: '${name}' command takes at most ${usage.most + 1} arguments`);
  const action = guarded(() => parseAction(name, args, { strict, mayCreate, input: input ?? "" }));
  return { tool: "ovs-ofctl", bridge, ...(versions && { versions }), action };
}

const COMMANDS: Readonly<Record<string, { least: number; most: number } | undefined>> = {
  "add-flow": { least: 1, most: 1 },
  "add-flows": { least: 1, most: 1 },
  "mod-flows": { least: 1, most: 1 },
  "del-flows": { least: 0, most: 1 },
  "add-group": { least: 1, most: 1 },
  "mod-group": { least: 1, most: 1 },
  "del-groups": { least: 0, most: 1 },
  "mod-port": { least: 2, most: 2 },
};

function guarded<T>(run: () => T): T {
  try {
    return run();
  } catch (error) {
    if (error instanceof FlowSyntaxError) throw new CommandError(`ovs-ofctl: ${error.message}: ${error.text}`);
    throw error;
  }
}

interface Given {
  strict: boolean;
  mayCreate: boolean;
  input: string;
}

function parseAction(name: string, args: readonly string[], given: Given): OfctlAction {
  const [first = "", second = ""] = args;
  switch (name) {
    case "add-flow":
      if (first === "-") return { kind: "add-flows", flows: linesOf(given.input).map(readFlow) };
      return { kind: "add-flow", flow: readFlow(first) };
    case "add-flows":
      if (first !== "-") throw new CommandError(`ovs-ofctl: ${first}: open failed (No such file or directory)`);
      return { kind: "add-flows", flows: linesOf(given.input).map(readFlow) };
    case "mod-flows": {
      const at = first.indexOf("actions=");
      if (at < 0) throw new CommandError("ovs-ofctl: must specify an action");
      const select = readSelection(first.slice(0, at));
      // A masked cookie says which flows, a plain one what they get.
      const masked = /(^|[\s,])cookie=[^,\s]*\//.test(first);
      const flow = readFlow(
        first.replace(masked ? /\b(cookie|out_port|out_group)=[^,\s]*,?/g : /\b(out_port|out_group)=[^,\s]*,?/g, ""),
      );
      const { cookie, priority, ...rest } = select;
      return {
        kind: "mod-flows",
        strict: given.strict,
        select: { ...rest, ...(masked && { cookie }), ...(given.strict && { priority: flow.priority }) },
        flow,
      };
    }
    case "del-flows": {
      const input = first === "-";
      const select = input ? linesOf(given.input).map(readSelection) : [readSelection(first)];
      return { kind: "del-flows", strict: given.strict, select, input };
    }
    case "add-group":
      return { kind: "add-group", group: parseGroup(first) };
    case "mod-group":
      return { kind: "mod-group", group: parseGroup(first), ...(given.mayCreate && { mayCreate: true }) };
    case "del-groups": {
      const id = /^group_id=(\d+|all)$/.exec(first);
      if (first !== "" && !id) throw new CommandError(`ovs-ofctl: ${first}: expected group_id=`);
      return id && id[1] !== "all" ? { kind: "del-groups", id: Number(id[1]) } : { kind: "del-groups" };
    }
    default:
      return { kind: "mod-port", port: first, change: second };
  }
}

function linesOf(text: string): string[] {
  return text
    .split("\n")
    .map((line) => line.replace(/#.*$/, "").trim())
    .filter((line) => line !== "");
}

function readFlow(text: string): Flow {
  if (!/(^|[\s,])actions?=/.test(text)) throw new CommandError("ovs-ofctl: must specify an action");
  return parseFlow(text.replace(/(^|[\s,])action=/, "$1actions="));
}

/** Reads `cookie=V/M,table=N,out_port=P,match`. */
export function readSelection(text: string): FlowSelection {
  const fields: string[] = [];
  const out: { -readonly [K in keyof FlowSelection]: FlowSelection[K] } = { match: { fields: [] } };
  for (const piece of splitTop(text, true)) {
    const m = /^(cookie|table|priority|out_port|out_group)=(.*)$/.exec(piece);
    const value = m?.[2] ?? "";
    switch (m?.[1]) {
      case "cookie": {
        const [cookie = "", mask = "-1"] = value.split("/");
        out.cookie = { value: cookie, mask };
        break;
      }
      case "table":
        out.table = whole(value, "table");
        break;
      case "priority":
        out.priority = whole(value, "priority");
        break;
      case "out_port":
        out.outPort = value.toUpperCase();
        break;
      case "out_group":
        out.outGroup = whole(value, "out_group");
        break;
      default:
        // Timeouts and flags select nothing.
        if (!/^(idle_timeout|hard_timeout|importance)=|^(send_flow_rem|check_overlap|reset_counts)$/.test(piece))
          fields.push(piece);
    }
  }
  return fields.length === 0 ? out : { ...out, match: parseMatch(fields.join(",")) };
}

function whole(text: string, what: string): number {
  if (!/^\d+$/.test(text)) throw new CommandError(`ovs-ofctl: ${text}: not a valid ${what}`);
  return Number(text);
}
