/**
 * Numbers of conjunctions: eight for each group, remote group, direction and kind of address. No flow says whose a number
 * is, so that it is told from the ports that have it, and from the addresses it is for. An agent that starts forgets them
 * and counts on from the highest; here they stay. Source: firewall.py ConjIdMap.
 */
import type { Flow } from "../../../net/openflow/ast.ts";
import type { SecurityGroupView, SecurityRuleView } from "../../view.ts";
import type { Ethertype } from "../group-rules.ts";
import { RULES_TABLE } from "./tracked.ts";

type Direction = SecurityRuleView["direction"];

/** What has a number of its own. */
export interface Tuple {
  readonly key: string;
  readonly direction: Direction;
  readonly type: Ethertype;
  readonly remoteId: string;
  readonly remote: SecurityGroupView | undefined;
  /** Numbers of the ports that have it. */
  readonly ofports: Set<number>;
}

const BLOCK = 8;
/** The lowest that an agent gives. */
const FIRST = 16;

/** A number that is there: which ports it lets through, and what addresses. */
interface Installed {
  readonly direction: Direction;
  readonly type: Ethertype;
  readonly ofports: Set<number>;
  readonly addresses: Set<string>;
}

/** Number of each tuple by its key. @param known numbers that were told already */
export function conjunctionIds(
  tuples: readonly Tuple[],
  flows: readonly Flow[],
  known: ReadonlyMap<string, number> = new Map(),
): Map<string, number> {
  const ids = new Map<string, number>();
  const taken = new Set<number>();
  for (const { key } of tuples) {
    const base = known.get(key);
    if (base === undefined) continue;
    ids.set(key, base);
    taken.add(base);
  }
  for (const { tuple, base } of candidates(tuples, readInstalled(flows))) {
    if (ids.has(tuple.key) || taken.has(base)) continue;
    ids.set(tuple.key, base);
    taken.add(base);
  }
  let next = FIRST;
  for (const { key } of tuples)
    if (!ids.has(key)) {
      while (taken.has(next)) next += BLOCK;
      ids.set(key, next);
      taken.add(next);
    }
  return ids;
}

/** The likeliest first; what cannot be told apart in the order of tuples and of numbers, so that it comes out the same again. */
function candidates(
  tuples: readonly Tuple[],
  installed: ReadonlyMap<number, Installed>,
): { tuple: Tuple; base: number }[] {
  const byPort = new Map<number, number[]>();
  for (const [base, { ofports }] of installed)
    for (const ofport of ofports) {
      const own = byPort.get(ofport);
      if (own) own.push(base);
      else byPort.set(ofport, [base]);
    }
  const all: { tuple: Tuple; base: number; ports: number; rank: number }[] = [];
  tuples.forEach((tuple, rank) => {
    const common = new Map<number, number>();
    for (const ofport of tuple.ofports)
      for (const base of byPort.get(ofport) ?? []) common.set(base, (common.get(base) ?? 0) + 1);
    for (const [base, ports] of common) {
      const one = installed.get(base);
      if (one?.direction === tuple.direction && one.type === tuple.type) all.push({ tuple, base, rank, ports });
    }
  });
  const shared = new Map<number, number>();
  for (const { base } of all) shared.set(base, (shared.get(base) ?? 0) + 1);
  const likeness = new Map(
    all.map((one) => {
      const { ofports, addresses } = installed.get(one.base) ?? { ofports: new Set(), addresses: new Set<string>() };
      const strange = tuplesPorts(one.tuple) + ofports.size - 2 * one.ports;
      // Addresses are looked at only where ports leave a doubt.
      const known = (shared.get(one.base) ?? 0) > 1 ? overlap(one.tuple.remote, addresses) : 0;
      return [one, known * 1_000_000 - strange] as const;
    }),
  );
  return all.sort((a, b) => (likeness.get(b) ?? 0) - (likeness.get(a) ?? 0) || a.rank - b.rank || a.base - b.base);
}

function tuplesPorts({ ofports }: Tuple): number {
  return ofports.size;
}

/** The share of a number's addresses that are members of a group, in hundredths. */
function overlap(group: SecurityGroupView | undefined, addresses: ReadonlySet<string>): number {
  const members = new Set(group?.members.map((one) => one.address));
  const union = new Set([...members, ...addresses]).size;
  return union === 0 ? 0 : Math.round((100 * [...addresses].filter((one) => members.has(one)).length) / union);
}

function readInstalled(flows: readonly Flow[]): Map<number, Installed> {
  const installed = new Map<number, Installed>();
  const addresses = new Map<number, Set<string>>();
  for (const { table, match, actions } of flows) {
    const direction = directionOf(table);
    if (direction === undefined) continue;
    const first = match.fields[0];
    if (first?.name === "conj_id") {
      const base = baseOf(Number(first.value));
      const ofport = Number(match.fields.find((one) => one.name === "reg5")?.value);
      const type = match.fields.some((one) => one.name === "ipv6") ? "IPv6" : "IPv4";
      const known = installed.get(base);
      if (known) known.ofports.add(ofport);
      else installed.set(base, { direction, type, ofports: new Set([ofport]), addresses: setOf(addresses, base) });
    } else if (actions[0]?.kind === "conjunction" && actions[0].clause === 0) {
      const address = match.fields.at(-1);
      for (const action of actions)
        if (action.kind === "conjunction" && address) setOf(addresses, baseOf(action.id)).add(address.value);
    }
  }
  return installed;
}

function directionOf(table: number): Direction | undefined {
  if (table === RULES_TABLE.ingress) return "ingress";
  return table === RULES_TABLE.egress ? "egress" : undefined;
}

function baseOf(id: number): number {
  return id - (id % BLOCK);
}

function setOf(all: Map<number, Set<string>>, base: number): Set<string> {
  let own = all.get(base);
  if (!own) {
    own = new Set();
    all.set(base, own);
  }
  return own;
}
