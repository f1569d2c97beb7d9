/** A bridge's flows by table, as ovs-ofctl prints them; for one port, those that name it. */
import type { DevicePanel, FlowTable } from "../../api/http.ts";
import { bridgeRole, tableName } from "../../explain/tables.ts";
import type { HostState, OvsBridge } from "../../host/state.ts";
import type { Flow } from "../../net/openflow/ast.ts";
import { printActions, printDuration, printMatch, printTerms } from "../../net/openflow/print.ts";
import { type HostContext, hostContext, type OvsPlug } from "../context.ts";
import { ovsPortOwner } from "../names.ts";
import type { Cloud } from "../summary.ts";
import { type Dictionary, dictionaryOf, hintsOf } from "./hints.ts";

const NEXT = /\bgoto_table:(\d+)|\bresubmit\([^,()]*,(\d+)|\bct\([^()]*?table=(\d+)/g;

/** Flows of a table stand by falling priority, as the switch tries them. `total` counts the whole bridge. */
export function flowsOf(context: HostContext, bridge: OvsBridge, plug?: OvsPlug): NonNullable<DevicePanel["flows"]> {
  const role = bridgeRole(context.host, bridge.name);
  const dictionary = dictionaryOf(context, bridge, role);
  const names = plug ? concerning(context, plug) : undefined;
  const tables = new Map<number, FlowTable>();
  for (const flow of bridge.flows) {
    const match = printMatch(flow.match);
    const actions = printActions(flow.actions);
    if (names && !names.match.test(`,${match}`) && !names.actions.test(actions)) continue;
    const known = tables.get(flow.table);
    const table: FlowTable = known ?? { table: flow.table, flows: [], next: [] };
    if (!known) {
      const name = tableName(role, flow.table);
      if (name) table.name = name;
      tables.set(flow.table, table);
    }
    table.flows.push(entryOf(flow, match, actions, dictionary));
    for (const found of actions.matchAll(NEXT)) {
      const next = Number(found[1] ?? found[2] ?? found[3]);
      if (!table.next.includes(next)) table.next.push(next);
    }
  }
  const sorted = [...tables.values()].sort((a, b) => a.table - b.table);
  for (const table of sorted) {
    table.flows.sort((a, b) => b.priority - a.priority);
    table.next.sort((a, b) => a - b);
  }
  return { bridge: bridge.name, tables: sorted, total: bridge.flows.length };
}

/** Of whole bridges that did not change since. */
const whole = new WeakMap<OvsBridge, { readonly cloud: Cloud; readonly flows: NonNullable<DevicePanel["flows"]> }>();

/** All of a bridge's: the same object as long as the cloud is the same. */
export function bridgeFlows(cloud: Cloud, host: HostState, bridge: OvsBridge): NonNullable<DevicePanel["flows"]> {
  const known = whole.get(bridge);
  if (known?.cloud === cloud) return known.flows;
  const flows = flowsOf(hostContext(cloud, host), bridge);
  whole.set(bridge, { cloud, flows });
  return flows;
}

function entryOf(flow: Flow, match: string, actions: string, dictionary: Dictionary): FlowTable["flows"][number] {
  const hints = hintsOf(`${match} actions=${actions}`, dictionary);
  const { priority, cookie, packets, bytes } = flow;
  const terms = printTerms(flow);
  const duration = printDuration(flow.duration);
  return { priority, cookie, packets, bytes, duration, ...(terms === "" ? {} : { terms }), match, actions, hints };
}

/** What a flow that is about this port says: its number, its MAC, one of its addresses. */
function concerning(context: HostContext, { port, iface }: OvsPlug): { match: RegExp; actions: RegExp } {
  const owner = ovsPortOwner(port, context.names);
  const number = [iface.ofport, iface.name].filter((value) => value !== undefined).map((v) => literal(String(v)));
  const ids = [
    owner?.mac_address.toLowerCase(),
    iface.externalIds["attached-mac"],
    ...(owner?.fixed_ips ?? []).map((ip) => ip.ip_address),
  ]
    .filter((value): value is string => value !== undefined && value !== "")
    .map(literal);
  const any = ids.length > 0 ? `|(?<![\\w.:])(?:${ids.join("|")})(?![\\w.:])` : "";
  const reg5 = iface.ofport === undefined ? "" : `|,reg5=0x${iface.ofport.toString(16)}(?![0-9a-f])`;
  return {
    match: new RegExp(`,in_port="?(?:${number.join("|")})"?(?![\\w-])${reg5}${any}`),
    actions: new RegExp(`\\boutput:"?(?:${number.join("|")})"?(?![\\w-])${any}`),
  };
}

function literal(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\-]/g, "\\$&");
}
