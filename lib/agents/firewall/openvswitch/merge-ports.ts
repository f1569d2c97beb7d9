/**
 * Rules that differ in their ports alone, as flows that do not overlap: of two flows of the same priority only one would
 * count. Source: neutron/agent/linux/openvswitch_firewall/rules.py merge_port_ranges, merge_common_rules.
 */
import type { SecurityRuleView } from "../../view.ts";

interface Conjoined {
  readonly rule: SecurityRuleView;
  /** Numbers of the conjunctions that it is a clause of. */
  readonly ids: readonly number[];
}

/** @param all rules of TCP, UDP or SCTP, each with its own number */
export function mergePortRanges(all: readonly { rule: SecurityRuleView; id: number }[]): Conjoined[] {
  const first = all[0];
  if (!first || all.length === 1) return all.map(({ rule, id }) => ({ rule, ids: [id] }));
  const edges = new Set<number>([1, 0x10000]);
  const ranges = all.map(({ rule, id }) => ({ from: rule.portMin ?? 1, to: rule.portMax ?? 0xffff, id }));
  for (const { from, to } of ranges) edges.add(from).add(to + 1);
  const sorted = [...edges].sort((a, b) => a - b);
  const merged = sorted.slice(0, -1).flatMap((from, i): Conjoined[] => {
    const ids = [...new Set(ranges.filter((one) => one.from <= from && from <= one.to).map((one) => one.id))];
    return ids.length === 0 ? [] : [{ rule: { ...first.rule, portMin: from, portMax: (sorted[i + 1] ?? 0) - 1 }, ids }];
  });
  return joined(merged).map((one) =>
    one.rule.portMin === 1 && one.rule.portMax === 0xffff
      ? { ...one, rule: { ...one.rule, portMin: null, portMax: null } }
      : one,
  );
}

/** Neighbours with the same numbers are one. */
function joined(parts: readonly Conjoined[]): Conjoined[] {
  const out: Conjoined[] = [];
  for (const part of parts) {
    const last = out.at(-1);
    if (last && last.rule.portMax === (part.rule.portMin ?? 0) - 1 && last.ids.join() === part.ids.join())
      out[out.length - 1] = { ids: last.ids, rule: { ...last.rule, portMax: part.rule.portMax } };
    else out.push(part);
  }
  return out;
}

/** @param all rules of one other protocol */
export function mergeAlike(all: readonly { rule: SecurityRuleView; id: number }[]): Conjoined[] {
  const alike = new Map<string, { rule: SecurityRuleView; ids: number[] }>();
  for (const { rule, id } of all) {
    const key = `${rule.portMin} ${rule.portMax}`;
    const known = alike.get(key);
    if (known) known.ids.push(id);
    else alike.set(key, { rule, ids: [id] });
  }
  return [...alike.values()];
}
