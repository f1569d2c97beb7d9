/** `ipset list|save|test` (ipset lib/session.c). */
import { CommandError } from "../../host/command/command.ts";
import type { Ipset, Namespace } from "../../host/state.ts";
import { cidrContains } from "../../net/address.ts";
import type { IptablesRuleset } from "../../net/iptables/ast.ts";
import { type Answer, lines } from "../answer.ts";

export function showIpset(ns: Namespace, words: readonly string[]): Answer | undefined {
  const [verb = "", ...args] = words.filter((word) => word !== "-exist" && word !== "-!" && word !== "-q");
  const name = args.find((word) => !word.startsWith("-"));
  if (
    name !== undefined &&
    /^(list|-L|--list|save|-S|test|-T)$/.test(verb) &&
    !ns.ipsets.some((one) => one.name === name)
  )
    throw new CommandError("ipset v7.17: The set with the given name does not exist", 1);
  const sets = ns.ipsets.filter((one) => name === undefined || one.name === name);
  switch (verb) {
    case "list":
    case "-L":
    case "--list":
      if (args.includes("-n") || args.includes("-name")) return lines(sets.map((one) => one.name));
      return { text: sets.map((one) => listed(ns, one, args.includes("-t"))).join("\n"), status: 0 };
    case "save":
    case "-S":
      return lines(sets.flatMap(saved));
    case "test":
    case "-T": {
      const [set] = sets;
      const member = args[1] ?? "";
      const inside = set?.members.some(
        (one) =>
          one.value === member || (one.value.includes("/") && !one.options.nomatch && cidrContains(one.value, member)),
      );
      const text = `${member} is ${inside ? "" : "NOT "}in set ${name}.`;
      return lines([inside ? `Warning: ${text}` : text], inside ? 0 : 1);
    }
    case "version":
    case "-v":
      return lines(["ipset v7.17, protocol version: 7"]);
    default:
      return undefined;
  }
}

function optionsOf({ family, options }: Ipset): string {
  const all: Record<string, string> = { family, ...options };
  return Object.entries(all)
    .map(([key, value]) => (value === "" ? key : `${key} ${value}`))
    .join(" ");
}

function member(one: Ipset["members"][number]): string {
  const options = Object.entries(one.options).map(([key, value]) =>
    value === true ? key : `${key} ${key === "comment" ? JSON.stringify(value) : value}`,
  );
  return [one.value, ...options].join(" ");
}

/** Without what a kernel alone knows: the memory that it takes, and the type's revision. */
function listed(ns: Namespace, set: Ipset, terse: boolean): string {
  const head = [
    `Name: ${set.name}`,
    `Type: ${set.type}`,
    `Header: ${optionsOf(set)}`,
    `References: ${references(ns, set.name)}`,
    `Number of entries: ${set.members.length}`,
  ];
  return lines(terse ? head : [...head, "Members:", ...set.members.map(member)]).text;
}

function saved(set: Ipset): string[] {
  return [
    `create ${set.name} ${set.type} ${optionsOf(set)}`,
    ...set.members.map((one) => `add ${set.name} ${member(one)}`),
  ];
}

/** Rules that name it. */
function references(ns: Namespace, name: string): number {
  const of = (rules: IptablesRuleset | undefined) =>
    (rules?.tables ?? [])
      .flatMap((table) => table.chains.flatMap((chain) => chain.rules))
      .filter((rule) => rule.matches.some((match) => match.kind === "set" && match.matchSet?.values[0] === name))
      .length;
  return of(ns.iptables) + of(ns.ip6tables);
}
