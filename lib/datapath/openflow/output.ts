/** Where packets leave a bridge: xlate_output_action, compose_output_action__, patch_port_output; ofproto/tunnel.c. */
import { parseIpv4 } from "../../net/openflow/value.ts";
import { type PortModel, portElement } from "./bridge.ts";
import { giveBack, keyMark, lendKey, UNSET_PORT, W } from "./key.ts";
import { runNormal } from "./normal.ts";
import { clearConntrack, type Run } from "./run.ts";

export function sendToController(run: Run, reason: "action" | "no_match" | "invalid_ttl"): void {
  run.outputs.push({ kind: "controller", bridge: run.bridge.name, reason, packet: run.current() });
}

/** xlate_output_action */
export function outputTo(run: Run, port: number): void {
  const inPort = run.key[W.IN_PORT] as number;
  switch (port) {
    case 0xfff8:
      outputPort(run, inPort);
      return;
    case 0xfff9:
      run.act.runTable(run, inPort, 0);
      return;
    case 0xfffa:
      runNormal(run);
      return;
    case 0xfffb:
      flood(run, false);
      return;
    case 0xfffc:
      flood(run, true);
      return;
    case 0xfffd:
      sendToController(run, "action");
      return;
    case 0xffff:
      return;
    default:
      if (port === inPort) run.suppress("in-port", run.bridge.ports.get(port));
      else outputPort(run, port);
  }
}

/** flood_packets; by port number, for Open vSwitch's own order depends on how its hash table grew. */
function flood(run: Run, all: boolean): void {
  const ports = [...run.bridge.ports.values()]
    .filter((p) => p.ref.ofport !== run.key[W.IN_PORT] && (all || !p.noFlood))
    .sort((a, b) => a.ref.ofport - b.ref.ofport);
  run.note?.({ kind: "flood", bridge: run.bridge.name, ports: ports.map((p) => p.ref.name) });
  for (const p of ports) outputPort(run, p.ref.ofport);
}

/** compose_output_action__ */
export function outputPort(run: Run, ofport: number): void {
  const port = run.bridge.ports.get(ofport);
  if (!port && run.bridge.state.unread?.includes("ports")) {
    run.unknown(`ports of ${run.bridge.name} could not be read`);
    return;
  }
  if (!port) {
    run.drop("no-such-port", undefined, { type: "ovs-bridge", text: `${run.bridge.name} has no port ${ofport}` });
    return;
  }
  if (port.noForward) {
    run.drop("port-down", port, portElement(port));
    return;
  }
  const from = run.bridge.ports.get(run.key[W.IN_PORT] as number);
  if (from?.bundle.protected && port.bundle.protected) {
    run.suppress("port-down", port, portElement(port));
    return;
  }
  if (port.ref.type === "patch") {
    if (port.peer) crossPatch(run, port.peer);
    else run.drop("no-such-port", port, portElement(port));
    return;
  }
  if (port.tunnel) {
    sendTunnel(run, port, port.tunnel);
    return;
  }
  run.outputs.push({ kind: "port", bridge: run.bridge.name, ofport, port: port.ref.name, packet: run.current() });
}

/** ofproto/tunnel.c tnl_port_send */
function sendTunnel(run: Run, port: PortModel, tunnel: NonNullable<PortModel["tunnel"]>): void {
  const key = run.key;
  const word = (n: number): string => `${n >>> 24}.${(n >>> 16) & 255}.${(n >>> 8) & 255}.${n & 255}`;
  const dstWord = key[W.TUN_DST] as number;
  const dst = tunnel.remote === "flow" ? (dstWord ? word(dstWord) : undefined) : tunnel.remote;
  if (dst === undefined) {
    run.drop("no-tunnel-remote", port, portElement(port));
    return;
  }
  const id =
    tunnel.outKey === "flow"
      ? (key[W.TUN_ID] as number) * 0x100000000 + (key[W.TUN_ID + 1] as number)
      : (tunnel.outKey ?? 0);
  const srcWord = key[W.TUN_SRC] as number;
  const src = tunnel.local === "flow" ? (srcWord ? word(srcWord) : undefined) : tunnel.local;
  if (run.ownTunnelAddress && dst === word(run.ownTunnelAddress)) {
    // Not sent, yet the packet keeps what the port set (compose_output_action__ leaves before it restores the tunnel).
    key[W.TUN_ID] = Math.floor(id / 0x100000000);
    key[W.TUN_ID + 1] = id >>> 0;
    key[W.TUN_SRC] = src === undefined ? 0 : (parseIpv4(src) ?? 0);
    key[W.TUN_DST] = parseIpv4(dst) ?? 0;
    run.suppress("in-port", port, portElement(port));
    return;
  }
  const tun = { kind: tunnel.kind, key: id, dst, dstPort: tunnel.dstPort };
  run.outputs.push({
    kind: "port",
    bridge: run.bridge.name,
    ofport: port.ref.ofport,
    port: port.ref.name,
    packet: run.current(),
    tun: src === undefined ? tun : { ...tun, src },
  });
}

/** patch_port_output: the other bridge sees the packet without metadata, and what it does to it does not come back. */
function crossPatch(run: Run, peer: PortModel): void {
  const { key, stack, actionSet, actionSetHasGroup, bridge, tracked, table, rule } = run;
  const mark = keyMark();
  const other = lendKey(key);
  run.key = other;
  run.stack = [];
  run.actionSet = [];
  run.actionSetHasGroup = false;
  other[W.IN_PORT] = peer.ref.ofport;
  other[W.METADATA] = 0;
  other[W.METADATA + 1] = 0;
  other.fill(0, W.TUN_ID, W.METADATA);
  other.fill(0, W.REG0, W.MPLS0);
  other[W.ACTSET_OUTPUT] = UNSET_PORT;
  clearConntrack(run);
  run.bridge = peer.bridge;
  run.publish(peer.bridge.name);
  run.rule = undefined;
  run.patch = peer.ref.name;
  if (peer.noReceive) run.drop("port-down", peer, portElement(peer));
  else run.act.runTable(run, peer.ref.ofport, 0, false, true);
  run.patch = undefined;
  giveBack(mark);
  run.bridge = bridge;
  run.key = key;
  run.stack = stack;
  run.actionSet = actionSet;
  run.actionSetHasGroup = actionSetHasGroup;
  run.tracked = tracked;
  run.table = table;
  run.rule = rule;
  run.exit = false;
  run.failed = false;
}
