/** The NORMAL action: a learning switch with VLANs. ofproto/ofproto-dpif-xlate.c xlate_normal and output_normal. */
import { formatMac } from "../../net/openflow/value.ts";
import { type BridgeModel, type Bundle, type PortModel, portElement } from "./bridge.ts";
import { type FlowKey, W } from "./key.ts";
import type { Run } from "./run.ts";
import { accepts, extractVlans, includes, putVlans, translateIn, translateOut, type Vlans } from "./vlan.ts";

const DEAD_VLAN = 4095;
const NO_PORT = 0xffff;
const CONTROLLER_PORT = 0xfffd;

/** What a packet that no port received counts as (ofpp_none_bundle). */
const NONE_BUNDLE: Bundle = {
  name: "OFPP_NONE",
  ports: [],
  mode: "trunk",
  vlan: -1,
  trunks: undefined,
  customerVlans: undefined,
  tunnelTpid: 0x88a8,
  priorityTags: "never",
  floodable: false,
  protected: false,
  bond: undefined,
};

function mac(key: FlowKey, word: number): number {
  return (key[word] as number) * 0x100000000 + (key[word + 1] as number);
}

function isMulticast(high16: number): boolean {
  return (high16 & 0x0100) !== 0;
}

/** lib/packets.c eth_addr_is_reserved: what bridges do not forward (IEEE 802.1D 7.12.6 and some that Cisco uses). */
function isReserved(key: FlowKey): boolean {
  const high = key[W.DL_DST] as number;
  const low = key[W.DL_DST + 1] as number;
  if (high === 0x0180 && low >>> 8 === 0xc20000 && (low & 0xff) <= 0x0f) return true;
  if (high === 0x0100 && low >>> 8 === 0x0ccccc) {
    const last = low & 0xff;
    return last === 0xcc || last === 0xcd || (last >= 0xc0 && last <= 0xc7);
  }
  if (high === 0x0100 && (low === 0x0ccdcdcd || low === 0x0c000000)) return true;
  if (high === 0x00e0 && low >>> 4 === 0x2b00000) return [0x00, 0x04, 0x06].includes(low & 0xff);
  return false;
}

export function runNormal(run: Run): void {
  const { bridge, key } = run;
  const inNumber = key[W.IN_PORT] as number;
  const inPort = bridge.ports.get(inNumber);
  const input = inPort?.bundle ?? (inNumber === NO_PORT || inNumber === CONTROLLER_PORT ? NONE_BUNDLE : undefined);
  if (!input) {
    run.drop("no-such-port");
    return;
  }
  const frame = extractVlans(key);
  if (!accepts(input, frame[0].vid)) {
    run.drop(input.vlan === DEAD_VLAN ? "dead-vlan" : "vlan-mismatch", inPort, inPort && portElement(inPort));
    return;
  }
  const vlans = translateIn(input, frame);
  const vlan = vlans[0].vid;
  if (inPort && !bridge.forwardBpdu && isReserved(key)) {
    run.drop("reserved-multicast", inPort);
    return;
  }
  if (inPort) learn(run, inPort, vlan);
  forward(run, input, inPort, vlans);
}

/** update_learning_table */
function learn(run: Run, inPort: PortModel, vlan: number): void {
  const { bridge, key } = run;
  const overlay = run.context.overlay;
  if (!overlay || isMulticast(key[W.DL_SRC] as number) || bridge.floodVlans.has(vlan)) return;
  const address = mac(key, W.DL_SRC);
  if (bridge.fixed.size > 0 && bridge.fixed.has(`${vlan} ${address}`)) return;
  overlay.learnMac(bridge.name, vlan, address, inPort.ref.ofport);
}

function lookup(run: Run, bridge: BridgeModel, vlan: number, address: number): number | undefined {
  if (bridge.floodVlans.has(vlan)) return undefined;
  return run.context.overlay?.fdb(bridge.name, vlan, address) ?? bridge.fdb.get(vlan)?.get(address);
}

function forward(run: Run, input: Bundle, inPort: PortModel | undefined, vlans: Vlans): void {
  const { bridge, key } = run;
  const vlan = vlans[0].vid;
  const number = isMulticast(key[W.DL_DST] as number) ? undefined : lookup(run, bridge, vlan, mac(key, W.DL_DST));
  const target = number === undefined ? undefined : bridge.ports.get(number);
  const address = (): string => formatMac(key[W.DL_DST] as number, key[W.DL_DST + 1] as number);
  if (number === undefined) {
    if (run.bridge.state.unread?.includes("fdb") && !isMulticast(key[W.DL_DST] as number))
      run.unknown(`learned addresses of ${run.bridge.name} could not be read`);
    floodVlan(run, input, inPort, vlans);
    return;
  }
  run.note?.({
    kind: "fdb",
    bridge: bridge.name,
    mac: address(),
    vlan,
    port: target?.ref.name ?? String(number),
    hit: true,
  });
  if (target && target.bundle !== input) outputBundle(run, target.bundle, vlans);
  else if (target)
    run.drop("no-other-port", target, {
      type: "fdb",
      text: `${bridge.name}: ${address()} in VLAN ${vlan} is on ${target.ref.name}, where the packet came from`,
    });
  else
    run.drop("no-such-port", undefined, {
      type: "fdb",
      text: `${bridge.name}: ${address()} in VLAN ${vlan} is on port ${number}, which does not exist`,
    });
}

/** xlate_normal_flood */
function floodVlan(run: Run, input: Bundle, inPort: PortModel | undefined, vlans: Vlans): void {
  const targets = run.bridge.bundles.filter((b) => b !== input && includes(b, vlans) && b.floodable);
  run.note?.({ kind: "flood", bridge: run.bridge.name, vlan: vlans[0].vid, ports: targets.map((b) => b.name) });
  if (targets.length === 0)
    run.drop(input.vlan === DEAD_VLAN ? "dead-vlan" : "vlan-mismatch", inPort, inPort && portElement(inPort));
  for (const b of targets) outputBundle(run, b, vlans);
}

/** output_normal */
function outputBundle(run: Run, bundle: Bundle, vlans: Vlans): void {
  const out = translateOut(bundle, vlans);
  const port = memberOf(run, bundle);
  if (!port) return;
  const key = run.key;
  if (bundle.priorityTags !== "never") out[0] = { ...out[0], pcp: (key[W.VLAN0] as number) & 0xe000 };
  const saved = key.slice(W.VLAN0, W.DL_SRC);
  putVlans(key, out, bundle.priorityTags);
  run.act.outputPort(run, port.ref.ofport);
  run.key.set(saved, W.VLAN0);
}

/** The member of a bond that sends is decided by state that no dump shows, unless only one can. */
function memberOf(run: Run, bundle: Bundle): PortModel | undefined {
  if (bundle.bond === undefined) return bundle.ports[0];
  const alive = bundle.ports.filter((p) => p.alive);
  if (alive.length > 1) run.unknown(`which member of bond ${bundle.name} (${bundle.bond}) sends`);
  if (alive.length === 0) run.drop("port-down", bundle.ports[0]);
  return alive[0];
}
