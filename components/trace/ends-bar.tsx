"use client";
import { ArrowLeftRight, ArrowRight, ChevronDown, SlidersHorizontal } from "lucide-react";
import { type ReactNode, type Ref, useId } from "react";
import type { TraceEnd, TraceQuery } from "../../lib/api/http.ts";
import { describeQuery, isComplete, type QueryDraft } from "../../lib/traceview/query.ts";
import { Button } from "../ui/button.tsx";
import { cn } from "../ui/cn.ts";
import { Input } from "../ui/input.tsx";
import { Segmented } from "../ui/segmented.tsx";
import { EndCombo } from "./combo.tsx";

const PROTOCOLS = [
  { value: "icmp", label: "ICMP" },
  { value: "tcp", label: "TCP" },
  { value: "udp", label: "UDP" },
  { value: "dhcp", label: "DHCP" },
] as const;

/** Who asks whom, and how: the two ends, and the rest behind one disclosure. */
export function EndsBar(props: {
  draft: QueryDraft;
  ends: readonly TraceEnd[] | undefined;
  known: { from: TraceEnd | undefined; to: TraceEnd | undefined };
  error: { field: string; message: string } | undefined;
  running: boolean;
  ran: boolean;
  open: boolean;
  onOpen: (open: boolean) => void;
  onDraft: (draft: QueryDraft) => void;
  onRun: (draft: QueryDraft) => void;
  fromRef: Ref<HTMLInputElement>;
  toRef: Ref<HTMLInputElement>;
  aside?: ReactNode;
}) {
  const { draft, error, onDraft, onRun } = props;
  const dhcp = draft.proto === "dhcp";
  const options = useId();
  // What is wrong must be in sight.
  const open = props.open || (error !== undefined && error.field !== "from" && error.field !== "to");
  const fault = (field: string) => (error?.field === field ? error.message : undefined);
  const commit = (next: QueryDraft) => {
    if (isComplete(next)) onRun(next);
  };
  return (
    <form
      aria-label="Trace"
      className="flex flex-col gap-3"
      onSubmit={(event) => {
        event.preventDefault();
        commit(draft);
      }}
    >
      <div className="flex items-start gap-2 max-md:flex-wrap">
        <EndCombo
          label="From"
          placeholder="an instance, router, host or address"
          value={draft.from ?? ""}
          ends={props.ends?.filter((end) => end.canSend)}
          known={props.known.from}
          invalid={fault("from")}
          onChange={(from) => onDraft({ ...draft, from })}
          onCommit={(from) => commit({ ...draft, from })}
          inputRef={props.fromRef}
        />
        {dhcp ? (
          <span className="grid h-12 w-8 place-items-center text-faint">
            <ArrowRight aria-hidden className="size-4" />
          </span>
        ) : (
          <Button
            variant="ghost"
            size="icon"
            className="mt-2"
            aria-label="Swap the two ends"
            title="Swap the two ends"
            onClick={() => {
              const { from, to, ...rest } = draft;
              const swapped = { ...rest, ...(to && { from: to }), ...(from && { to: from }) };
              onDraft(swapped);
              if (props.ran) commit(swapped);
            }}
          >
            <ArrowLeftRight aria-hidden />
          </Button>
        )}
        <EndCombo
          label="To"
          placeholder="an instance, address or floating IP"
          value={draft.to ?? ""}
          ends={props.ends}
          known={props.known.to}
          disabled={dhcp}
          invalid={fault("to")}
          onChange={(to) => onDraft({ ...draft, to })}
          onCommit={(to) => commit({ ...draft, to })}
          inputRef={props.toRef}
          align="right"
        />
        <Button
          variant="outline"
          className="h-12 min-w-28 justify-between px-3.5 max-md:flex-1"
          aria-expanded={open}
          aria-controls={options}
          aria-label={`Packet: ${describeQuery(draft)}`}
          onClick={() => props.onOpen(!open)}
        >
          <span className="flex items-center gap-2">
            <SlidersHorizontal aria-hidden className="text-muted" />
            {describeQuery(draft)}
          </span>
          <ChevronDown aria-hidden className={cn("text-muted transition-transform", open && "rotate-180")} />
        </Button>
        <Button
          type="submit"
          variant="accent"
          className="h-12 min-w-32 px-5 text-base max-md:flex-1"
          disabled={!isComplete(draft)}
        >
          {props.ran ? "Trace again" : "Trace"}
        </Button>
        {props.aside}
      </div>
      <div id={options} hidden={!open}>
        <Packet draft={draft} onDraft={onDraft} fault={fault} />
      </div>
    </form>
  );
}

function Packet(props: {
  draft: QueryDraft;
  onDraft: (draft: QueryDraft) => void;
  fault: (field: string) => string | undefined;
}) {
  const { draft, onDraft, fault } = props;
  const proto = draft.proto ?? "icmp";
  const set = (key: "dport" | "size" | "ttl", value: number | undefined) => {
    const { [key]: _, ...rest } = draft;
    onDraft(value === undefined ? rest : { ...rest, [key]: value });
  };
  return (
    <div className="flex flex-wrap items-end gap-x-6 gap-y-3 rounded-lg border border-line bg-surface px-4 py-3">
      <Segmented
        label="Protocol"
        value={proto}
        options={PROTOCOLS}
        onChange={(next: TraceQuery["proto"]) => onDraft({ ...draft, proto: next })}
      />
      <Fault message={fault("proto")} />
      {proto === "tcp" || proto === "udp" ? (
        <NumberField
          label="Port"
          min={1}
          max={65535}
          placeholder="80"
          value={draft.dport}
          fault={fault("dport")}
          onChange={(value) => set("dport", value)}
        />
      ) : null}
      {proto === "dhcp" ? (
        <p className="h-8 content-center text-sm text-muted">
          The whole exchange that gives the instance its address; it needs no destination.
        </p>
      ) : (
        <>
          <NumberField
            label="Payload bytes"
            min={0}
            max={65507}
            placeholder={proto === "icmp" ? "56" : "0"}
            value={draft.size}
            fault={fault("size")}
            onChange={(value) => set("size", value)}
          />
          <NumberField
            label="TTL"
            min={1}
            max={255}
            placeholder="64"
            value={draft.ttl}
            fault={fault("ttl")}
            onChange={(value) => set("ttl", value)}
          />
          <label className="flex h-8 items-center gap-2 text-sm">
            <input
              type="checkbox"
              className="size-4 accent-accent"
              checked={draft.df ?? false}
              onChange={(event) => onDraft({ ...draft, df: event.target.checked })}
            />
            Don’t fragment
          </label>
          <Fault message={fault("df")} />
        </>
      )}
      <Fault message={fault("fromAddress")} />
    </div>
  );
}

function Fault({ message, id }: { message: string | undefined; id?: string }) {
  return message === undefined ? null : (
    <span id={id} role="alert" className="self-center text-xs text-danger">
      {message}
    </span>
  );
}

function NumberField(props: {
  label: string;
  min: number;
  max: number;
  placeholder: string;
  value: number | undefined;
  fault: string | undefined;
  onChange: (value: number | undefined) => void;
}) {
  const id = useId();
  return (
    <label htmlFor={id} className="flex items-center gap-2 text-sm">
      {props.label}
      <Input
        id={id}
        type="number"
        inputMode="numeric"
        min={props.min}
        max={props.max}
        placeholder={props.placeholder}
        aria-invalid={props.fault !== undefined || undefined}
        aria-describedby={props.fault === undefined ? undefined : `${id}-fault`}
        className="w-24 font-mono"
        value={props.value ?? ""}
        onChange={(event) => props.onChange(event.target.value === "" ? undefined : Number(event.target.value))}
      />
      <Fault id={`${id}-fault`} message={props.fault} />
    </label>
  );
}
