/** Whether a link carries frames, and how it is named when it does not. */
import type { Element } from "../event.ts";
import { type Device, peerOf } from "./index.ts";

/** A link as `ip link` begins its line. */
export function linkElement(device: Device, what?: string): Element {
  const { link } = device;
  const state = link.up ? (link.carrier ? "state UP" : "NO-CARRIER") : "state DOWN";
  return { type: "link", text: `${link.ifindex}: ${link.name}: mtu ${link.mtu} ${state}${what ? ` (${what})` : ""}` };
}

/** Down, or without carrier: the kernel sends nothing, and a capture shows nothing. */
export function isDown(device: Device): boolean {
  const { link } = device;
  if (!link.up) return true;
  if (link.carrier) return false;
  // A pair without carrier has an end that is down; where both look up, the snapshot was taken in between.
  if (link.kind === "veth") return peerOf(device)?.link.up === false;
  return link.kind === "physical" || link.kind === "tap" || link.kind === "tun" || link.kind === "bond";
}

/** The end of a pair that is down takes the carrier from the other. */
export function culprit(device: Device): Device {
  const peer = device.link.up && device.link.kind === "veth" ? peerOf(device) : undefined;
  return peer && !peer.link.up ? peer : device;
}
