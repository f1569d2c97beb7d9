/**
 * Open vSwitch. Left out: cookies, counters, durations, flows that the switch learned (they time out), learned MACs, datapath
 * ids and MACs of the switch's own ports, states that follow from others, what a port on the dead VLAN remembers of its network.
 */
import type { HostState, OvsBridge, OvsPort } from "../../host/state.ts";
import { printGroup } from "../../net/openflow/print.ts";
import { type Entry, words } from "./entry.ts";
import type { Numbers } from "./numbers.ts";
import type { Owners } from "./owners.ts";

/** Where a port is that nobody has wired, or that was disabled. */
const DEAD_VLAN = 4095;

export function* switchEntries(host: HostState, owners: Owners, numbers: Numbers): Iterable<Entry> {
  for (const bridge of host.ovs?.bridges ?? []) {
    yield { part: "bridge", place: { bridge: bridge.name }, name: bridge.name, value: bridgeText(bridge) };
    for (const port of bridge.ports) yield portEntry(bridge, port, numbers);
    for (const group of bridge.groups)
      yield { part: "group", place: { bridge: bridge.name }, name: String(group.id), value: printGroup(group) };
    yield* flowEntries(bridge, owners, numbers);
  }
}

function bridgeText(bridge: OvsBridge): string {
  return words({
    datapath: bridge.datapathType,
    fail: bridge.failMode,
    protocols: [...bridge.protocols].sort().join(","),
    controllers: bridge.controllers.join(","),
    otherConfig: mapText(bridge.otherConfig),
    externalIds: mapText(bridge.externalIds),
  });
}

function portEntry(bridge: OvsBridge, port: OvsPort, numbers: Numbers): Entry {
  const { tag, ...config } = port.otherConfig;
  const remembered = numbers.ofVlan(tag === undefined ? undefined : Number(tag));
  const interfaces = port.interfaces.map((one) =>
    words({
      name: one.name,
      type: one.type,
      ofport: numbers.ofPort(one.ofport),
      options: mapText(one.options),
      externalIds: mapText(one.externalIds),
      netns: one.netns,
      error: one.error,
    }),
  );
  const value = words({
    tag: numbers.ofVlan(port.tag),
    // However it got there: nothing passes it.
    ...(port.tag === DEAD_VLAN
      ? {}
      : {
          mode: port.vlanMode,
          trunks: port.trunks.join(","),
          protected: port.protected,
          cvlans: port.cvlans?.join(","),
          otherConfig: mapText({ ...config, ...(remembered === undefined ? {} : { tag: remembered }) }),
        }),
    interfaces: interfaces.join("; "),
  });
  const id = port.interfaces[0]?.externalIds["iface-id"];
  return {
    part: "port",
    place: { bridge: bridge.name, device: port.name },
    name: port.name,
    value,
    ...(id === undefined ? {} : { resource: { type: "port", id } }),
  };
}

function* flowEntries(bridge: OvsBridge, owners: Owners, numbers: Numbers): Iterable<Entry> {
  for (const flow of bridge.flows) {
    if (flow.hardTimeout > 0 || flow.idleTimeout > 0) continue;
    const { match, actions } = numbers.ofFlow(bridge, flow);
    const inPort = flow.match.fields.find((field) => field.name === "in_port")?.value;
    const resource = owners.ofFlow(`${match} ${actions}`, inPort === undefined ? undefined : Number(inPort));
    yield {
      part: "flow",
      place: { bridge: bridge.name, table: String(flow.table) },
      name: `priority=${flow.priority}${match === "" ? "" : `,${match}`}`,
      // The learn action names the cookie of its flows.
      value: actions.replaceAll(/cookie=0x[0-9a-f]+/g, "cookie=(any)"),
      ...(resource ? { resource } : {}),
    };
  }
}

function mapText(map: Readonly<Record<string, string>>): string {
  return words(map);
}
