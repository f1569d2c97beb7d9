"use client";
import { CircleAlert, RotateCw } from "lucide-react";
import type { ReactNode } from "react";
import { asFailure } from "../../lib/client/error.ts";
import { Button } from "./button.tsx";
import { cn } from "./cn.ts";

/** Nothing here yet: what this place is for, and the first thing to do. */
export function EmptyState(props: {
  icon?: ReactNode;
  title: string;
  children?: ReactNode;
  action?: ReactNode;
  className?: string;
  /** 1 where it is the whole page. */
  level?: 1 | 2;
}) {
  const Heading = props.level === 1 ? "h1" : "h2";
  return (
    <div className={cn("mx-auto flex max-w-md flex-col items-center px-6 py-14 text-center", props.className)}>
      {props.icon ? (
        <div className="mb-4 grid size-11 place-items-center rounded-full border border-line bg-surface text-muted [&_svg]:size-5">
          {props.icon}
        </div>
      ) : null}
      <Heading className="text-base font-semibold">{props.title}</Heading>
      {props.children ? <div className="pt-1.5 text-sm text-balance text-muted">{props.children}</div> : null}
      {props.action ? <div className="flex flex-wrap justify-center gap-2 pt-5">{props.action}</div> : null}
    </div>
  );
}

/** What failed, what to try, and a way to try again. */
export function ErrorState(props: {
  title: string;
  error: unknown;
  onRetry?: () => void;
  action?: ReactNode;
  className?: string;
  /** 1 where it is the whole page. */
  level?: 1 | 2;
}) {
  const failure = asFailure(props.error);
  const Heading = props.level === 1 ? "h1" : "h2";
  return (
    <div
      role="alert"
      className={cn("mx-auto flex max-w-md flex-col items-center px-6 py-14 text-center", props.className)}
    >
      <div className="mb-4 grid size-11 place-items-center rounded-full bg-danger-soft text-danger">
        <CircleAlert className="size-5" aria-hidden />
      </div>
      <Heading className="text-base font-semibold">{props.title}</Heading>
      <p className="pt-1.5 text-sm break-words text-muted">{failure.message}</p>
      {failure.hint ? <p className="pt-1 text-sm text-muted">{failure.hint}</p> : null}
      <div className="flex flex-wrap justify-center gap-2 pt-5">
        {props.onRetry ? (
          <Button variant="solid" onClick={props.onRetry}>
            <RotateCw /> Try again
          </Button>
        ) : null}
        {props.action}
      </div>
      <code className="pt-4 text-2xs text-faint">
        {failure.status > 0 ? `${failure.status} ` : ""}
        {failure.code}
      </code>
    </div>
  );
}
