/** The Open vSwitch of one host, ready to take packets. */
import type { OvsState } from "../../host/state.ts";
import { parseIpv4 } from "../../net/openflow/value.ts";
import type { Packet } from "../../net/packet.ts";
import { type BridgeModel, LOCAL_PORT, makeBridges, type PortModel, portElement } from "./bridge.ts";
import { INTERPRETER, runActionSet } from "./execute.ts";
import { type KeyedPacket, keyPacket, packetOfKey } from "./headers.ts";
import { type FlowKey, giveBack, keyMark, lendKey, W } from "./key.ts";
import { runTable } from "./lookup.ts";
import { Run } from "./run.ts";
import type { Ingress, OvsDatapath, PortRef, SwitchContext, SwitchResult, TunnelKind } from "./switch.ts";

const NOTHING: SwitchContext = {};

/** Compiles all bridges; see OvsDatapath. */
export function compileOvs(ovs: OvsState): CompiledOvs {
  return new CompiledOvs(ovs);
}

export class CompiledOvs implements OvsDatapath {
  readonly ovs: OvsState;
  readonly #bridges: Map<string, BridgeModel>;
  readonly #vlanLimit: number;

  constructor(ovs: OvsState) {
    this.ovs = ovs;
    this.#bridges = makeBridges(ovs);
    const limit = Number(ovs.otherConfig["vlan-limit"] ?? 1);
    // 0 stands for as many as the switch can (FLOW_MAX_VLAN_HEADERS).
    this.#vlanLimit = limit === 0 ? 2 : Math.min(limit, 2);
  }

  portOf(device: string): PortRef | undefined {
    for (const bridge of this.#bridges.values()) {
      const number = bridge.names.get(device);
      if (number !== undefined) return bridge.ports.get(number)?.ref;
    }
    return undefined;
  }

  portAt(bridge: string, ofport: number): PortRef | undefined {
    return this.#bridges.get(bridge)?.ports.get(ofport)?.ref;
  }

  tunnelIngress(encap: { kind: TunnelKind; key: number; src: string; dst: string }): Ingress | undefined {
    let best: PortModel | undefined;
    let bestRank = 99;
    for (const bridge of this.#bridges.values()) {
      for (const port of bridge.ports.values()) {
        const rank = tunnelRank(port, encap);
        if (rank < bestRank) {
          best = port;
          bestRank = rank;
        }
      }
    }
    return (
      best && {
        bridge: best.bridge.name,
        ofport: best.ref.ofport,
        tun: { key: encap.key, src: encap.src, dst: encap.dst },
      }
    );
  }

  receive(at: Ingress, packet: Packet, context: SwitchContext = NOTHING): SwitchResult {
    const mark = keyMark();
    try {
      return this.#run(at, keyPacket(packet, at.ofport, this.#vlanLimit), context);
    } finally {
      giveBack(mark);
    }
  }

  /** The same for a flow that was written down with its metadata (registers, tun_id, ct_state, …), as ofproto/trace takes it. */
  receiveKey(bridge: string, key: FlowKey, context: SwitchContext = NOTHING): SwitchResult {
    const at = { bridge, ofport: key[W.IN_PORT] as number };
    const mark = keyMark();
    try {
      return this.#run(at, { key: lendKey(key), base: packetOfKey(key), baseKey: key, hidden: [] }, context);
    } finally {
      giveBack(mark);
    }
  }

  /** Port names of a bridge to numbers; undefined when there is no such bridge. */
  portNames(bridge: string): ReadonlyMap<string, number> | undefined {
    return this.#bridges.get(bridge)?.names;
  }

  #run(at: Ingress, packet: KeyedPacket, context: SwitchContext): SwitchResult {
    const bridge = this.#bridges.get(at.bridge);
    if (!bridge) {
      const element = { type: "ovs-bridge", text: at.bridge } as const;
      return {
        outputs: [],
        drops: [],
        unknowns: [{ bridge: at.bridge, what: `there is no bridge ${at.bridge}`, element }],
      };
    }
    const key = packet.key;
    if (at.tun) {
      key[W.TUN_ID] = Math.floor(at.tun.key / 0x100000000);
      key[W.TUN_ID + 1] = at.tun.key >>> 0;
      key[W.TUN_SRC] = parseIpv4(at.tun.src) ?? 0;
      key[W.TUN_DST] = parseIpv4(at.tun.dst) ?? 0;
    }
    const run = new Run(INTERPRETER, this.#bridges, bridge, packet, context, this.#vlanLimit);
    const port = bridge.ports.get(at.ofport);
    if (port?.noReceive) run.drop("port-down", port, portElement(port));
    else {
      run.tracked = ((key[W.CT_STATE] as number) & 32) !== 0;
      // The first lookup is not a resubmit, so it does not count for the depth (xlate_actions).
      run.depth = -1;
      run.resubmits = -1;
      runTable(run, at.ofport, 0);
      run.depth = 0;
      if (!run.failed) runActionSet(run);
      run.publish();
      if (run.failed) run.outputs.length = 0;
    }
    if (run.outputs.length === 0 && run.drops.length === 0 && run.unknowns.length === 0) finish(run);
    return { outputs: run.outputs, drops: run.drops, unknowns: run.unknowns };
  }
}

/** Nothing came out and nothing was said: the last flow sent nowhere, or back where the packet came from. */
function finish(run: Run): void {
  if (run.suppressed) {
    run.drops.push(run.suppressed);
    run.note?.({ kind: "drop", code: run.suppressed.code, element: run.suppressed.element });
    return;
  }
  run.rule = run.lastRule;
  run.drop("flow");
}

/** ofproto/tunnel.c tnl_find: fixed key before flow key, fixed remote before any, fixed local before any. */
function tunnelRank(port: PortModel, e: { kind: TunnelKind; key: number; src: string; dst: string }): number {
  const t = port.tunnel;
  if (!t || t.kind !== e.kind || port.ref.ofport === LOCAL_PORT) return 99;
  if (t.inKey !== "flow" && t.inKey !== e.key) return 99;
  if (t.remote !== undefined && t.remote !== "flow" && t.remote !== e.src) return 99;
  if (t.local !== undefined && t.local !== "flow" && t.local !== e.dst) return 99;
  const local = t.local === undefined ? 1 : t.local === "flow" ? 2 : 0;
  const remote = t.remote === "flow" || t.remote === undefined ? 3 : 0;
  return (t.inKey === "flow" ? 6 : 0) + remote + local;
}
