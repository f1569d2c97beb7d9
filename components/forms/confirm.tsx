"use client";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import type { Topology } from "../../lib/api/http.ts";
import { asFailure } from "../../lib/client/error.ts";
import { removalOf, remove, type Target, type TargetKind, without } from "../../lib/client/forms/removal.ts";
import { keys } from "../../lib/client/keys.ts";
import { Button } from "../ui/button.tsx";
import { Dialog, DialogClose } from "../ui/dialog.tsx";

const VERBS: Partial<Record<TargetKind, string>> = { interface: "Remove", "floating IP": "Release" };

/** Asks before anything is deleted: what goes with it, and what keeps it from going. */
export function ConfirmRemoval(props: {
  cloud: string;
  topology: Topology;
  targets: readonly Target[];
  onClose: () => void;
  onRemoved: (targets: readonly Target[], said: string) => void;
}) {
  const { topology, targets } = props;
  const client = useQueryClient();
  const [busy, setBusy] = useState(false);
  const [refused, setRefused] = useState<readonly string[]>([]);
  // As it was asked for: while it is being deleted, the picture has it no more.
  const [asked] = useState(() => targets.map((target) => ({ target, ...removalOf(topology, target) })));
  const now = targets.map((target) => removalOf(topology, target));
  const rows = busy ? asked : asked.map((one, at) => ({ ...one, ...now[at] }));
  const free = rows.filter((one) => one.blocks.length === 0);
  const held = rows.filter((one) => one.blocks.length > 0);
  const [first] = targets;
  if (!first) return null;
  const verb = VERBS[first.kind] ?? "Delete";
  const one = targets.length === 1;

  const run = async () => {
    setBusy(true);
    setRefused([]);
    const key = keys.topology(props.cloud);
    await client.cancelQueries({ queryKey: key });
    const before = client.getQueryData<Topology>(key);
    const going = free.map((row) => row.target);
    if (before) client.setQueryData(key, without(before, going));
    const problems: string[] = [];
    const gone: Target[] = [];
    for (const target of going)
      try {
        await remove(target);
        gone.push(target);
      } catch (error) {
        const { status, message } = asFailure(error);
        if (status === 404)
          gone.push(target); // Somebody else was quicker.
        else problems.push(one ? message : `${target.name}: ${message}`);
      }
    if (before && problems.length > 0) client.setQueryData(key, without(before, gone));
    await client.invalidateQueries({ queryKey: key });
    setBusy(false);
    if (problems.length > 0) setRefused(problems);
    else props.onRemoved(gone, saidOf(gone, verb));
  };
  return (
    <Dialog
      open
      onOpenChange={(open) => open || busy || props.onClose()}
      title={one ? `${verb} ${first.kind} ${first.name}?` : `${verb} ${targets.length} ${first.kind}s?`}
    >
      <div className="min-h-0 overflow-y-auto text-sm">
        {refused.length > 0 ? (
          <ul role="alert" className="mb-3 rounded-md bg-danger-soft px-3 py-2 text-danger">
            {refused.map((text) => (
              <li key={text}>{text}</li>
            ))}
          </ul>
        ) : null}
        {one ? null : <Lines title="These go" lines={free.map((row) => row.target.name)} />}
        <Lines title="With it go" lines={free.flatMap((row) => row.goes)} />
        {held.map((row) => (
          <Lines
            key={row.target.id}
            title={one ? "First remove what holds it" : `${row.target.name} stays`}
            lines={row.blocks}
            blocked
          />
        ))}
        {free.length > 0 && free.every((row) => row.goes.length === 0) && one ? (
          <p className="text-muted">Nothing else goes with it. This cannot be undone.</p>
        ) : null}
      </div>
      <div className="flex justify-end gap-2 pt-4">
        <DialogClose asChild>
          <Button>{free.length === 0 ? "Close" : "Keep"}</Button>
        </DialogClose>
        {free.length === 0 ? null : (
          <Button variant="danger" aria-disabled={busy} onClick={() => busy || void run()}>
            {one || free.length === targets.length ? verb : `${verb} ${free.length} of ${targets.length}`}
          </Button>
        )}
      </div>
    </Dialog>
  );
}

const AT_MOST = 8;

function Lines(props: { title: string; lines: readonly string[]; blocked?: boolean }) {
  if (props.lines.length === 0) return null;
  return (
    <section className="pb-3">
      <h3 className={props.blocked ? "font-medium text-danger" : "font-medium"}>{props.title}</h3>
      <ul className="list-disc pt-1 pl-5 text-muted">
        {props.lines.slice(0, AT_MOST).map((line, at) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: two objects can have one name
          <li key={`${line} ${at}`} className="break-words">
            {line}
          </li>
        ))}
        {props.lines.length > AT_MOST ? <li>and {props.lines.length - AT_MOST} more</li> : null}
      </ul>
    </section>
  );
}

const PAST: Record<string, string> = { Delete: "deleted", Remove: "removed", Release: "released" };

function saidOf(gone: readonly Target[], verb: string): string {
  const [first] = gone;
  const what = gone.length === 1 ? `${first?.kind} ${first?.name}` : `${gone.length} ${first?.kind}s`;
  return `${what.charAt(0).toUpperCase()}${what.slice(1)} ${gone.length === 1 ? "is" : "are"} ${PAST[verb]}.`;
}
