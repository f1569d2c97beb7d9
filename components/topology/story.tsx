"use client";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Check, Network, Plus, Waypoints } from "lucide-react";
import type { Topology } from "../../lib/api/http.ts";
import { pages } from "../../lib/api/pages.ts";
import { asFailure } from "../../lib/client/error.ts";
import { keys } from "../../lib/client/keys.ts";
import { STORY_ENDS, type StoryStep, storySteps } from "../../lib/client/story.ts";
import { useBuild } from "../forms/build.tsx";
import { useSession } from "../frame/session.tsx";
import { Button, ButtonLink } from "../ui/button.tsx";
import { cn } from "../ui/cn.ts";
import { EmptyState } from "../ui/state.tsx";

/** A project that has built nothing yet. */
export function FirstRun({ onStory }: { onStory: () => void }) {
  const build = useBuild();
  return (
    <EmptyState
      icon={<Network aria-hidden />}
      title="Nothing is built here yet"
      action={
        <>
          <Button variant="accent" onClick={onStory}>
            <Waypoints aria-hidden /> Build the demo story
          </Button>
          <Button onClick={() => build?.open("new-network")}>
            <Plus aria-hidden /> Create network
          </Button>
        </>
      }
    >
      Create a network of your own, or watch two of them be built in six steps: a ping between them fails, and then it
      works.
    </EmptyState>
  );
}

/** The demo story in the side panel: each step is one button that calls the API. */
export function DemoStory({ cloud, topology }: { cloud: string; topology: Topology }) {
  const session = useSession();
  const steps = storySteps(topology, session.project?.id ?? "");
  const at = steps.findIndex((step) => !step.done);
  const built = steps.slice(0, 3).every((step) => step.done);
  return (
    <>
      <h2 className="text-lg font-semibold tracking-tight">The demo story</h2>
      <p className="pt-0.5 text-sm text-muted">Two networks, and what it takes for them to reach each other.</p>
      <ol className="flex flex-col gap-1 pt-5">
        {steps.map((step, index) => (
          <Step
            key={step.title}
            cloud={cloud}
            step={step}
            number={index + 1}
            // Whether or not the failing trace was looked at, the router can be added.
            ready={index === at || (built && step.run !== undefined && !step.done)}
          />
        ))}
      </ol>
    </>
  );
}

function Step(props: { cloud: string; step: StoryStep; number: number; ready: boolean }) {
  const { cloud, step, ready } = props;
  const client = useQueryClient();
  const run = useMutation({
    mutationFn: async () => step.run?.go(),
    onSettled: () => client.invalidateQueries({ queryKey: keys.topology(cloud) }),
  });
  return (
    <li className="flex gap-3 pb-3">
      <span
        aria-hidden
        className={cn(
          "grid size-6 shrink-0 place-items-center rounded-full border text-xs font-medium",
          step.done ? "border-ok bg-ok-soft text-ok" : ready ? "border-accent text-accent" : "border-line text-muted",
        )}
      >
        {step.done ? <Check className="size-3.5" /> : props.number}
      </span>
      <div className="min-w-0">
        <h3 className="text-sm leading-6 font-medium">
          {step.title}
          {step.done ? <span className="sr-only"> (done)</span> : null}
        </h3>
        <p className="text-sm text-muted">{step.text}</p>
        {run.isError ? (
          <p role="alert" className="pt-1 text-sm text-danger">
            {asFailure(run.error).message}
          </p>
        ) : null}
        {ready ? (
          <div className="pt-2">
            {step.run ? (
              <Button
                variant="accent"
                size="sm"
                aria-disabled={run.isPending}
                onClick={() => run.isPending || run.mutate()}
              >
                {step.run.label}
              </Button>
            ) : (
              <ButtonLink variant="accent" size="sm" href={pages.trace(cloud, STORY_ENDS)}>
                <Waypoints aria-hidden /> Trace it
              </ButtonLink>
            )}
          </div>
        ) : null}
      </div>
    </li>
  );
}
