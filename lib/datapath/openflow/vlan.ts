/** VLAN tags through bundles: ofproto/ofproto-dpif-xlate.c xvlan_*, input_vid_is_valid, xbundle_includes_vlan; lib/flow.c. */
import type { Bundle } from "./bridge.ts";
import { type FlowKey, VLAN_CFI, W } from "./key.ts";

/** Up to two tags inside a bridge; vid 0 means none. `pcp` keeps its place in the TCI. */
export type Vlans = [{ tpid: number; vid: number; pcp: number }, { tpid: number; vid: number; pcp: number }];

const NONE = { tpid: 0, vid: 0, pcp: 0 };

export function extractVlans(key: FlowKey): Vlans {
  const out: Vlans = [NONE, NONE];
  for (let i = 0; i < 2; i++) {
    const tci = key[W.VLAN0 + 2 * i] as number;
    const tpid = key[W.TPID0 + 2 * i] as number;
    if (!(tci & VLAN_CFI) || (tpid !== 0x8100 && tpid !== 0x88a8)) break;
    out[i] = { tpid, vid: tci & 0xfff, pcp: tci & 0xe000 };
  }
  return out;
}

export function putVlans(key: FlowKey, v: Vlans, tags: Bundle["priorityTags"]): void {
  for (let i = 0; i < 2; i++) {
    const x = v[i] as Vlans[0];
    let tci = x.vid | (x.pcp & 0xe000);
    if (tci || (tags === "always" && x.tpid)) {
      tci |= VLAN_CFI;
      key[W.TPID0 + 2 * i] = x.tpid || 0x8100;
    }
    key[W.VLAN0 + 2 * i] = tci;
    if (tci === 0) key[W.TPID0 + 2 * i] = 0;
  }
}

/** A port with a native VLAN carries that one and never VLAN 0 (ofproto/ofproto-dpif.c bundle_set). */
function trunks(b: Bundle, vid: number): boolean {
  if (vid === 0 && b.vlan > 0) return false;
  return b.trunks === undefined || b.trunks.has(vid);
}

/** May a frame with this outer VLAN (0: untagged) come in? */
export function accepts(b: Bundle, vid: number): boolean {
  switch (b.mode) {
    case "access":
      return vid === 0;
    case "native-tagged":
    case "native-untagged":
      return vid === 0 || trunks(b, vid);
    case "trunk":
      return trunks(b, vid);
    case "dot1q-tunnel":
      return b.customerVlans === undefined || b.customerVlans.has(vid);
  }
}

export function translateIn(b: Bundle, v: Vlans): Vlans {
  const [outer, inner] = v;
  switch (b.mode) {
    case "access":
      return [{ tpid: outer.tpid || 0x8100, vid: b.vlan, pcp: outer.pcp }, NONE];
    case "trunk":
      return v;
    case "native-tagged":
    case "native-untagged":
      return outer.vid ? v : [{ tpid: outer.tpid || 0x8100, vid: b.vlan, pcp: outer.pcp }, inner];
    case "dot1q-tunnel":
      return [{ tpid: b.tunnelTpid, vid: b.vlan, pcp: 0 }, outer];
  }
}

export function translateOut(b: Bundle, v: Vlans): Vlans {
  switch (b.mode) {
    case "access":
      return [NONE, NONE];
    case "trunk":
    case "native-tagged":
      return [v[0], v[1]];
    case "native-untagged":
      return v[0].vid === b.vlan ? [v[1], NONE] : [v[0], v[1]];
    case "dot1q-tunnel":
      return [v[1], NONE];
  }
}

export function includes(b: Bundle, v: Vlans): boolean {
  switch (b.mode) {
    case "access":
      return v[0].vid === b.vlan && v[1].vid === 0;
    case "trunk":
    case "native-tagged":
    case "native-untagged":
      return trunks(b, v[0].vid);
    case "dot1q-tunnel":
      return v[0].vid === b.vlan && (b.customerVlans === undefined || b.customerVlans.has(v[1].vid));
  }
}

export function popVlan(key: FlowKey): void {
  if (!((key[W.VLAN0] as number) & VLAN_CFI)) return;
  const two = ((key[W.VLAN1] as number) & VLAN_CFI) !== 0;
  key[W.VLAN0] = two ? (key[W.VLAN1] as number) : 0;
  key[W.TPID0] = two ? (key[W.TPID1] as number) : 0;
  if (two) {
    key[W.VLAN1] = 0;
    key[W.TPID1] = 0;
  }
}

export function pushVlan(key: FlowKey, tpid: number): void {
  key[W.VLAN1] = key[W.VLAN0] as number;
  key[W.TPID1] = key[W.TPID0] as number;
  key[W.TPID0] = tpid;
  key[W.VLAN0] = VLAN_CFI;
}

/** A TCI that was written needs a TPID (flow_fix_vlan_tpid). */
export function fixTpid(key: FlowKey): void {
  if (key[W.VLAN0] !== 0 && key[W.TPID0] === 0) key[W.TPID0] = 0x8100;
}
