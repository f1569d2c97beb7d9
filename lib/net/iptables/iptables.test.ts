import { globSync, readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Flag, IptablesMatch, IptablesRule, IptablesRuleset, IptablesTarget, Pair, Value } from "./ast.ts";
import { MATCH_OPTIONS, type OptionSpec, TARGET_OPTIONS } from "./options.ts";
import { parseIptablesSave, parseRule } from "./parse.ts";
import { printRule, printRuleset } from "./print.ts";

const FILES = globSync("lib/demo/**/*tables-save-c.txt");

describe("recorded rule sets", () => {
  test("there are some", () => expect(FILES.length).toBeGreaterThan(20));

  test.each(FILES)("%s prints back byte by byte, and parses to the same again", (file) => {
    const text = readFileSync(file, "utf8");
    const family = file.includes("ip6tables") ? 6 : 4;
    const { ruleset, problems } = parseIptablesSave(text, family);
    expect(problems).toEqual([]);
    expect(printRuleset(ruleset)).toBe(text.replace(/^#.*\n/gm, ""));
    expect(parseIptablesSave(printRuleset(ruleset), family).ruleset).toEqual(ruleset);
    const unsupported = ruleset.tables.flatMap((t) => t.chains.flatMap((c) => c.rules.filter((r) => r.unsupported)));
    expect(unsupported).toEqual([]);
  });

  test("without counters they are zero", () => {
    const text = "*filter\n:INPUT ACCEPT [5:6]\n-A INPUT -i lo -j ACCEPT\nCOMMIT\n";
    const { ruleset } = parseIptablesSave(text, 4);
    expect(ruleset.tables[0]?.chains[0]).toMatchObject({ packets: 5, bytes: 6, rules: [{ packets: 0, bytes: 0 }] });
    expect(printRuleset(ruleset, { counters: false })).toBe(text);
  });
});

describe("what we do not know is kept", () => {
  const none = () => false;

  test.each([
    "-A INPUT -m u32 --u32 0x0&0xffff=0x1 -j ACCEPT",
    '-A INPUT -p tcp -m string --string "GET /a b" --algo bm --to 65535 -j DROP',
    "-A INPUT -m hashlimit --hashlimit-upto 5/sec --hashlimit-burst 5 --hashlimit-name x -j ACCEPT",
    "-A INPUT -s 10.0.0.1/32 -j SYNPROXY --sack-perm --timestamp",
    "-A INPUT -m tcp --brand-new 5 -j ACCEPT",
    "-A INPUT -i lo --what 5 -j ACCEPT",
  ])("%s", (text) => {
    const rule = parseRule(text, none);
    if (typeof rule === "string") throw new Error(rule);
    expect(rule.unsupported).toBeDefined();
    expect(rule.text).toBe(text);
    expect(parseRule(printRule({ name: "INPUT" }, rule), none)).toEqual(rule);
  });

  test("a comment may hold anything", () => {
    const text = '-A INPUT -m comment --comment "-j DROP \\"quoted\\" \\\\ it\\\'s" -j ACCEPT';
    const rule = parseRule(text, none);
    if (typeof rule === "string") throw new Error(rule);
    expect(rule.matches).toEqual([{ kind: "comment", comment: { not: false, value: '-j DROP "quoted" \\ it\'s' } }]);
    expect(rule.target).toEqual({ kind: "ACCEPT" });
  });
});

describe("problems name their line", () => {
  test.each([
    ["-A INPUT -j ACCEPT\n", 1, /outside/],
    ["*filter\n:INPUT ACCEPT [0:0]\n-A NONE -j ACCEPT\nCOMMIT\n", 3, /not declared/],
    ["*filter\n:INPUT ACCEPT [0:0]\n-A INPUT -j\nCOMMIT\n", 3, /no target/],
    ["*filter\n:INPUT ACCEPT [0:0]\n-A INPUT -s\nCOMMIT\n", 3, /no value/],
    ["*filter\n:INPUT MAYBE\nCOMMIT\n", 2, /expected/],
    ["*broken\n:INPUT ACCEPT [0:0]\nCOMMIT\n", 1, /unknown table/],
    ["*filter\n:INPUT ACCEPT [0:0]\n", 1, /cut off/],
    ['*filter\n:INPUT ACCEPT [0:0]\n-A INPUT -m comment --comment "open -j ACCEPT\nCOMMIT\n', 3, /quote/],
    ["*filter\nCOMMIT\n*filter\nCOMMIT\n", 3, /twice/],
    ["# Table `x' is incompatible, use 'nft' tool.\n", 1, /nft/],
  ])("%j", (text, line, reason) => {
    const { problems } = parseIptablesSave(text, 4);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatchObject({ line, reason: expect.stringMatching(reason) });
  });
});

const word = fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9_.:/,-]{0,12}$/);
const anyText = fc.string({ minLength: 1, maxLength: 20 }).filter((s) => !/[\n\r]/.test(s));

function optionArbitrary(o: OptionSpec): fc.Arbitrary<Flag | Value | Pair> {
  const not = fc.boolean();
  if (o.takes === "nothing") return fc.record({ not });
  if (o.takes === "value") return fc.record({ not, value: word });
  if (o.takes === "text") return fc.record({ not, value: anyText });
  return fc.record({ not, values: fc.tuple(word, word) });
}

function nodeArbitrary<T>(table: Record<string, readonly OptionSpec[]>): fc.Arbitrary<T> {
  const kinds = Object.entries(table).map(([kind, specs]) => {
    const fields = Object.fromEntries(specs.map((s) => [s.key, optionArbitrary(s)]));
    return fc.record({ kind: fc.constant(kind), ...fields }, { requiredKeys: ["kind"] });
  });
  return fc.oneof(...kinds) as unknown as fc.Arbitrary<T>;
}

const base = fc.record({
  kind: fc.constantFrom("source", "destination", "in-interface", "out-interface", "protocol"),
  not: fc.boolean(),
  value: word,
}) as fc.Arbitrary<IptablesMatch>;
const matches = fc.array(fc.oneof(base, nodeArbitrary<IptablesMatch>(MATCH_OPTIONS)), { maxLength: 5 });
const target = fc.oneof(
  nodeArbitrary<IptablesTarget>(TARGET_OPTIONS),
  fc.constant<IptablesTarget>({ kind: "none" }),
  fc.constantFrom<IptablesTarget>({ kind: "jump", chain: "user" }, { kind: "goto", chain: "user" }),
);
const rule: fc.Arbitrary<IptablesRule> = fc
  .record({ packets: fc.nat(), bytes: fc.nat(), matches, target })
  .map((r) => ({ ...r, text: printRule({ name: "INPUT" }, r) }));

describe("properties", () => {
  test("parse(print(x)) equals x", () => {
    const ruleset: fc.Arbitrary<IptablesRuleset> = fc.array(rule, { maxLength: 6 }).map((rules) => ({
      family: 4,
      tables: [
        {
          name: "filter",
          chains: [
            { name: "INPUT", policy: "DROP", packets: 1, bytes: 2, rules },
            { name: "user", packets: 0, bytes: 0, rules: [] },
          ],
        },
      ],
    }));
    fc.assert(
      fc.property(ruleset, (x) => {
        const { ruleset: again, problems } = parseIptablesSave(printRuleset(x), 4);
        expect(problems).toEqual([]);
        expect(again).toEqual(x);
      }),
      { numRuns: 400 },
    );
  });

  test("mutated recordings neither throw nor change by being printed", () => {
    const texts = FILES.slice(0, 8).map((f) => readFileSync(f, "utf8"));
    const mutation = fc.record({
      file: fc.nat(texts.length - 1),
      at: fc.nat(),
      cut: fc.nat(40),
      put: fc.string({ maxLength: 8 }),
    });
    fc.assert(
      fc.property(mutation, (m) => {
        const text = texts[m.file] ?? "";
        const at = m.at % (text.length + 1);
        const { ruleset } = parseIptablesSave(text.slice(0, at) + m.put + text.slice(at + m.cut), 4);
        expect(parseIptablesSave(printRuleset(ruleset), 4).ruleset).toEqual(ruleset);
      }),
      { numRuns: 300 },
    );
  });
});
