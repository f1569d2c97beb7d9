/**
 * A packet's walk through a world: ARP, request, reply, as the first exchange of a fresh pair would go. Pure: it reads the
 * recorded state, keeps what it learns to itself, and yields typed events, the verdict last.
 */
import type { World } from "../host/world.ts";
import type { TraceEvent, VerdictEvent } from "./event.ts";
import { resolve } from "./walk/ask.ts";
import { createWalk, type Parts } from "./walk/context.ts";
import { receive, transmit } from "./walk/device.ts";
import { dhcpExchange } from "./walk/dhcp.ts";
import { exchange } from "./walk/exchange.ts";
import { fromGuest, toGuest } from "./walk/guest.ts";
import { indexWorld } from "./walk/index.ts";
import type { Judgement } from "./walk/judge.ts";
import type { Probe } from "./walk/probe.ts";
import { type Remembered, rememberedOf } from "./walk/remembered.ts";
import { sendLocal, toStack } from "./walk/stack.ts";
import { runSwitch, toSwitch } from "./walk/switching.ts";
import { decapsulate } from "./walk/tunnel.ts";

const PARTS: Parts = {
  receive,
  transmit,
  toStack,
  sendLocal,
  toGuest,
  fromGuest,
  toSwitch,
  runSwitch,
  decapsulate,
  resolve,
};

/**
 * Yields the events of one leg as soon as it is over; the verdict, without prose (`summary` is empty), comes last. Returns
 * what tells what the devices on the way have learned.
 */
export function* walk(world: World, probe: Probe): Generator<TraceEvent, () => Remembered[]> {
  const w = createWalk(indexWorld(world), probe, PARTS);
  const steps = probe.proto === "dhcp" ? dhcpExchange(w) : exchange(w);
  let seq = 0;
  for (;;) {
    const step = steps.next();
    const events = w.events;
    w.events = [];
    for (const { step: what, place, branch } of events)
      yield {
        seq: seq++,
        leg: branch.flight.leg,
        branch: branch.name,
        host: place.host,
        netns: place.netns,
        device: place.device,
        ...what,
      };
    if (step.done) {
      yield verdict(step.value, seq);
      return () => rememberedOf(w);
    }
  }
}

/** The bare verdict. */
export function drain(events: Iterable<TraceEvent>): VerdictEvent {
  let last: TraceEvent | undefined;
  for (const event of events) last = event;
  if (last?.kind !== "verdict") throw new Error("a walk ends with a verdict");
  return last;
}

function verdict(j: Judgement, seq: number): VerdictEvent {
  return {
    kind: "verdict",
    seq,
    outcome: j.outcome,
    code: j.code,
    leg: j.leg,
    branch: j.branch,
    ...j.place,
    ...(j.element ? { element: j.element } : {}),
    summary: "",
  };
}
