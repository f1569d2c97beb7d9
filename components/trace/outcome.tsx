import { Check, CircleHelp, LogOut, X } from "lucide-react";
import type { Outcome } from "../../lib/datapath/event.ts";
import { Badge, type Tone } from "../ui/badge.tsx";

export const OUTCOMES: Record<Outcome, { word: string; tone: Tone; icon: typeof Check }> = {
  delivered: { word: "Delivered", tone: "ok", icon: Check },
  exited: { word: "Left the cloud", tone: "accent", icon: LogOut },
  dropped: { word: "Dropped", tone: "danger", icon: X },
  unknown: { word: "Cannot be told", tone: "warn", icon: CircleHelp },
};

/** How a trace ended, in colour, sign and word. */
export function OutcomeBadge({ outcome }: { outcome: Outcome }) {
  const { word, tone, icon: Icon } = OUTCOMES[outcome];
  return (
    <Badge tone={tone}>
      <Icon aria-hidden className="size-3" />
      {word}
    </Badge>
  );
}
