/**
 * A trace for a project: what its own objects did in full, and each part of the way that only the provider's machines know as one
 * step with its outcome. Built anew from what the project knows, not cut down: names of hosts, devices, flows and other
 * projects have no way in.
 */
import type { StepEvent, TraceEvent, VerdictEvent } from "../../datapath/event.ts";
import { Knowledge, type Known, type Zone } from "./known.ts";
import { redactStep, segment } from "./step.ts";
import { type Ends, redactVerdict } from "./verdict.ts";

type Unnumbered = StepEvent extends infer E ? (E extends StepEvent ? Omit<E, "seq"> : never) : never;

/** @param events a whole trace: how it ends decides what of its copies counts */
export function redactTrace(events: Iterable<TraceEvent>, what: Known, ends: Ends): TraceEvent[] {
  const all = [...events];
  const known = new Knowledge(what);
  const verdict = all.find((event) => event.kind === "verdict");
  const steps = all.filter((event): event is StepEvent => event.kind !== "verdict");
  const zone = verdict && known.zoneOf(verdict, verdict.resource, verdict.code);
  const told = onTheWay(steps, verdict).flatMap((event) => tell(known, event, verdict));
  const out = withoutIdleLegs(withoutPlumbing(joined(told)), verdict);
  if (verdict && zone?.kind === "provider") markEnd(out, verdict);
  const numbered = out.map((step, seq) => ({ ...step, seq }) as StepEvent); // Each is a step without its number.
  if (!verdict || !zone) return numbered;
  return [...numbered, { ...redactVerdict(known, verdict, zone, ends), seq: numbered.length }];
}

/** The path of each leg that the verdict speaks of: copies of floods go to machines that are none of the project's business. */
function onTheWay(steps: readonly StepEvent[], verdict: VerdictEvent | undefined): StepEvent[] {
  const end = verdict?.branch.includes(".") ? verdict : undefined;
  const fork = end && steps.findIndex((step) => step.leg === end.leg && step.branch === end.branch);
  return steps.filter((step, at) => {
    if (!end || step.leg !== end.leg || rootOf(step.branch) !== rootOf(end.branch)) return !step.branch.includes(".");
    if (step.branch === end.branch) return true;
    return end.branch.startsWith(`${step.branch}.`) && (fork === undefined || fork < 0 || at < fork);
  });
}

function rootOf(branch: string): string {
  return branch.split(".")[0] ?? branch;
}

function tell(known: Knowledge, event: StepEvent, verdict: VerdictEvent | undefined): Unnumbered[] {
  const { leg } = event;
  const branch = rootOf(event.branch);
  const code = event.kind === "drop" ? event.code : undefined;
  // A rule's port is in the name of its chain or device; a drop's in what was dropped for.
  const resource = event.resource ?? (event.kind === "drop" ? verdict?.resource : undefined);
  const zone: Zone = known.zoneOf(event, resource, code);
  if (zone.kind === "provider") return [segment({ leg, branch }, "carried")];
  const step = redactStep(known, zone, event);
  return step ? [{ ...step, leg, branch, ...zone.place } as Unnumbered] : []; // A step at its place.
}

/** What follows upon itself in the provider's network is one step. */
function joined(told: readonly Unnumbered[]): Unnumbered[] {
  const out: Unnumbered[] = [];
  for (const step of told) {
    const last = out.at(-1);
    const again =
      last?.kind === "redacted" &&
      step.kind === "redacted" &&
      last.by === step.by &&
      last.text === step.text &&
      last.device === step.device &&
      last.host === step.host &&
      last.leg === step.leg &&
      last.branch === step.branch;
    if (!again) out.push(step);
  }
  return out;
}

/** Between an instance and the filter of its own port nothing is the project's or anybody's to know. */
function withoutPlumbing(steps: readonly Unnumbered[]): Unnumbered[] {
  return steps.filter((step, at) => {
    const [before, after] = [steps[at - 1], steps[at + 1]];
    const between = isProviders(step) && before?.host === after?.host && before?.device !== after?.device;
    return !between || before?.leg !== step.leg || after?.leg !== step.leg;
  });
}

/** Legs that only machines of the provider's had to do with, such as their own ARP, but for the one that the verdict names. */
function withoutIdleLegs(steps: readonly Unnumbered[], verdict: VerdictEvent | undefined): Unnumbered[] {
  const keyOf = (of: { leg: string; branch: string }) => `${of.leg} ${rootOf(of.branch)}`;
  const own = new Set(steps.filter((step) => !isProviders(step)).map(keyOf));
  const ending = verdict && keyOf(verdict);
  return steps.filter((step) => own.has(keyOf(step)) || keyOf(step) === ending);
}

function isProviders(step: Unnumbered): boolean {
  return step.kind === "redacted" && step.by === "provider";
}

/** The verdict's own segment says so. */
function markEnd(steps: Unnumbered[], { leg, branch, outcome }: VerdictEvent): void {
  if (outcome === "delivered" || outcome === "exited") return;
  const root = rootOf(branch);
  const end = segment({ leg, branch: root }, outcome);
  const last = steps.findLastIndex((step) => step.leg === leg && step.branch === root);
  const at = steps[last];
  if (at && isProviders(at)) steps[last] = end;
  else steps.splice(last < 0 ? steps.length : last + 1, 0, end);
}
