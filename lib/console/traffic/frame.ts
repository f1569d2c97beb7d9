/** Frames that devices saw, as a walk tells them: what `tcpdump` on such a device would have recorded. */
import type { TraceEvent } from "../../datapath/event.ts";
import type { PacketView } from "../../net/packet.ts";

export interface CapturedFrame {
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly host: string;
  readonly netns: string;
  readonly device: string;
  readonly dir: "in" | "out";
  readonly packet: PacketView;
}

/** Undefined for all that is no frame. */
export function frameOf(event: TraceEvent, at: number): CapturedFrame | undefined {
  if (event.kind !== "frame") return undefined;
  const { host, netns, device, dir, packet } = event;
  return { at, host, netns, device, dir, packet };
}
