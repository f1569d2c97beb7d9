/** Captured frames in the words that tests use for the engine's. */
import { fromFrame } from "../../explain/testing/recording.ts";
import { type Packet, viewPacket } from "../../net/packet.ts";
import { decodeFrame } from "../kernel/testing/frames.ts";
import type { LabCloud } from "./lab-cloud.ts";
import type { Captured } from "./machines.ts";

/** Linux's own VXLAN port, which Neutron's Linux bridge agent leaves as it is, and IANA's. */
const VXLAN_PORTS = [8472, 4789];
/** Ethernet, IPv4 and UDP headers before that of VXLAN, and that one. */
const VXLAN_AT = 14 + 20 + 8;
const VXLAN_LENGTH = 8;

export type Message = "arp" | "request" | "reply" | "error";

type Places = Pick<LabCloud, "place">;

/** The text of all frames of a ping, by the part they have in it. Other frames are left out. */
export function capturedText(lab: Places, frames: readonly Captured[]): Record<Message, string[]> {
  const out: Record<Message, string[]> = { arp: [], request: [], reply: [], error: [] };
  for (const frame of frames) {
    const packet = decode(frame.hex);
    const message = messageOf(packet);
    if (message) out[message].push(textOf(lab, frame, packet));
  }
  return out;
}

/** The text of a frame, whatever it carries. */
export function frameText(lab: Places, frame: Captured): string {
  return textOf(lab, frame, decode(frame.hex));
}

function textOf(lab: Places, { netns, device, dir }: Captured, packet: Packet): string {
  const place = { ...lab.place(netns), device };
  return fromFrame({ kind: "frame", seq: 0, leg: "request", branch: "0", ...place, dir, packet: viewPacket(packet) });
}

function messageOf({ arp, l4 }: Packet): Message | undefined {
  if (arp) return "arp";
  if (l4?.kind !== "icmp") return undefined;
  if (l4.type === 8) return "request";
  return l4.type === 0 ? "reply" : "error";
}

function decode(hex: string): Packet {
  const outer = decodeFrame(hex);
  if (outer.l4?.kind !== "udp" || !VXLAN_PORTS.includes(outer.l4.dst) || !outer.ip) return outer;
  const bytes = Buffer.from(hex, "hex");
  return {
    ...decodeFrame(bytes.subarray(VXLAN_AT + VXLAN_LENGTH).toString("hex")),
    encap: {
      kind: "vxlan",
      key: bytes.readUIntBE(VXLAN_AT + 4, 3),
      src: outer.ip.src,
      dst: outer.ip.dst,
      ethSrc: outer.ethSrc,
      ethDst: outer.ethDst,
    },
  };
}
