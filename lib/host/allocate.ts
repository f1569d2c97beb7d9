/**
 * Numbers and addresses that the kernel and Open vSwitch give by themselves, without chance: the next free one. Plans use
 * these as `apply` does, so that they say beforehand what they will get.
 */
import { formatMac } from "../net/address.ts";
import { findNamespace, ROOT } from "./edit.ts";
import { Highest } from "./highest.ts";
import type { HostState, Link, OvsBridge, OvsPort } from "./state.ts";

/** The index of the next device made in a namespace: one more than the highest there (net/core/dev.c dev_index_reserve). */
export function nextIfindex(host: HostState, netns: string = ROOT): number {
  return indexes.of(findNamespace(host, netns)?.links ?? []) + 1;
}

/** OFPP_MAX of OpenFlow 1.0: ports from here on are reserved. */
const RESERVED_OFPORTS = 0xff00;

/** The number of the next port of a bridge: one more than the highest (ofproto/ofproto.c alloc_ofp_port). */
export function nextOfport(bridge: OvsBridge): number {
  return ofports.of(bridge.ports) + 1;
}

const indexes = new Highest<Link>(({ ifindex }) => ifindex);
const ofports = new Highest<OvsPort>(({ interfaces }) => {
  let highest = 0;
  for (const { ofport } of interfaces)
    if (ofport !== undefined && ofport > highest && ofport < RESERVED_OFPORTS) highest = ofport;
  return highest;
});

/** The locally administered unicast address that a new device has where nobody gives it one: always the same for a name. */
export function generatedMac(host: string, device: string): string {
  const hash = fnv48(`${host}/${device}`);
  // Bit 0 of the first octet is the group bit, bit 1 says locally administered.
  const first = (Math.floor(hash / 2 ** 40) & 0xfc) | 0x02;
  return formatMac(first * 2 ** 40 + (hash % 2 ** 40));
}

/** FNV-1a, two lanes of 24 bits. */
function fnv48(text: string): number {
  let a = 0x811c9dc5;
  let b = 0x050c5d1f;
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i);
    a = Math.imul(a ^ c, 0x01000193);
    b = Math.imul(b ^ (c + i), 0x01000193);
  }
  return ((a >>> 8) ^ (b & 0xff)) * 2 ** 24 + (((b >>> 8) ^ (a & 0xff)) & 0xffffff);
}
