/**
 * The first clause of conjunctions: addresses of remote groups, for each local VLAN where a rule names the group.
 * Source: firewall.py ConjIPFlowManager, rules.py create_flows_for_ip_address.
 */
import { matchedAddress } from "../../../net/address.ts";
import type { Flow } from "../../../net/openflow/ast.ts";
import { type Remade, remade } from "../../remade.ts";
import type { HostSettings, SecurityGroupView, SecurityRuleView } from "../../view.ts";
import type { Ethertype } from "../group-rules.ts";
import { flow, is, regNet } from "./flow.ts";
import type { FlowGroup } from "./install.ts";
import { heightOf } from "./remote-rules.ts";
import { STATES } from "./rule-flows.ts";
import { RULES_TABLE } from "./tracked.ts";

/** Conjunctions of one VLAN, direction and kind of address. */
export interface Clauses {
  readonly key: string;
  readonly vlan: number;
  readonly direction: SecurityRuleView["direction"];
  readonly type: Ethertype;
  /** Numbers by remote group. */
  readonly remote: Map<string, { readonly group: SecurityGroupView | undefined; readonly ids: Set<number> }>;
}

/** Flows of an address, and the numbers that they are for. */
interface Made {
  readonly numbers: string;
  readonly flows: FlowGroup;
}

interface Cache {
  readonly byAddress: Map<string, Made>;
  /** Of a group that is alone in its clause. */
  alone?: { readonly numbers: string; readonly made: Remade<string, FlowGroup> };
}

/** For each host and clause: members come and go one by one. */
const caches = new WeakMap<HostSettings, Map<string, Cache>>();

/** One group of flows for each address. */
export function addressFlows(settings: HostSettings, clauses: Clauses, cookie: string): readonly FlowGroup[] {
  const cache = cacheOf(settings, `${cookie} ${clauses.key}`);
  const { byAddress } = cache;
  const flowsOf = (who: string, { text, sorted }: Numbers): FlowGroup => {
    const known = byAddress.get(who);
    if (known?.numbers === text) return known.flows;
    const flows = oneAddress(clauses, cookie, who, sorted);
    byAddress.set(who, { numbers: text, flows });
    return flows;
  };
  const forget = (has: (who: string) => boolean) => {
    for (const who of byAddress.keys()) if (!has(who)) byAddress.delete(who);
  };
  const [only, ...others] = clauses.remote.values();
  if (only && others.length === 0) {
    const numbers = numbersOf(only.ids);
    const last = cache.alone?.numbers === numbers.text ? cache.alone.made : undefined;
    const made = remade(last, membersOf(only.group, clauses.type), (who) => flowsOf(who, numbers));
    cache.alone = { numbers: numbers.text, made };
    if (byAddress.size > made.from.length) {
      const there = new Set(made.from);
      forget((who) => there.has(who));
    }
    return made.made;
  }
  const all = idsByMember(clauses);
  const groups = [...all].map(([who, numbers]) => flowsOf(who, numbers));
  if (byAddress.size > all.size) forget((who) => all.has(who));
  return groups;
}

function cacheOf(settings: HostSettings, key: string): Cache {
  const own = caches.get(settings) ?? new Map<string, Cache>();
  caches.set(settings, own);
  const known = own.get(key) ?? { byAddress: new Map<string, Made>() };
  own.set(key, known);
  return known;
}

interface Numbers {
  readonly text: string;
  readonly sorted: readonly number[];
}

/** An address that several groups have counts for all of them. */
function idsByMember({ remote, type }: Clauses): Map<string, Numbers> {
  const groups = [...remote.values()].map(({ group, ids }) => ({ members: membersOf(group, type), ...numbersOf(ids) }));
  const all = new Map<string, Numbers>();
  for (const { members, ...own } of groups)
    for (const who of members) {
      const other = all.get(who);
      all.set(who, other ? numbersOf(new Set([...other.sorted, ...own.sorted])) : own);
    }
  return all;
}

function numbersOf(ids: ReadonlySet<number>): Numbers {
  const sorted = [...ids].sort((a, b) => a - b);
  return { text: sorted.join(), sorted };
}

const members = new WeakMap<SecurityGroupView, Map<Ethertype, readonly string[]>>();

/** Addresses as matches have them. Of an address pair that holds all addresses the MAC tells who it is; an address group has none. */
function membersOf(group: SecurityGroupView | undefined, type: Ethertype): readonly string[] {
  if (!group) return [];
  const known = members.get(group) ?? new Map<Ethertype, readonly string[]>();
  members.set(group, known);
  const found = known.get(type) ?? [
    ...new Set(
      group.members.flatMap(({ address, mac }) => {
        if (address.includes(":") !== (type === "IPv6")) return [];
        return [address.includes("/") ? (matchedAddress(address) ?? `${ANY}${mac}`) : address];
      }),
    ),
  ];
  known.set(type, found);
  return found;
}

const ANY = "any ";

function oneAddress(
  { vlan, direction, type }: Clauses,
  cookie: string,
  who: string,
  ids: readonly number[],
): readonly Flow[] {
  const side = direction === "ingress" ? "src" : "dst";
  const match = who.startsWith(ANY)
    ? macMatch(who.slice(ANY.length))
    : [is(type === "IPv6" ? `ipv6_${side}` : `nw_${side}`, who)];
  return [0, 1, 2, 3].flatMap((height) => {
    const own = ids.filter((id) => heightOf(id) === height);
    if (own.length === 0) return [];
    return STATES.map((state, i) => {
      const fields = [is("ct_state", state), is(type === "IPv6" ? "ipv6" : "ip"), regNet(vlan), ...match];
      const actions = own.map((id) => `conjunction(${id + i},1/2)`).join(",");
      return flow([RULES_TABLE[direction], 70 + height, fields, actions], cookie);
    });
  });
}

function macMatch(mac: string) {
  return mac === "" ? [] : [is("dl_src", mac)];
}
