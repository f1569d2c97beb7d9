/**
 * A rule as it is typed, in the words of iptables-save: options in its order, addresses with their prefixes, extensions that
 * go without saying said (iptables/xshared.c, extensions/libxt_*.c).
 */
import type { IptablesRule, Word } from "../../../net/iptables/ast.ts";
import { MATCH_OPTIONS, type OptionSpec, TARGET_OPTIONS } from "../../../net/iptables/options.ts";
import { printWord, splitWords } from "../../../net/iptables/words.ts";
import { CommandError } from "../command.ts";
import { knownRule, ruleOf } from "./body.ts";
import type { TableName } from "./command.ts";
import { MATCHES, TARGETS } from "./extensions.ts";
import { checkRule } from "./places.ts";
import { address, hexMask, icmpType, portsOf, protocolName, sortStates } from "./values.ts";

/** Options that every rule may have → their letters, in the order of iptables-save. */
const BASE: Readonly<Record<string, string | undefined>> = {
  "-s": "-s",
  "--source": "-s",
  "--src": "-s",
  "-d": "-d",
  "--destination": "-d",
  "--dst": "-d",
  "-i": "-i",
  "--in-interface": "-i",
  "-o": "-o",
  "--out-interface": "-o",
  "-p": "-p",
  "--protocol": "-p",
  "--proto": "-p",
  "-f": "-f",
  "--fragment": "-f",
};
const ORDER = ["-s", "-d", "-i", "-o", "-p", "-f"];

/** Protocols whose own options need no `-m`, and the name of their extension. */
const IMPLIED: Readonly<Record<string, string>> = {
  tcp: "tcp",
  udp: "udp",
  sctp: "sctp",
  icmp: "icmp",
  "ipv6-icmp": "icmp6",
};

type Extension = { head: string; words: Word[] };

const word = (text: string, quoted = false): Word => ({ text, quoted });

/** The rules that one specification stands for: several where it has lists of addresses. */
export function normalizeRules(
  table: TableName,
  chain: string,
  spec: string,
  family: 4 | 6,
  isChain: (name: string) => boolean,
  checkSet: (name: string) => void,
): IptablesRule[] {
  const known = knownRule(chain, spec, family);
  const rules = known ? [known] : readRules(chain, spec, family, checkSet);
  for (const rule of rules) {
    if (known)
      for (const match of rule.matches) if (match.kind === "set" && match.matchSet) checkSet(match.matchSet.values[0]);
    checkRule(table, chain, rule);
    const { target } = rule;
    if ((target.kind === "jump" || target.kind === "goto") && !isChain(target.chain))
      throw new MissingChain(target.chain);
  }
  return rules;
}

/** Options of targets that people leave the end of: getopt_long takes as much as tells one from all others. */
const SHORTENED: Readonly<Record<string, readonly string[] | undefined>> = {
  "-j SNAT": ["--to-source"],
  "-j DNAT": ["--to-destination"],
  "-j REDIRECT": ["--to-ports"],
  "-j MASQUERADE": ["--to-ports"],
};

function whole(one: Word, head: string): Word {
  if (one.quoted || !one.text.startsWith("--to")) return one;
  const full = SHORTENED[head]?.find((option) => option.startsWith(one.text));
  return full === undefined ? one : word(full);
}

/** What a target is nothing without (XTOPT_MAND in libxt_NAT.c). */
const MANDATORY: Readonly<Record<string, string | undefined>> = {
  "-j SNAT": "--to-source",
  "-j DNAT": "--to-destination",
};

function readRules(chain: string, spec: string, family: 4 | 6, checkSet: (name: string) => void): IptablesRule[] {
  const words = splitWords(spec);
  if (!words) throw new CommandError("a quote is not closed", 2);
  const base = new Map<string, { not: boolean; value: string }>();
  const matches: Extension[] = [];
  let target: Extension | undefined;
  let protocol: string | undefined;
  let current: Extension | undefined;
  for (let i = 0; i < words.length; i++) {
    let not = false;
    if (isBare(words[i], "!")) {
      not = true;
      i++;
    }
    const at = words[i];
    if (!at) throw new CommandError("nothing follows `!`", 2);
    const letter = at.quoted ? undefined : BASE[at.text];
    if (letter !== undefined) {
      const value = letter === "-f" ? "" : need(words[++i], at.text);
      if (base.has(letter)) throw new CommandError(`multiple ${letter} flags not allowed`, 2);
      if (letter === "-p") protocol = protocolName(value);
      base.set(letter, { not, value: letter === "-p" ? (protocol as string) : value });
      current = undefined;
    } else if (!at.quoted && (at.text === "-m" || at.text === "--match")) {
      const name = need(words[++i], at.text);
      current = { head: name === "icmpv6" ? "icmp6" : name, words: [] };
      if (!MATCHES.has(current.head)) throw new UnknownMatch(name);
      matches.push(current);
    } else if (!at.quoted && /^(-j|--jump|-g|--goto)$/.test(at.text)) {
      const goes = at.text === "-g" || at.text === "--goto";
      const name = need(words[++i], at.text);
      if (target) throw new CommandError(`multiple ${goes ? "-g" : "-j"} flags not allowed`, 2);
      target = { head: `${goes ? "-g" : "-j"} ${name}`, words: [] };
      current = target;
    } else {
      if (!current) {
        const implied = protocol === undefined ? undefined : IMPLIED[protocol];
        if (implied === undefined || !at.text.startsWith("--")) throw new UnknownWord(at.text);
        // iptables loads it at the end of the list, before the extensions that follow.
        current = { head: implied, words: [] };
        matches.push(current);
      }
      if (not) current.words.push(word("!"));
      current.words.push(at);
      if (current.head === "set" && at.text === "--match-set") checkSet(need(words[i + 1], at.text));
    }
  }
  if (target) target.words = target.words.map((one) => whole(one, target?.head ?? ""));
  for (const one of target ? [...matches, target] : matches) checkWords(one, target);
  if (matches.some(({ head }) => head === "multiport") && !/^(tcp|udp|udplite|sctp|dccp)$/.test(protocol ?? ""))
    throw new CommandError("multiport needs `-p tcp', `-p udp', `-p udplite', `-p sctp' or `-p dccp'", 2);
  const wants = target && MANDATORY[target.head];
  if (wants && !target?.words.some((one) => isBare(one, wants)))
    throw new CommandError(`${target?.head.slice(3)}: option "${wants}" must be specified\n`, 2);
  // Of ICMP, ports are taken for its ids (libxt_NAT.c).
  if (target?.words.some((one) => isBare(one, "--to-ports")) && !/^(tcp|udp|sctp|dccp|icmp)$/.test(protocol ?? ""))
    throw new CommandError("Need TCP, UDP, SCTP or DCCP with port specification", 2);
  return addressLists(base, family).map((addresses) => {
    const texts: string[] = [];
    for (const letter of ORDER) {
      const value = addresses.get(letter);
      if (value) texts.push(...(value.not ? ["!"] : []), letter, ...(value.value === "" ? [] : [value.value]));
    }
    for (const match of matches) texts.push("-m", match.head, ...tidy(match.head, match.words, family).map(printWord));
    if (target) texts.push(target.head, ...tidyTarget(target, family).map(printWord));
    const rule = ruleOf(chain, texts.join(" "), [family]);
    if (typeof rule === "string") throw new CommandError(rule, 2);
    return rule;
  });
}

const OPTIONS: Readonly<Record<string, readonly OptionSpec[] | undefined>> = { ...MATCH_OPTIONS };
const OF_TARGETS: Readonly<Record<string, readonly OptionSpec[] | undefined>> = { ...TARGET_OPTIONS };

/** Of these, every option is known: another one is a mistake. */
const COMPLETE = new Set(["tcp", "udp", "icmp", "icmp6", "state", "comment", "mac", "REJECT", "SNAT", "DNAT"]);

/** Words that are no option of their extension, and no value of one. Throws UnknownWord. */
function checkWords(extension: Extension, target: Extension | undefined): void {
  const { words } = extension;
  const name = extension === target ? extension.head.slice(3) : extension.head;
  // A chain has no options.
  const specs = extension === target ? (OF_TARGETS[name] ?? (TARGETS.has(name) ? undefined : [])) : OPTIONS[name];
  if (!specs) return;
  for (let i = 0; i < words.length; i++) {
    const at = words[i] as Word;
    if (isBare(at, "!")) continue;
    const spec = at.quoted ? undefined : specs.find((s) => s.flag === at.text || s.aliases?.includes(at.text));
    if (spec) i += spec.takes === "nothing" ? 0 : spec.takes === "pair" ? 2 : 1;
    else if (at.quoted || !at.text.startsWith("-") || specs.length === 0 || COMPLETE.has(name))
      throw new UnknownWord(at.text);
    else return; // How many values it takes is not known.
  }
}

/** The target of `-j` is neither a chain nor a target. */
export class MissingChain extends Error {
  readonly chain: string;
  constructor(chain: string) {
    super(`Chain '${chain}' does not exist`);
    this.chain = chain;
  }
}

export class UnknownMatch extends Error {
  constructor(name: string) {
    super(`Couldn't load match \`${name}':No such file or directory\n`);
  }
}

export class UnknownWord extends Error {
  constructor(text: string) {
    super(text.startsWith("-") ? `unknown option "${text}"` : `Bad argument \`${text}'`);
  }
}

function isBare(at: Word | undefined, text: string): boolean {
  return at !== undefined && !at.quoted && at.text === text;
}

function need(at: Word | undefined, option: string): string {
  if (!at) throw new CommandError(`option "${option}" requires an argument`, 2);
  return at.text;
}

type Base = ReadonlyMap<string, { not: boolean; value: string }>;

/** Every pair of a source and a destination, without what takes everything. */
function addressLists(base: Base, family: 4 | 6): Base[] {
  let out: Map<string, { not: boolean; value: string }>[] = [new Map(base)];
  for (const letter of ["-s", "-d"]) {
    const given = base.get(letter);
    if (!given) continue;
    const values = given.value.split(",").map((text) => address(text, family));
    out = values.flatMap((value) =>
      out.map((one) => {
        const next = new Map(one);
        if (value === undefined) next.delete(letter);
        else next.set(letter, { not: given.not, value });
        return next;
      }),
    );
  }
  for (const one of out) {
    const protocol = one.get("-p");
    if (protocol && !protocol.not && (protocol.value === "all" || protocol.value === "0")) one.delete("-p");
    const fragment = one.get("-f");
    if (fragment) one.set("-f", { ...fragment, value: "" });
  }
  return out;
}

/** Options of a match as iptables-save writes them. */
function tidy(name: string, words: readonly Word[], family: 4 | 6): Word[] {
  const out: Word[] = [];
  for (let i = 0; i < words.length; i++) {
    const at = words[i] as Word;
    const value = words[i + 1];
    if (at.quoted || !value || !at.text.startsWith("-")) {
      if (isBare(at, "--syn") && name === "tcp") out.push(word("--tcp-flags"), word("FIN,SYN,RST,ACK"), word("SYN"));
      else out.push(at);
      continue;
    }
    switch (`${name} ${at.text}`) {
      case "tcp --syn":
        out.push(word("--tcp-flags"), word("FIN,SYN,RST,ACK"), word("SYN"));
        continue;
      case "state --state":
        out.push(at, word(sortStates(value.text, "state")));
        break;
      case "conntrack --ctstate":
        out.push(at, word(sortStates(value.text, "conntrack")));
        break;
      case "icmp --icmp-type":
      case "icmp6 --icmpv6-type":
        out.push(at, word(icmpType(value.text, family)));
        break;
      case "tcp --dport":
      case "tcp --sport":
      case "udp --dport":
      case "udp --sport":
        out.push(at, word(portsOf(value.text, name)));
        break;
      case "mark --mark":
      case "connmark --mark":
        out.push(at, word(hexMask(value.text, false)));
        break;
      default:
        out.push(at);
        continue;
    }
    i++;
  }
  return out;
}

/** What --or-mark and its kin do, as the kernel has it: bits that are cleared, then bits that are turned (libxt_MARK.c). */
function changedBits(option: string, bits: number): Word[] | undefined {
  const hex = (n: number) => `0x${(n >>> 0).toString(16)}`;
  const set = (value: number, mask: number) => [word("--set-xmark"), word(`${hex(value)}/${hex(mask)}`)];
  if (option === "--or-mark") return set(bits, bits);
  if (option === "--and-mark") return set(0, ~bits);
  return option === "--xor-mark" ? set(bits, 0) : undefined;
}

/** Kinds of refusals (libipt_REJECT.c, libip6t_REJECT.c), with short names. */
const REJECTS: Readonly<Record<4 | 6, readonly string[]>> = {
  4: `icmp-net-unreachable net-unreach icmp-host-unreachable host-unreach icmp-proto-unreachable proto-unreach
    icmp-port-unreachable port-unreach icmp-net-prohibited net-prohib icmp-host-prohibited host-prohib tcp-reset tcp-rst
    icmp-admin-prohibited admin-prohib`.split(/\s+/),
  6: `icmp6-no-route no-route icmp6-adm-prohibited adm-prohibited icmp6-addr-unreachable addr-unreach
    icmp6-port-unreachable port-unreach tcp-reset tcp-rst icmp6-policy-fail policy-fail icmp6-reject-route
    reject-route`.split(/\s+/),
};

/** Options of a target as iptables-save writes them. */
function tidyTarget(target: Extension, family: 4 | 6): Word[] {
  const { words } = target;
  const value = words[1]?.text ?? "";
  switch (target.head) {
    case "-j REJECT":
      if (words.length === 0)
        return [word("--reject-with"), word(family === 4 ? "icmp-port-unreachable" : "icmp6-port-unreachable")];
      if (words[0]?.text === "--reject-with") {
        const at = REJECTS[family].indexOf(value.toLowerCase());
        if (at < 0) throw new CommandError(`unknown reject type "${value}"`, 2);
        return [word("--reject-with"), word(REJECTS[family][at - (at % 2)] ?? value)];
      }
      return words;
    case "-j MARK":
    case "-j CONNMARK":
      if (words[0]?.text === "--set-mark" || words[0]?.text === "--set-xmark")
        return [word("--set-xmark"), word(hexMask(value, true))];
      if (target.head === "-j MARK") return changedBits(words[0]?.text ?? "", Number(value)) ?? words;
      if (target.head === "-j CONNMARK" && /^--(save|restore)-mark$/.test(words[0]?.text ?? "") && words.length === 1)
        return [...words, word("--nfmask"), word("0xffffffff"), word("--ctmask"), word("0xffffffff")];
      return words;
    default:
      return words;
  }
}
