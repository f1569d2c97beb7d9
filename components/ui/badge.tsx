import type { ReactNode } from "react";
import { cn } from "./cn.ts";

export type Tone = "neutral" | "accent" | "ok" | "warn" | "danger";

const TONES: Record<Tone, string> = {
  neutral: "bg-sunken text-muted",
  accent: "bg-accent-soft text-accent",
  ok: "bg-ok-soft text-ok",
  warn: "bg-warn-soft text-warn",
  danger: "bg-danger-soft text-danger",
};
const DOTS: Record<Tone, string> = {
  neutral: "bg-faint",
  accent: "bg-accent",
  ok: "bg-ok",
  warn: "bg-warn",
  danger: "bg-danger",
};

export function Badge(props: { tone?: Tone; children: ReactNode; mono?: boolean; className?: string }) {
  return (
    <span
      className={cn(
        "inline-flex h-5 items-center gap-1 rounded px-1.5 text-2xs font-medium whitespace-nowrap",
        props.mono && "font-mono",
        TONES[props.tone ?? "neutral"],
        props.className,
      )}
    >
      {props.children}
    </span>
  );
}

/** How Neutron's and Nova's status words are coloured. */
export function statusTone(status: string): Tone {
  switch (status.toUpperCase()) {
    case "ACTIVE":
    case "UP":
      return "ok";
    case "ERROR":
    case "DOWN":
    case "CRASHED":
      return "danger";
    case "BUILD":
    case "PAUSED":
    case "SUSPENDED":
    case "REBOOT":
      return "warn";
    default:
      return "neutral";
  }
}

/** A dot and the word: never colour alone. */
export function Status({ status, tone }: { status: string; tone?: Tone }) {
  return (
    <span className="inline-flex items-center gap-2 whitespace-nowrap">
      <span aria-hidden className={cn("size-2 rounded-full", DOTS[tone ?? statusTone(status)])} />
      {status.charAt(0).toUpperCase() + status.slice(1).toLowerCase()}
    </span>
  );
}
