"use client";
import { ChevronFirst, ChevronLast, Pause, Play, StepBack, StepForward } from "lucide-react";
import { Button } from "../ui/button.tsx";
import type { Player } from "./use-player.ts";

/** Step, play, and a slider over the hops of a leg. */
export function Transport(props: { step: number; count: number; player: Player; onStep: (step: number) => void }) {
  const { step, count, player, onStep } = props;
  const go = (next: number) => {
    player.stop();
    onStep(Math.min(count - 1, Math.max(0, next)));
  };
  return (
    <fieldset aria-label="Play the packet" className="flex shrink-0 items-center gap-0.5">
      <Button
        variant="ghost"
        size="icon"
        aria-label="First hop"
        title="First hop (Home)"
        disabled={step <= 0}
        onClick={() => go(0)}
      >
        <ChevronFirst aria-hidden />
      </Button>
      <Button
        variant="ghost"
        size="icon"
        aria-label="Previous hop"
        title="Previous hop (←)"
        disabled={step <= 0}
        onClick={() => go(step - 1)}
      >
        <StepBack aria-hidden />
      </Button>
      <Button
        variant="solid"
        size="icon"
        className="mx-1 rounded-full"
        aria-label={player.playing ? "Pause" : "Play"}
        title={player.playing ? "Pause (space)" : "Play (space)"}
        disabled={count < 2}
        onClick={player.toggle}
      >
        {player.playing ? <Pause aria-hidden /> : <Play aria-hidden />}
      </Button>
      <Button
        variant="ghost"
        size="icon"
        aria-label="Next hop"
        title="Next hop (→)"
        disabled={step >= count - 1}
        onClick={() => go(step + 1)}
      >
        <StepForward aria-hidden />
      </Button>
      <Button
        variant="ghost"
        size="icon"
        aria-label="Last hop"
        title="Last hop (End)"
        disabled={step >= count - 1}
        onClick={() => go(count - 1)}
      >
        <ChevronLast aria-hidden />
      </Button>
      <input
        type="range"
        aria-label="Hop"
        aria-valuetext={`hop ${step + 1} of ${count}`}
        min={1}
        max={Math.max(1, count)}
        value={step + 1}
        disabled={count < 2}
        onChange={(event) => go(Number(event.target.value) - 1)}
        className="ml-2 w-36 accent-accent max-sm:hidden xl:w-48"
      />
      <span aria-hidden className="ml-2 min-w-20 text-right text-xs text-muted tabular-nums">
        hop {count === 0 ? 0 : step + 1} of {count}
      </span>
    </fieldset>
  );
}
