import type { ReactNode } from "react";

export function PageHead(props: { title: string; summary?: ReactNode; children?: ReactNode }) {
  return (
    <div className="flex min-h-16 shrink-0 flex-wrap items-center gap-x-3 gap-y-2 px-6 py-4">
      <h1 className="text-xl font-semibold tracking-tight">{props.title}</h1>
      {props.summary ? <p className="text-sm text-muted">{props.summary}</p> : null}
      <div className="ml-auto flex flex-wrap items-center gap-2">{props.children}</div>
    </div>
  );
}
