/**
 * The commands that make one host into another. Parts run in order, each on the host as the ones before it left it, because
 * a command has consequences (an address brings its routes, a deleted device takes its own with it) that need none.
 */
import type { IptablesChain, IptablesRule, IptablesRuleset, IptablesTable } from "../../net/iptables/ast.ts";
import { alikeFromStart } from "../alike.ts";
import type { Command } from "../command/command.ts";
import { handOnJumps } from "../command/iptables/places.ts";
import { bridgeNamed } from "../command/ovs/bridges.ts";
import { handOn } from "../command/ovs/flow-table.ts";
import { differing } from "../differing.ts";
import { findNamespace } from "../edit.ts";
import { applyAll, plannedCommands } from "../run.ts";
import { stable } from "../stable.ts";
import type { HostState, Namespace, OvsBridge } from "../state.ts";
import { diffAddresses } from "./address.ts";
import { dnsmasqFiles, dnsmasqRemovals } from "./dnsmasq.ts";
import { diffFdb } from "./fdb.ts";
import { ipsetAdditions, ipsetRemovals } from "./ipset.ts";
import { iptablesCommands } from "./iptables.ts";
import { settleLinks } from "./link.ts";
import { goneLinks } from "./link-gone.ts";
import { newLinks } from "./link-new.ts";
import { placeLinks } from "./link-place.ts";
import { goneNamespaces, newNamespaces } from "./namespace.ts";
import { diffNeighbours } from "./neighbour.ts";
import { ovsBridges, ovsPorts, ovsRemovals } from "./ovs.ts";
import { flowCommands } from "./ovs-flows.ts";
import { processEnds, processStarts } from "./process.ts";
import type { Change } from "./recorder.ts";
import { diffRoutes } from "./route.ts";
import { diffRules } from "./rule.ts";
import { deviceSysctls, hostSysctls } from "./sysctl.ts";

/**
 * What one part of the host still lacks, and has too much. Must return at once for parts that are the same objects. A part
 * that had to run its commands to decide on the next says what came of them.
 */
export type DiffPart = (actual: HostState, desired: HostState) => readonly Command[] | Change;

/**
 * In the order in which agents work: what goes, then devices, then the switch's ports on them, then what devices carry.
 * A part that both removes and adds stands here twice when something else must come between.
 */
const PARTS: readonly DiffPart[] = [
  processEnds,
  dnsmasqRemovals,
  ovsRemovals,
  goneLinks,
  goneNamespaces,
  newNamespaces,
  hostSysctls,
  newLinks,
  ovsBridges,
  ovsPorts,
  placeLinks,
  deviceSysctls,
  settleLinks,
  diffAddresses,
  diffRoutes,
  diffRules,
  diffNeighbours,
  diffFdb,
  ipsetAdditions,
  iptablesCommands,
  ipsetRemovals,
  flowCommands,
  dnsmasqFiles,
  processStarts,
];

/**
 * Plans and runs at once: cheaper than `diff` and `applyAll` after each other. Programs, rules, sets and flows that are as desired
 * are the desired objects, which their plan knows again. (Other lists are better left as commands made them: those know more of them.)
 */
export function change(actual: HostState, desired: HostState): Change {
  const { commands, host } = run(actual, desired);
  if (host === actual || host === desired) return { commands, host };
  const processes = stable(desired.processes, host.processes);
  const namespaces = host.namespaces.map((ns) => withRulesOf(findNamespace(desired, ns.name), ns));
  const bridges = host.ovs?.bridges.map((bridge) => withFlowsOf(bridgeNamed(desired, bridge.name), bridge));
  return {
    commands,
    host: { ...host, processes, namespaces, ...(host.ovs && bridges && { ovs: { ...host.ovs, bridges } }) },
  };
}

function withFlowsOf(desired: OvsBridge | undefined, bridge: OvsBridge): OvsBridge {
  if (!desired || desired.flows === bridge.flows) return bridge;
  const flows = stable(desired.flows, bridge.flows);
  handOn(bridge.flows, flows);
  return { ...bridge, flows };
}

function withRulesOf(desired: Namespace | undefined, ns: Namespace): Namespace {
  const { iptables, ip6tables, ipsets } = ns;
  if (!desired || (iptables === desired.iptables && ip6tables === desired.ip6tables && ipsets === desired.ipsets))
    return ns;
  return {
    ...ns,
    ipsets: stable(desired.ipsets, ipsets),
    ...(iptables && { iptables: stableRules(desired.iptables, iptables) }),
    ...(ip6tables && { ip6tables: stableRules(desired.ip6tables, ip6tables) }),
  };
}

function stableRules(desired: IptablesRuleset | undefined, ruleset: IptablesRuleset): IptablesRuleset {
  if (!desired) return ruleset;
  const tables = ruleset.tables.map((table) => {
    const wanted = desired.tables.find(({ name }) => name === table.name);
    const chains = wanted && stableChains(wanted.chains, table.chains);
    if (chains) handOnJumps(table.chains, chains);
    return chains ? { ...table, chains } : table;
  });
  const same = tables.length === desired.tables.length && tables.every((one, i) => isSameTable(one, desired.tables[i]));
  return same ? desired : { ...ruleset, tables };
}

function isSameTable(a: IptablesTable, b: IptablesTable | undefined): boolean {
  return a.name === b?.name && a.chains === b.chains;
}

/** Chains that are as desired become the desired objects; the desired list, where all are so. */
function stableChains(desired: IptablesChain[], chains: IptablesChain[]): IptablesChain[] {
  const { gone, come } = differing(desired, chains);
  const byName = new Map(gone.map((chain) => [chain.name, chain]));
  const known = new Map<IptablesChain, IptablesChain>();
  for (const chain of come) {
    const wanted = byName.get(chain.name);
    if (wanted && isSameChain(wanted, chain)) known.set(chain, wanted);
  }
  if (known.size === come.length && gone.length === come.length) return desired;
  return known.size === 0 ? chains : chains.map((chain) => known.get(chain) ?? chain);
}

function isSameChain(a: IptablesChain, b: IptablesChain): boolean {
  const same = a.policy === b.policy && a.packets === b.packets && a.bytes === b.bytes;
  return same && a.rules.length === b.rules.length && alikeFromStart(a.rules, b.rules, isSameRule) === a.rules.length;
}

function isSameRule(a: IptablesRule, b: IptablesRule): boolean {
  return a.text === b.text && a.packets === b.packets && a.bytes === b.bytes;
}

/** `applyAll(actual, diff(actual, desired))` is `desired`. */
export function diff(actual: HostState, desired: HostState): Command[] {
  return [...run(actual, desired).commands];
}

function run(actual: HostState, desired: HostState): Change {
  const known = plannedCommands(actual, desired);
  if (known) return { commands: known, host: desired };
  let host = actual;
  const commands: Command[] = [];
  if (actual !== desired)
    for (const part of PARTS) {
      const some = part(host, desired);
      if ("host" in some) {
        host = some.host;
        commands.push(...some.commands);
      } else {
        host = applyAll(host, some);
        commands.push(...some);
      }
    }
  return { commands, host };
}
