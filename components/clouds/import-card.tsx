"use client";
import { CircleAlert, CircleCheck, FolderOpen, X } from "lucide-react";
import { type ReactNode, useEffect, useRef } from "react";
import type { ImportEvent } from "../../lib/api/http.ts";
import { pages } from "../../lib/api/pages.ts";
import { MOST_BYTES, megabytes } from "../../lib/client/open-bundle.ts";
import { Button, ButtonLink } from "../ui/button.tsx";
import { cn } from "../ui/cn.ts";
import { GapReport } from "./gap-report.tsx";
import type { ImportState } from "./use-import.ts";

type Progress = Extract<ImportEvent, { kind: "progress" }>;

/** Where a bundle is opened: the invitation, the progress, the result. Keeps its place, so that nothing below jumps. */
export function ImportCard(props: {
  state: ImportState;
  onFile: (file: File) => void;
  onDismiss: () => void;
  focus: boolean;
}) {
  const { state } = props;
  const input = useRef<HTMLInputElement>(null);
  const choose = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    if (props.focus) choose.current?.focus();
  }, [props.focus]);
  const chooser = (text: string) => (
    <Button ref={choose} variant={state.step === "done" ? "outline" : "solid"} onClick={() => input.current?.click()}>
      <FolderOpen aria-hidden /> {text}
    </Button>
  );
  return (
    <section aria-label="Open a bundle">
      <input
        ref={input}
        type="file"
        accept=".gz,.tgz,application/gzip"
        aria-label="Bundle file"
        className="sr-only"
        tabIndex={-1}
        onChange={(event) => {
          const file = event.target.files?.[0];
          event.target.value = "";
          if (file) props.onFile(file);
        }}
      />
      {state.step === "idle" ? (
        <Frame className="border-dashed border-line-strong">
          <div className="min-w-0 flex-1">
            <h2 className="text-base font-semibold">Open a bundle</h2>
            <p className="pt-0.5 text-sm text-muted">
              Drop a .tar.gz of your own cloud’s host outputs anywhere on this page, up to {megabytes(MOST_BYTES)}. It
              stays on this machine.
            </p>
          </div>
          {chooser("Choose a file")}
        </Frame>
      ) : state.step === "running" ? (
        <Frame className="border-line-strong">
          <div className="min-w-0 flex-1">
            <h2 className="truncate text-base font-semibold">Opening {state.file}</h2>
            <Bar progress={state.progress} />
          </div>
          <Button onClick={props.onDismiss}>Cancel</Button>
        </Frame>
      ) : state.step === "failed" ? (
        <Frame className="border-danger" role="alert">
          <CircleAlert aria-hidden className="size-5 shrink-0 text-danger" />
          <div className="min-w-0 flex-1">
            <h2 className="truncate text-base font-semibold">{state.file} was not opened</h2>
            <p className="pt-0.5 text-sm break-words">{state.error.message}</p>
            {state.error.field ? (
              <code className="block pt-0.5 text-xs break-all text-muted">{state.error.field}</code>
            ) : null}
            {state.error.hint ? <p className="pt-0.5 text-sm text-muted">{state.error.hint}</p> : null}
          </div>
          {chooser("Choose another file")}
          <Dismiss onClick={props.onDismiss} />
        </Frame>
      ) : (
        <Frame className="flex-wrap border-line-strong">
          <CircleCheck aria-hidden className="size-5 shrink-0 text-ok" />
          <div role="status" className="min-w-0 flex-1">
            <h2 className="truncate text-base font-semibold">{state.cloud.name} is open</h2>
            <p className="pt-0.5 text-sm text-muted">
              {state.cloud.hosts} hosts, {state.cloud.networks} networks, {state.cloud.instances} instances.{" "}
              {state.cloud.gaps === 0
                ? "Every file was read in full."
                : `${state.cloud.gaps} ${state.cloud.gaps === 1 ? "part is" : "parts are"} missing or could not be read.`}
            </p>
          </div>
          <ButtonLink variant="accent" href={pages.topology(state.cloud.id)}>
            Show its topology
          </ButtonLink>
          <Dismiss onClick={props.onDismiss} />
          {state.cloud.gapList.length > 0 ? (
            <div className="max-h-96 w-full overflow-y-auto border-t border-line pt-4">
              <GapReport gaps={state.cloud.gapList} />
            </div>
          ) : null}
        </Frame>
      )}
    </section>
  );
}

function Frame({ className, ...rest }: { className?: string; role?: "alert"; children: ReactNode }) {
  return (
    <div
      className={cn("flex min-h-24 items-center gap-4 rounded-lg border bg-surface px-5 py-4", className)}
      {...rest}
    />
  );
}

function Dismiss({ onClick }: { onClick: () => void }) {
  return (
    <Button variant="ghost" size="icon" aria-label="Dismiss" onClick={onClick}>
      <X aria-hidden />
    </Button>
  );
}

const PHASES: Record<Progress["phase"], (progress: Progress) => string> = {
  receive: ({ done, total }) => `Sending: ${megabytes(done)}${total === undefined ? "" : ` of ${megabytes(total)}`}`,
  unpack: ({ done }) => `Unpacking: ${megabytes(done)}`,
  read: ({ done, total }) =>
    total === undefined ? "Reading" : `Reading host ${Math.min(done + 1, total)} of ${total}`,
};

/** Sending, unpacking and reading each take a third of the bar: what is known of each moves it. */
function Bar({ progress }: { progress: Progress }) {
  const share = progress.total ? Math.min(1, progress.done / progress.total) : 0.5;
  const percent = progress.phase === "receive" ? share * 50 : progress.phase === "unpack" ? 55 : 60 + share * 40;
  const text = PHASES[progress.phase](progress);
  return (
    <div className="pt-2">
      <div
        role="progressbar"
        aria-label="Progress"
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuenow={Math.round(percent)}
        aria-valuetext={text}
        className="h-1.5 overflow-hidden rounded-full bg-sunken"
      >
        <div
          className="h-full rounded-full bg-accent transition-[width] duration-200"
          style={{ width: `${percent}%` }}
        />
      </div>
      <p className="pt-1.5 text-xs text-muted tabular-nums">{text}</p>
    </div>
  );
}
