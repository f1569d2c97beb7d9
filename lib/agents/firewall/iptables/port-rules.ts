/** All rules of one filtered port, made once for as long as nothing that they depend on changes. */
import type { IptablesChain, IptablesRule } from "../../../net/iptables/ast.ts";
import type { PortView, SecurityRuleView } from "../../view.ts";
import { type Groups, groupsOf, rulesOf } from "../group-rules.ts";
import { comment } from "./comments.ts";
import { type Plugging, portChain, tapName } from "./names.ts";
import { portChains } from "./port-chains.ts";
import { rule } from "./rule.ts";

export interface PortRules {
  /** For IPv4 and for IPv6. */
  readonly chains: { readonly 4: readonly IptablesChain[]; readonly 6: readonly IptablesChain[] };
  /** The same in both: only devices count. */
  readonly forward: readonly IptablesRule[];
  readonly dispatch: readonly IptablesRule[];
  readonly input: readonly IptablesRule[];
  readonly zone: readonly IptablesRule[];
}

interface Made {
  readonly plugging: Plugging;
  readonly groups: readonly (readonly SecurityRuleView[])[];
  readonly stateful: boolean;
  readonly zone: number;
  readonly rules: PortRules;
}

const made = new WeakMap<PortView, Made>();

export function portRules(plugging: Plugging, port: PortView, all: Groups, zone: number): PortRules {
  const own = groupsOf(port, all);
  const stateful = isStateful(port, own[0]);
  const last = made.get(port);
  if (
    last?.plugging === plugging &&
    last.zone === zone &&
    last.stateful === stateful &&
    last.groups.length === own.length &&
    own.every((one, i) => rulesOf(one) === last.groups[i])
  )
    return last.rules;
  const groups = own.map(rulesOf);
  const rules = makeRules(plugging, port, groups.flat(), stateful ? zone : undefined);
  made.set(port, { plugging, groups, stateful, zone, rules });
  return rules;
}

/** The first rule of the first group tells; of Neutron's own ports none is asked. */
function isStateful(
  port: PortView,
  first: { readonly stateful: boolean; readonly rules: readonly unknown[] } | undefined,
) {
  return port.deviceOwner.startsWith("neutron:") || !first || first.rules.length === 0 || first.stateful;
}

function makeRules(
  plugging: Plugging,
  port: PortView,
  rules: readonly SecurityRuleView[],
  zone: number | undefined,
): PortRules {
  const tap = tapName(port.id);
  const { wrap } = plugging;
  const bridged = (way: "in" | "out") => `-m physdev --physdev-${way} ${tap} --physdev-is-bridged`;
  const ingress = portChain(plugging, "i", port.id);
  const egress = portChain(plugging, "o", port.id);
  return {
    chains: { 4: portChains(plugging, port, rules, 4), 6: portChains(plugging, port, rules, 6) },
    forward: (["out", "in"] as const).map((way) =>
      rule(`${wrap}-FORWARD`, `${bridged(way)} ${comment("toSecurityGroups")} -j ${wrap}-sg-chain`),
    ),
    dispatch: [
      rule(`${wrap}-sg-chain`, `${bridged("out")} ${comment("toPort")} -j ${ingress}`),
      rule(`${wrap}-sg-chain`, `${bridged("in")} ${comment("toPort")} -j ${egress}`),
    ],
    input: [rule(`${wrap}-INPUT`, `${bridged("in")} ${comment("input")} -j ${egress}`)],
    zone: zoneRules(plugging, port, zone),
  };
}

/** @param zone undefined: not tracked at all */
function zoneRules(plugging: Plugging, port: PortView, zone: number | undefined): IptablesRule[] {
  const bridge = plugging.bridge(port);
  const label = plugging.label(port);
  const does =
    zone === undefined
      ? `-m comment --comment "Make ${label} stateless" -j CT --notrack`
      : `-m comment --comment "Set zone for ${label}" -j CT --zone ${zone}`;
  return [`-m physdev --physdev-in ${bridge}`, `-i ${bridge}`, `-m physdev --physdev-in ${tapName(port.id)}`].map(
    (from) => rule(`${plugging.wrap}-PREROUTING`, `${from} ${does}`),
  );
}
