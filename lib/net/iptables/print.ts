/** Prints rule sets as iptables-save does; `parse(print(x))` equals `x` (with counters). */
import type {
  Flag,
  IptablesChain,
  IptablesMatch,
  IptablesRule,
  IptablesRuleset,
  IptablesTarget,
  Pair,
  Value,
} from "./ast.ts";
import { MATCH_OPTIONS, type OptionSpec, TARGET_OPTIONS } from "./options.ts";
import { printWord, quoteText } from "./words.ts";

export interface PrintOptions {
  /** Packet and byte counters of rules, as with `-c`. Chain counters are printed always. */
  counters: boolean;
}

/** The text of `iptables-save`, without its two comment lines. */
export function printRuleset(ruleset: IptablesRuleset, options: PrintOptions = { counters: true }): string {
  const lines: string[] = [];
  for (const table of ruleset.tables) {
    lines.push(`*${table.name}`);
    for (const c of table.chains) lines.push(`:${c.name} ${c.policy ?? "-"} [${c.packets}:${c.bytes}]`);
    for (const c of table.chains) {
      for (const r of c.rules) lines.push((options.counters ? `[${r.packets}:${r.bytes}] ` : "") + printRule(c, r));
    }
    lines.push("COMMIT");
  }
  return lines.length === 0 ? "" : `${lines.join("\n")}\n`;
}

/** `-A chain …` of one rule. A rule with something unsupported is printed as it was read. */
export function printRule(
  chain: Pick<IptablesChain, "name">,
  rule: Omit<IptablesRule, "text"> & { text?: string },
): string {
  if (rule.unsupported !== undefined && rule.text !== undefined) return rule.text;
  const words = ["-A", chain.name];
  for (const m of rule.matches) words.push(printMatch(m));
  const target = printTarget(rule.target);
  if (target !== "") words.push(target);
  return words.join(" ");
}

const BASE_FLAGS = {
  source: "-s",
  destination: "-d",
  "in-interface": "-i",
  "out-interface": "-o",
  protocol: "-p",
} as const;

export function printMatch(match: IptablesMatch): string {
  switch (match.kind) {
    case "source":
    case "destination":
    case "in-interface":
    case "out-interface":
    case "protocol":
      return `${match.not ? "! " : ""}${BASE_FLAGS[match.kind]} ${match.value}`;
    case "fragment":
      return match.not ? "! -f" : "-f";
    case "opaque":
      return ["-m", match.name, ...match.words.map(printWord)].join(" ");
    default:
      return [`-m ${match.kind}`, ...printOptions(MATCH_OPTIONS[match.kind], match)].join(" ");
  }
}

export function printTarget(target: IptablesTarget): string {
  switch (target.kind) {
    case "none":
      return "";
    case "jump":
      return `-j ${target.chain}`;
    case "goto":
      return `-g ${target.chain}`;
    case "opaque":
      return ["-j", target.name, ...target.words.map(printWord)].join(" ");
    default:
      return [`-j ${target.kind}`, ...printOptions(TARGET_OPTIONS[target.kind], target)].join(" ");
  }
}

function printOptions(specs: readonly OptionSpec[], node: IptablesMatch | IptablesTarget): string[] {
  const out: string[] = [];
  // The option table names the fields of the node: read by name, checked by the round-trip property.
  const fields = node as unknown as Record<string, Flag | Value | Pair | undefined>;
  for (const spec of specs) {
    const field = fields[spec.key];
    if (field === undefined) continue;
    const words = [spec.flag];
    if (field.not) words.unshift("!");
    if ("values" in field) words.push(...field.values);
    else if ("value" in field) words.push(spec.takes === "text" ? quoteText(field.value) : field.value);
    out.push(words.join(" "));
  }
  return out;
}
