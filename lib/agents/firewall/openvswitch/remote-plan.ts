/** Rules with a remote group of all ports of a host, their numbers, and where the groups' addresses are needed. */
import type { Flow } from "../../../net/openflow/ast.ts";
import type { SecurityRuleView } from "../../view.ts";
import { type Groups, groupsOf, rulesOf } from "../group-rules.ts";
import type { Clauses } from "./address-flows.ts";
import { conjunctionIds, type Tuple } from "./conjunction-ids.ts";
import type { OfPort } from "./port.ts";
import { conjunctionId, type RemoteRule } from "./remote-rules.ts";

export type Ids = ReadonlyMap<string, number>;

/** Rules of ports in the same groups. */
export interface RemoteRules {
  readonly rules: readonly RemoteRule[];
  /** Says which numbers they have. */
  readonly key: string;
}

interface RemotePlan {
  readonly of: (port: OfPort) => RemoteRules;
  readonly clauses: readonly Clauses[];
  readonly ids: Ids;
}

interface Named {
  readonly rule: SecurityRuleView;
  readonly tuple: Tuple;
}

/** @param known numbers given before; undefined: the flows tell */
export function remotePlan(
  ports: readonly OfPort[],
  groups: Groups,
  known: Ids | undefined,
  flows: readonly Flow[],
): RemotePlan {
  const tuples = new Map<string, Tuple>();
  const named = new Map<string, readonly Named[]>();
  const namedOf = (port: OfPort) => {
    const found = named.get(port.groups) ?? nameRules(port, groups, tuples);
    named.set(port.groups, found);
    return found;
  };
  const places = new Map<string, { vlan: number; rules: readonly Named[] }>();
  for (const port of ports) {
    const rules = namedOf(port);
    if (rules.length === 0) continue;
    if (!known) for (const { tuple } of rules) tuple.ofports.add(port.ofport);
    if (!places.has(port.place)) places.set(port.place, { vlan: port.vlan, rules });
  }
  const ids = numbers([...tuples.values()], known, flows);
  const numbered = new Map<readonly Named[], RemoteRules>();
  const of = (port: OfPort): RemoteRules => {
    const rules = namedOf(port);
    let made = numbered.get(rules);
    if (!made) {
      const list = rules.map(({ rule, tuple }) => ({ rule, base: ids.get(tuple.key) ?? 0 }));
      made = { rules: list, key: list.map((one) => one.base).join() };
      numbered.set(rules, made);
    }
    return made;
  };
  return { of, clauses: clausesOf([...places.values()], ids), ids };
}

function nameRules(port: OfPort, groups: Groups, tuples: Map<string, Tuple>): Named[] {
  return groupsOf(port.view, groups).flatMap((group) =>
    rulesOf(group).flatMap((rule): Named[] => {
      if (rule.remoteGroupId === null) return [];
      const { direction, ethertype: type, remoteGroupId } = rule;
      const key = `${group.id} ${remoteGroupId} ${direction} ${type}`;
      const remote = groups.get(remoteGroupId);
      const tuple = tuples.get(key) ?? { key, direction, type, remoteId: remoteGroupId, remote, ofports: new Set() };
      tuples.set(key, tuple);
      return [{ rule, tuple }];
    }),
  );
}

/** Known numbers stay; new tuples take the lowest free ones. */
function numbers(tuples: readonly Tuple[], known: Ids | undefined, flows: readonly Flow[]): Ids {
  return conjunctionIds(tuples, tuples.length === 0 || known ? [] : flows, known);
}

function clausesOf(places: readonly { vlan: number; rules: readonly Named[] }[], ids: Ids): Clauses[] {
  const clauses = new Map<string, Clauses>();
  for (const { vlan, rules } of places)
    for (const { rule, tuple } of rules) {
      const { direction, type, remoteId } = tuple;
      const key = `${vlan} ${direction} ${type}`;
      const clause = clauses.get(key) ?? { key, vlan, direction, type, remote: new Map() };
      const members = clause.remote.get(remoteId) ?? { group: tuple.remote, ids: new Set<number>() };
      members.ids.add(conjunctionId({ rule, base: ids.get(tuple.key) ?? 0 }));
      clause.remote.set(remoteId, members);
      clauses.set(key, clause);
    }
  return [...clauses.values()];
}
