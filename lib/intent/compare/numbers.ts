/**
 * Numbers that a host gave out as it needed them: OpenFlow ports, local VLANs, conntrack zones, priorities of rules, addresses between
 * distributed routers and fip namespaces. Two hosts of the same wiring may have given them in another order: then each is called by what it stands for.
 */
import type { HostState, Namespace, OvsBridge } from "../../host/state.ts";
import { DEAD_VLAN } from "../../net/neutron-tables.ts";
import type { Action, Flow, MatchField } from "../../net/openflow/ast.ts";
import { printActions, printMatch } from "../../net/openflow/print.ts";
import { ipNumber } from "../../net/range.ts";

export interface Numbers {
  ofPort(ofport: number | undefined): string | undefined;
  ofVlan(tag: number | undefined): string | undefined;
  /** Of an iptables rule. */
  ofRule(text: string): string;
  /** Of a routing policy rule. */
  ofRulePriority(priority: number): string;
  /** Whatever text of a namespace has a link-local address in it, or a routing table that is called by one. */
  ofLinkLocal(text: string, netns: string): string;
  /** Match and actions. */
  ofFlow(bridge: OvsBridge, flow: Flow): { match: string; actions: string };
}

/** Priorities of DVR's rules for floating IPs, the next free one for each. neutron/agent/l3/dvr_fip_ns.py FIP_PR_START */
const FIRST_FLOATING_IP = 32_768;
const FLOATING_IPS = 40_000;

/** As they are. */
export const AS_THEY_ARE: Numbers = {
  ofPort: (ofport) => (ofport === undefined ? undefined : String(ofport)),
  ofVlan: (tag) => (tag === undefined ? undefined : String(tag)),
  ofRule: (text) => text,
  ofRulePriority: String,
  ofLinkLocal: (text) => text,
  ofFlow: (_bridge, flow) => ({
    match: fieldsText(flow.match.fields),
    actions: printActions(flow.actions.map(orderedOutputs(flow.actions))),
  }),
};

/** By what they stand for on this host. */
export function named(host: HostState): Numbers {
  const vlans = vlanNames(host);
  const zones = zoneNames(host);
  const ends = linkLocalNames(host);
  const ports = new Map<OvsBridge, ReadonlyMap<number, string>>();
  const vlanText = (tag: number) => vlans.get(tag) ?? String(tag);
  return {
    ofPort: () => undefined,
    ofVlan: (tag) => (tag === undefined ? undefined : vlanText(tag)),
    ofRule: (text) => text.replace(/--zone (\d+)/, (_, zone: string) => `--zone ${zones.get(zone) ?? zone}`),
    ofRulePriority: (priority) =>
      priority >= FIRST_FLOATING_IP && priority < FIRST_FLOATING_IP + FLOATING_IPS ? "<floating IP>" : String(priority),
    ofLinkLocal(text, netns) {
      const known = ends.get(netns);
      return known ? text.replace(LINK_LOCAL, (found) => known.get(found) ?? found) : text;
    },
    ofFlow(bridge, flow) {
      let names = ports.get(bridge);
      if (!names) {
        names = portNames(bridge);
        ports.set(bridge, names);
      }
      return renamed(flow, names, vlanText);
    },
  };
}

/** The native firewall keeps the local VLAN in a register, and has it for conntrack's zone. */
const VLAN_FIELDS = new Set(["dl_vlan", "reg6", "ct_zone"]);

function renamed(
  flow: Flow,
  ports: ReadonlyMap<number, string>,
  vlan: (tag: number) => string,
): { match: string; actions: string } {
  const portText = (port: number) => ports.get(port) ?? String(port);
  const fields = flow.match.fields.map((field): MatchField => {
    if (field.name === "in_port") return { ...field, value: portText(Number(field.value)) };
    if (VLAN_FIELDS.has(field.name)) return { ...field, value: vlan(Number(field.value)) };
    if (field.name === "reg5") return { ...field, value: portText(Number(field.value)) };
    return field;
  });
  const actions = flow.actions.map((action): Action => {
    if (action.kind === "output" && typeof action.port === "number") return { ...action, port: portText(action.port) };
    if (action.kind === "set_field" && action.field === "vlan_vid")
      return { ...action, value: `vlan ${vlan(Number(action.value) & 0xfff)}` };
    if (action.kind === "set_field" && action.field === "reg6") return { ...action, value: vlan(Number(action.value)) };
    if (action.kind === "set_field" && action.field === "reg5")
      return { ...action, value: portText(Number(action.value)) };
    if (action.kind === "load" && action.target.field === "NXM_NX_REG6")
      return { ...action, value: vlan(Number(action.value)) };
    if (action.kind === "load" && action.target.field === "NXM_NX_REG5")
      return { ...action, value: portText(Number(action.value)) };
    return action;
  });
  return {
    match: fieldsText(fields),
    actions: printActions(actions.map(orderedOutputs(actions))),
  };
}

/** Matches are sets of fields. */
function fieldsText(fields: readonly MatchField[]): string {
  return printMatch({ fields: [...fields].sort((a, b) => (a.name < b.name ? -1 : 1)) });
}

/** Outputs that follow each other: their order is no difference. */
function orderedOutputs(all: readonly Action[]): (action: Action, at: number) => Action {
  const outputs = all.filter((one) => one.kind === "output").sort((a, b) => (String(a.port) < String(b.port) ? -1 : 1));
  let next = 0;
  return (action) => (action.kind === "output" ? (outputs[next++] ?? action) : action);
}

function portNames(bridge: OvsBridge): Map<number, string> {
  const names = new Map<number, string>();
  for (const port of bridge.ports)
    for (const { ofport, name } of port.interfaces) if (ofport !== undefined) names.set(ofport, `<${name}>`);
  return names;
}

function vlanNames(host: HostState): Map<number, string> {
  const names = new Map<number, string>();
  for (const bridge of host.ovs?.bridges ?? [])
    for (const { tag, otherConfig } of bridge.ports) {
      // What the agent remembers, whatever somebody has made of the port's tag since.
      const own = otherConfig.tag === undefined ? tag : Number(otherConfig.tag);
      if (own === undefined || own === DEAD_VLAN || otherConfig.net_uuid === undefined) continue;
      // What a dead port remembers may be another network's by now.
      if (tag !== DEAD_VLAN || !names.has(own)) names.set(own, `<vlan of ${otherConfig.net_uuid}>`);
    }
  return names;
}

/** A zone is called by the first device that its rules name. */
function zoneNames(host: HostState): Map<string, string> {
  const names = new Map<string, string>();
  for (const { iptables } of host.namespaces)
    for (const { text } of (iptables?.tables ?? []).flatMap((table) => table.chains.flatMap((chain) => chain.rules))) {
      const zone = /--zone (\d+)/.exec(text)?.[1];
      const device = /(?:--physdev-in|-i) (\S+)/.exec(text)?.[1];
      const known = zone && names.get(zone);
      if (zone !== undefined && device !== undefined && (known === undefined || `<zone of ${device}>` < known))
        names.set(zone, `<zone of ${device}>`);
    }
  return names;
}

/** neutron/agent/l3/dvr_fip_ns.py: the fip namespace's routing table of a router has the number of its end's address. */
const LINK_LOCAL = /\b(?:169\.254\.\d+\.\d+|28520\d{5})\b/g;

/**
 * The two ends of a router's /31 are called by the router's device, as long as they fit each other. Each fip namespace gives them
 * out by itself: those of two external networks may be the same.
 */
function linkLocalNames(host: HostState): Map<string, Map<string, string>> {
  const ends = (ns: Namespace) => ns.addresses.filter(({ prefix, dev }) => prefix === 31 && /^(rfp|fpr)-/.test(dev));
  const far = new Map(host.namespaces.flatMap((ns) => ends(ns).map((one) => [one.dev, one.address])));
  const names = new Map<string, Map<string, string>>();
  for (const ns of host.namespaces)
    for (const { dev } of ends(ns)) {
      const id = dev.slice(4);
      const [router, fip] = [far.get(`rfp-${id}`), far.get(`fpr-${id}`)];
      if (router === undefined || fip === undefined || Number(ipNumber(router) ^ ipNumber(fip)) !== 1) continue;
      const known = names.get(ns.name) ?? new Map<string, string>();
      names.set(ns.name, known);
      known.set(router, `<rfp-${id}>`);
      known.set(fip, `<fpr-${id}>`);
      known.set(String(ipNumber(fip)), `<table of ${id}>`);
    }
  return names;
}
