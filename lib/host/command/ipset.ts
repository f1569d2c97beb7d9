/** `ipset` (ipset 7.17): sets of addresses and networks of a namespace. */
import { editNamespace, namespaceOf } from "../edit.ts";
import type { HostState, Ipset } from "../state.ts";
import { CommandError, type Tool } from "./command.ts";
import { address } from "./iptables/values.ts";

export type IpsetChange =
  | { readonly op: "create"; readonly set: string; readonly type: string; readonly options: readonly string[] }
  | { readonly op: "add"; readonly set: string; readonly member: string; readonly options: readonly string[] }
  | { readonly op: "del"; readonly set: string; readonly member: string }
  | { readonly op: "swap" | "rename"; readonly set: string; readonly to: string }
  /** All sets when none is named. */
  | { readonly op: "destroy" | "flush"; readonly set?: string }
  /** `list`, `save`, `test`: ask only. */
  | { readonly op: "query"; readonly words: readonly string[] };

export type IpsetCommand =
  | { readonly tool: "ipset"; readonly kind: "change"; readonly exist: boolean; readonly change: IpsetChange }
  /** From standard input. */
  | {
      readonly tool: "ipset";
      readonly kind: "restore";
      readonly exist: boolean;
      readonly changes: readonly IpsetChange[];
    };

const PREFIX = "ipset v7.17:";
const EXIST = ["-exist", "-!", "--exist"];

export const IPSET: Tool<IpsetCommand> = {
  parse(_name, words, input): IpsetCommand {
    const exist = words.some((word) => EXIST.includes(word));
    const rest = words.filter((word) => !EXIST.includes(word));
    if (rest[0] === "restore" || rest[0] === "-R") {
      const lines = (input ?? "").split("\n").filter((line) => line.trim() !== "" && line.trim() !== "COMMIT");
      return {
        tool: "ipset",
        kind: "restore",
        exist,
        changes: lines.map((line) => parseChange(line.trim().split(/\s+/))),
      };
    }
    return { tool: "ipset", kind: "change", exist, change: parseChange(rest) };
  },
  print(command) {
    const flag = command.exist ? ["-exist"] : [];
    if (command.kind === "change") {
      const [verb = "", ...rest] = printChange(command.change);
      return { words: ["ipset", verb, ...flag, ...rest] };
    }
    const input = command.changes.map((change) => `${printChange(change).join(" ")}\n`).join("");
    return { words: ["ipset", "restore", ...flag], input };
  },
  apply(host, netns, command) {
    if (command.kind === "change") return applyChange(host, netns, command.change, command.exist);
    return command.changes.reduce((out, change) => applyChange(out, netns, change, command.exist), host);
  },
};

const VERBS: Readonly<Record<string, IpsetChange["op"] | undefined>> = {
  create: "create",
  "-N": "create",
  n: "create",
  add: "add",
  "-A": "add",
  del: "del",
  "-D": "del",
  swap: "swap",
  "-W": "swap",
  rename: "rename",
  "-E": "rename",
  destroy: "destroy",
  "-X": "destroy",
  x: "destroy",
  flush: "flush",
  "-F": "flush",
  list: "query",
  "-L": "query",
  save: "query",
  "-S": "query",
  test: "query",
  "-T": "query",
};

/** Set types that are known: hashes of addresses, ports, devices and marks, and lists. */
const TYPES = /^(hash|bitmap):(ip|net|port|mac|mark|iface)(,(ip|net|port|mac|mark|iface))*$|^list:set$/;

function parseChange(words: readonly string[]): IpsetChange {
  const [verb = "", set, second, ...rest] = words;
  const op = VERBS[verb];
  if (op === undefined)
    throw new CommandError(
      `${PREFIX} No command specified${verb === "" ? "." : `: unknown argument ${verb}`}\nTry \`ipset help' for more information.`,
      2,
    );
  if (op === "query") return { op, words };
  if (op === "destroy" || op === "flush") return set === undefined ? { op } : { op, set };
  if (set === undefined || second === undefined)
    throw new CommandError(
      `${PREFIX} Missing ${set === undefined ? "mandatory" : "second mandatory"} argument to command ${verb}`,
      2,
    );
  switch (op) {
    case "create":
      if (!TYPES.test(second)) throw new CommandError(`${PREFIX} Syntax error: typename '${second}' is unknown`);
      return { op, set, type: second, options: rest };
    case "add":
      return { op, set, member: second, options: rest };
    case "del":
      return { op, set, member: second };
    default:
      return { op, set, to: second };
  }
}

function printChange(change: IpsetChange): string[] {
  switch (change.op) {
    case "create":
      return [change.op, change.set, change.type, ...change.options];
    case "add":
      return [change.op, change.set, change.member, ...change.options];
    case "del":
      return [change.op, change.set, change.member];
    case "swap":
    case "rename":
      return [change.op, change.set, change.to];
    case "destroy":
    case "flush":
      return change.set === undefined ? [change.op] : [change.op, change.set];
    case "query":
      return [...change.words];
  }
}

/** What the kernel answers for a hash where nothing is asked (ip_set_hash_gen.h). */
const DEFAULTS = { hashsize: "1024", maxelem: "65536", bucketsize: "12", initval: "0x00000000" };

const BARE_OPTIONS = new Set(["counters", "comment", "skbinfo", "forceadd", "wildcard"]);

export function newIpset(name: string, type: string, words: readonly string[]): Ipset {
  const given: Record<string, string> = {};
  for (let i = 0; i < words.length; i++) {
    const key = words[i] as string;
    given[key] = BARE_OPTIONS.has(key) ? "" : (words[++i] ?? "");
  }
  const family = given.family === "inet6" ? "inet6" : "inet";
  const options = type.startsWith("hash:") ? { ...(type !== "hash:mac" && { family }), ...DEFAULTS, ...given } : given;
  return { name, type, family, members: [], options };
}

function applyChange(host: HostState, netns: string, change: IpsetChange, exist: boolean): HostState {
  const ns = namespaceOf(host, netns);
  const sets = ns.ipsets;
  const update = (next: Ipset[]): HostState => (next === sets ? host : editNamespace(host, netns, { ipsets: next }));
  if (change.op === "query") return host;
  if (change.op === "create") return create(host, netns, change, exist);
  if (change.set === undefined) {
    if (change.op === "flush") return update(sets.map((set) => ({ ...set, members: [] })));
    return update(sets.filter((set) => isUsed(host, netns, set.name)));
  }
  return applyToSet(host, netns, change, exist);
}

function create(
  host: HostState,
  netns: string,
  change: Extract<IpsetChange, { op: "create" }>,
  exist: boolean,
): HostState {
  const sets = namespaceOf(host, netns).ipsets;
  const made = newIpset(change.set, change.type, change.options);
  const there = sets.find((set) => set.name === change.set);
  if (!there) return editNamespace(host, netns, { ipsets: [...sets, made] });
  if (exist && there.type === made.type && there.family === made.family) return host;
  throw new CommandError(`${PREFIX} Set cannot be created: set with the same name already exists`);
}

function applyToSet(
  host: HostState,
  netns: string,
  change: Exclude<IpsetChange, { op: "create" | "query" }>,
  exist: boolean,
): HostState {
  const sets = namespaceOf(host, netns).ipsets;
  const update = (next: Ipset[]): HostState => editNamespace(host, netns, { ipsets: next });
  const at = sets.findIndex((set) => set.name === change.set);
  const set = sets[at];
  if (!set) throw new CommandError(`${PREFIX} The set with the given name does not exist`);
  switch (change.op) {
    case "add": {
      const value = member(set, change.member);
      const options = memberOptions(change.options);
      const found = set.members.findIndex((one) => one.value === value);
      if (found < 0) return update(sets.with(at, { ...set, members: [...set.members, { value, options }] }));
      if (!exist) throw new CommandError(`${PREFIX} Element cannot be added to the set: it's already added`);
      return host;
    }
    case "del": {
      const value = member(set, change.member);
      const members = set.members.filter((one) => one.value !== value);
      if (members.length < set.members.length) return update(sets.with(at, { ...set, members }));
      if (!exist) throw new CommandError(`${PREFIX} Element cannot be deleted from the set: it's not added`);
      return host;
    }
    case "flush":
      return set.members.length === 0 ? host : update(sets.with(at, { ...set, members: [] }));
    case "destroy":
      if (isUsed(host, netns, set.name))
        throw new CommandError(`${PREFIX} Set cannot be destroyed: it is in use by a kernel component`);
      return update(sets.filter((one) => one !== set));
    case "swap": {
      const other = sets.findIndex((one) => one.name === change.to);
      const second = sets[other];
      if (!second) throw new CommandError(`${PREFIX} Sets cannot be swapped: the second set does not exist`);
      if (second.type !== set.type || second.family !== set.family)
        throw new CommandError(`${PREFIX} The sets cannot be swapped: their type does not match`);
      return update(sets.with(at, { ...second, name: set.name }).with(other, { ...set, name: second.name }));
    }
    case "rename":
      if (sets.some((one) => one.name === change.to))
        throw new CommandError(`${PREFIX} Set cannot be renamed: a set with the new name already exists`);
      return update(sets.with(at, { ...set, name: change.to }));
  }
}

function memberOptions(words: readonly string[]): Record<string, string | true> {
  const options: Record<string, string | true> = {};
  for (let i = 0; i < words.length; i++) {
    const key = words[i] as string;
    options[key] = key === "nomatch" ? true : (words[++i] ?? "");
  }
  return options;
}

/** A member as `ipset save` prints it: networks with their prefix, single addresses without. */
function member(set: Ipset, text: string): string {
  const family = set.family === "inet6" ? 6 : 4;
  const kinds = set.type.slice(set.type.indexOf(":") + 1).split(",");
  if (kinds[0] !== "ip" && kinds[0] !== "net") return text;
  const [first = "", ...rest] = text.split(",");
  if (first.includes("-")) return text;
  let value: string | undefined;
  try {
    value = address(first, family);
  } catch {
    throw new CommandError(`${PREFIX} Syntax error: cannot parse ${first}: resolving to IPv${family} address failed`);
  }
  if (value === undefined)
    throw new CommandError(`${PREFIX} The value of the CIDR parameter of the IP address is invalid`);
  return [value.replace(family === 4 ? /\/32$/ : /\/128$/, ""), ...rest].join(",");
}

/** Whether a rule of the namespace matches on the set, or sends to it. */
function isUsed(host: HostState, netns: string, name: string): boolean {
  const ns = namespaceOf(host, netns);
  for (const ruleset of [ns.iptables, ns.ip6tables])
    for (const table of ruleset?.tables ?? [])
      for (const chain of table.chains)
        for (const rule of chain.rules)
          if (rule.matches.some((match) => match.kind === "set" && match.matchSet?.values[0] === name)) return true;
  return false;
}
