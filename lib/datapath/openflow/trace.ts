/** One written flow through one bridge: the offline twin of `ovs-appctl ofproto/trace`, as data. */
import { type PacketView, viewPacket } from "../../net/packet.ts";
import type { Step } from "../event.ts";
import type { CompiledOvs } from "./compile.ts";
import { parseExactFlow } from "./flow-text.ts";
import type { SwitchResult } from "./switch.ts";

export interface FlowTrace {
  outputs: TraceOutput[];
  /** Flows in the order in which they were visited. */
  tables: { bridge: string; table: number; flow: string }[];
  /** What could not be judged; the outputs are then incomplete. */
  unknowns: string[];
  /** Why nothing left, where nothing did. */
  drops: SwitchResult["drops"];
  steps: Step[];
}

interface TraceOutput {
  port: string;
  vlan: number | null;
  tun_id: number | null;
  packet: Partial<
    Pick<
      PacketView,
      "eth_src" | "eth_dst" | "ip_src" | "ip_dst" | "ttl" | "tp_src" | "tp_dst" | "arp_op" | "arp_spa" | "arp_tpa"
    >
  >;
}

/** Throws FlowSyntaxError for a flow that cannot be read, Error for a bridge that is not there. */
export function traceFlow(ovs: CompiledOvs, bridge: string, text: string): FlowTrace {
  const names = ovs.portNames(bridge);
  if (!names)
    throw new Error(`no bridge ${bridge}: this host has ${ovs.ovs.bridges.map((b) => b.name).join(", ") || "none"}`);
  const steps: Step[] = [];
  const result = ovs.receiveKey(bridge, parseExactFlow(text, names), { note: (step) => steps.push(step) });
  return {
    outputs: result.outputs.map(viewOutput),
    tables: steps.flatMap((s) => (s.kind === "flow" ? [{ bridge: s.bridge, table: s.table, flow: s.text }] : [])),
    unknowns: result.unknowns.map((u) => u.what),
    drops: result.drops,
    steps,
  };
}

function viewOutput(o: SwitchResult["outputs"][number]): TraceOutput {
  const v = viewPacket(o.packet);
  const packet: TraceOutput["packet"] = {};
  const copy = <K extends keyof TraceOutput["packet"]>(name: K): void => {
    if (v[name] !== undefined) packet[name] = v[name];
  };
  for (const name of [
    "eth_src",
    "eth_dst",
    "ip_src",
    "ip_dst",
    "ttl",
    "tp_src",
    "tp_dst",
    "arp_op",
    "arp_spa",
    "arp_tpa",
  ] as const)
    copy(name);
  return {
    port: o.kind === "port" ? o.port : "CONTROLLER",
    vlan: v.vlan ?? null,
    tun_id: o.kind === "port" && o.tun ? o.tun.key : null,
    packet,
  };
}
