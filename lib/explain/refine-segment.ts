/** Frames that left a host in the wrong segment: another tunnel key or VLAN than the network's, or for another host. */
import type { NeutronNetwork, NeutronPort } from "../api/neutron.ts";
import type { Element, StepEvent, VerdictEvent } from "../datapath/event.ts";
import type { HostState, OvsInterface } from "../host/state.ts";
import type { Case, Refined } from "./intent.ts";
import { bridgeRole } from "./tables.ts";

type Encap = StepEvent & { kind: "encap" };

const ASTRAY = new Set([
  "TUNNEL_MISSING",
  "TUNNEL_KEY_UNKNOWN",
  "FDB_STALE",
  "VLAN_MISMATCH",
  "FLOW_DROP",
  "NO_FLOW_MATCH",
  "ARP_UNANSWERED",
  "DHCP_UNREACHABLE",
]);

export function refineSegment(c: Case, v: VerdictEvent): Refined | undefined {
  if (!ASTRAY.has(v.code)) return undefined;
  const encap = c.encaps.findLast((e) => e.leg === v.leg);
  return (
    (encap ? (tunnelEnds(c, v, encap) ?? wrongKey(c, encap) ?? wrongHost(c, encap)) : undefined) ?? wrongVlan(c, v)
  );
}

/** Addresses of the tunnel's ports, held against the hosts' own and against the names that the agent gives its ports. */
function tunnelEnds(c: Case, v: VerdictEvent, e: Encap): Refined | undefined {
  if (v.code !== "TUNNEL_MISSING" && v.code !== "FDB_STALE") return undefined;
  const near = c.hosts.get(e.host);
  const far = v.host === e.host ? undefined : c.hosts.get(v.host);
  const out = near && tunnels(near).find((i) => i.name === e.port);
  const back = far && tunnels(far).find((i) => i.options.remote_ip === e.src || addressInName(i) === e.src);
  for (const [host, port] of [
    [near, out],
    [far, back],
  ] as const) {
    const what = host && port && wrongEnd(host, port);
    if (host && port && what)
      return {
        code: "TUNNEL_MISSING",
        element: { type: "tunnel", text: `${port.name}: ${what}` },
        place: { host: host.name, netns: "root", device: port.name },
      };
  }
  return undefined;
}

function wrongEnd(host: HostState, i: OvsInterface): string | undefined {
  const { local_ip: local, remote_ip: remote } = i.options;
  const own = host.namespaces.find((n) => n.name === "root")?.addresses ?? [];
  if (local && local !== "flow" && !own.some((a) => a.address === local))
    return `local_ip=${local} is no address of ${host.name}`;
  const named = addressInName(i);
  return named && remote && remote !== "flow" && named !== remote
    ? `remote_ip=${remote}, its name says ${named}`
    : undefined;
}

/** The agent names tunnel ports after the remote address, in hexadecimal (ovs_neutron_agent.py, get_tunnel_name). */
function addressInName(i: OvsInterface): string | undefined {
  const hex = /^(?:vxlan|gre|geneve)-([0-9a-f]{8})$/.exec(i.name)?.[1];
  return hex?.replace(/../g, (x) => `.${Number.parseInt(x, 16)}`).slice(1);
}

function tunnels(host: HostState): OvsInterface[] {
  return (host.ovs?.bridges ?? [])
    .flatMap((b) => b.ports.flatMap((p) => p.interfaces))
    .filter((i) => i.options.remote_ip);
}

function wrongKey(c: Case, e: Encap): Refined | undefined {
  const network = networkOf(c, e);
  const key = network?.["provider:segmentation_id"];
  if (key === undefined || key === null || key === e.key || network?.["provider:network_type"] !== e.tunnel)
    return undefined;
  return decidedBy(c, e, "tunnel", "TUNNEL_KEY_UNKNOWN");
}

function networkOf(c: Case, e: Encap): NeutronNetwork | undefined {
  return c.catalog.networks.get((addressee(c, e.packet.eth_dst) ?? c.from.port)?.network_id ?? "");
}

function addressee(c: Case, mac: string): NeutronPort | undefined {
  return c.catalog.portByMac.get(mac);
}

/** A unicast frame for a port that is bound to another host than the tunnel ends at. */
function wrongHost(c: Case, e: Encap): Refined | undefined {
  const bound = addressee(c, e.packet.eth_dst)?.["binding:host_id"];
  const ends = [...c.hosts.values()].find((h) =>
    h.namespaces.some((n) => n.name === "root" && n.addresses.some((a) => a.address === e.dst)),
  );
  if (!bound || !ends || ends.name === bound || !c.hosts.has(bound)) return undefined;
  return decidedBy(c, e, "tunnel", "FDB_STALE");
}

/** The VLAN that a frame has on the physical network's card is not the network's. */
function wrongVlan(c: Case, v: VerdictEvent): Refined | undefined {
  const network = c.catalog.networks.get(c.from.port?.network_id ?? "");
  if (network?.["provider:network_type"] !== "vlan") return undefined;
  const sent = c.frames.findLast(
    (f) =>
      f.leg === v.leg && f.dir === "out" && f.netns === "root" && physicalBridge(c, f.host, f.device) !== undefined,
  );
  if (!sent || sent.packet.vlan === undefined || sent.packet.vlan === network["provider:segmentation_id"])
    return undefined;
  return decidedBy(c, sent, "physical", "VLAN_MISMATCH");
}

function physicalBridge(c: Case, host: string, device: string): string | undefined {
  const state = c.hosts.get(host);
  const bridge = state?.ovs?.bridges.find((b) => b.ports.some((p) => p.name === device));
  return state && bridge && bridgeRole(state, bridge.name) === "physical" ? bridge.name : undefined;
}

/** The last flow of the agent's bridge before that step is what decided. */
function decidedBy(
  c: Case,
  step: StepEvent,
  role: "tunnel" | "physical",
  code: "TUNNEL_KEY_UNKNOWN" | "FDB_STALE" | "VLAN_MISMATCH",
): Refined | undefined {
  const host = c.hosts.get(step.host);
  const flow = c.flows.findLast(
    (f) =>
      f.seq < step.seq && f.leg === step.leg && f.host === step.host && host && bridgeRole(host, f.bridge) === role,
  );
  if (!flow) return undefined;
  const element: Element = { type: "flow", bridge: flow.bridge, table: flow.table, text: flow.text };
  return { code, element, place: { host: step.host, netns: "root", device: flow.bridge } };
}

/** A frame reached the port's host, and there got a VLAN that is not the network's: by the flow that knows the key. */
export function wrongLocalVlan(c: Case, v: VerdictEvent): Refined | undefined {
  const host = c.hosts.get(v.host);
  if (v.code !== "VLAN_MISMATCH" || !host) return undefined;
  const port = host.ovs?.bridges.flatMap((b) => b.ports).find((p) => p.name === v.device);
  const meant = port?.otherConfig.tag;
  if (!port || meant === undefined || Number(meant) !== port.tag) return undefined;
  const flow = c.flows.findLast(
    (f) => f.leg === v.leg && f.host === v.host && f.tableName?.endsWith("_TUN_TO_LV") && f.text.includes("tun_id="),
  );
  if (!flow) return undefined;
  return {
    code: "VLAN_MISMATCH",
    element: { type: "flow", bridge: flow.bridge, table: flow.table, text: flow.text },
    place: { host: v.host, netns: "root", device: flow.bridge },
  };
}
