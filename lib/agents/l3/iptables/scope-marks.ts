/**
 * Address scopes as marks: what comes in from a network of a scope is marked so, and may only leave into the same.
 * Source: neutron/agent/l3/router_info.py get_address_scope_mark_mask, _add_address_scope_mark.
 */
import { type Firewall, SCOPE_MASK } from "./base.ts";

/** ADDRESS_SCOPE_MARK_ID_MIN: the mark of what has no scope. */
const FIRST_MARK = 1024;
const NO_SCOPE = "noscope";

/** Marks by scope, given out as scopes are met. */
export class ScopeMarks {
  private readonly marks = new Map([[NO_SCOPE, FIRST_MARK]]);

  /** `mark/mask` as iptables-save prints it. */
  of(scope: string | null): string {
    const key = scope ?? NO_SCOPE;
    const mark = this.marks.get(key) ?? FIRST_MARK + this.marks.size;
    this.marks.set(key, mark);
    return `0x${(mark * 0x10000).toString(16)}/${SCOPE_MASK}`;
  }
}

/** A device of the router, with the scopes of its network for the families that it has an address of. */
export interface ScopedDevice {
  readonly name: string;
  readonly families: readonly (4 | 6)[];
  readonly scopes: Scopes;
}

export interface Scopes {
  readonly 4: string | null;
  readonly 6: string | null;
}

const RESTORE = `-m connmark ! --mark 0x0/${SCOPE_MASK} -j CONNMARK --restore-mark --nfmask ${SCOPE_MASK} --ctmask ${SCOPE_MASK}`;
export const SAVE = `-m connmark --mark 0x0/${SCOPE_MASK} -j CONNMARK --save-mark --nfmask ${SCOPE_MASK} --ctmask ${SCOPE_MASK}`;

/** _initialize_address_scope_iptables */
export function addScopeChains({ v4, v6 }: Firewall): void {
  for (const chain of ["$scope", "$floatingip", "$float-snat"]) v4.chain("mangle", chain);
  for (const tables of [v4, v6]) {
    tables.chain("mangle", "$scope");
    tables.chain("filter", "$scope");
    tables.add("filter", "$FORWARD", "-j $scope");
    tables.add("mangle", "$PREROUTING", "-j $scope");
    tables.add("mangle", "$PREROUTING", RESTORE);
  }
  // After the mark of the connection was restored: a floating IP's takes its place.
  v4.add("mangle", "$PREROUTING", "-j $floatingip");
  v4.add("mangle", "$float-snat", SAVE);
}

/** @param unblocked external device that IPv4 may leave by from any scope, because it is translated */
export function addScopeRules(
  { v4, v6 }: Firewall,
  marks: ScopeMarks,
  devices: readonly ScopedDevice[],
  unblocked: string | undefined,
): void {
  // The agent numbers a device's scopes in both families before it looks at which it needs.
  for (const { scopes } of devices) for (const family of [4, 6] as const) marks.of(scopes[family]);
  for (const tables of [v4, v6])
    for (const { name, families, scopes } of devices) {
      if (!families.includes(tables.family)) continue;
      const mark = marks.of(scopes[tables.family]);
      tables.add("mangle", "$scope", `-i ${name} -j MARK --set-xmark ${mark}`);
      if (tables.family === 6 || name !== unblocked)
        tables.add("filter", "$scope", `-o ${name} -m mark ! --mark ${mark} -j DROP`);
    }
}
