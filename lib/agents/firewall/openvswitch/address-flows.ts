/**
 * The first clause of conjunctions: addresses of remote groups, for each local VLAN where a rule names the group.
 * Source: firewall.py ConjIPFlowManager, rules.py create_flows_for_ip_address.
 */

import { parseCidr } from "../../../net/address.ts";
import type { Flow } from "../../../net/openflow/ast.ts";
import type { SecurityGroupView, SecurityRuleView } from "../../view.ts";
import { type Ethertype, familyOfType } from "../group-rules.ts";
import { flow, is, regNet } from "./flow.ts";
import { matchedAddress } from "./port.ts";
import { heightOf } from "./remote-rules.ts";
import { STATES } from "./rule-flows.ts";
import { RULES_TABLE } from "./tracked.ts";

/** Conjunctions of one VLAN, direction and kind of address. */
export interface Clauses {
  readonly vlan: number;
  readonly direction: SecurityRuleView["direction"];
  readonly type: Ethertype;
  /** Numbers by remote group. */
  readonly remote: Map<string, { group: SecurityGroupView | undefined; ids: Set<number> }>;
}

export function addressFlows(clauses: Clauses, cookie: string): Flow[] {
  const six = clauses.type === "IPv6";
  const byAddress = new Map<string, { match: string | undefined; mac: string; ids: Set<number> }>();
  for (const { group, ids } of clauses.remote.values())
    for (const { address, mac } of group?.members ?? []) {
      if (address.includes(":") !== six || parseCidr(address)?.family !== familyOfType(clauses.type)) continue;
      const match = matchedAddress(address);
      // Of an address pair that holds all addresses the MAC tells who it is.
      const key = match ?? mac;
      const known = byAddress.get(key);
      if (known) for (const id of ids) known.ids.add(id);
      else byAddress.set(key, { match, mac, ids: new Set(ids) });
    }
  return [...byAddress.values()].flatMap(({ match, mac, ids }) => oneAddress(clauses, cookie, match, mac, ids));
}

const made = new Map<string, readonly Flow[]>();
const MOST_MADE = 100_000;

function oneAddress(
  { vlan, direction, type }: Clauses,
  cookie: string,
  address: string | undefined,
  mac: string,
  numbers: ReadonlySet<number>,
): readonly Flow[] {
  const ids = [...numbers].sort((a, b) => a - b);
  const key = `${cookie} ${vlan} ${direction} ${type} ${address ?? mac} ${ids}`;
  const known = made.get(key);
  if (known) return known;
  const side = direction === "ingress" ? "src" : "dst";
  const who = address === undefined ? is("dl_src", mac) : is(type === "IPv6" ? `ipv6_${side}` : `nw_${side}`, address);
  const flows = [0, 1, 2, 3].flatMap((height) => {
    const own = ids.filter((id) => heightOf(id) === height);
    if (own.length === 0) return [];
    return STATES.map((state, i) => {
      const fields = [is("ct_state", state), is(type === "IPv6" ? "ipv6" : "ip"), regNet(vlan), who];
      const actions = own.map((id) => `conjunction(${id + i},1/2)`).join(",");
      return flow([RULES_TABLE[direction], 70 + height, fields, actions], cookie);
    });
  });
  if (made.size >= MOST_MADE) made.clear();
  made.set(key, flows);
  return flows;
}
