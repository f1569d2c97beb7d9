"use client";
import { ChevronRight } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import type { SessionInfo } from "../../lib/api/http.ts";
import { asFailure } from "../../lib/client/error.ts";
import { logOut, takeProject } from "../../lib/client/session.ts";

/** A user with a role in several projects says which he means; another can be taken at any time. */
export function ProjectChooser(props: { session: SessionInfo; onEnter: () => void; onBack: () => void }) {
  const { session } = props;
  const [error, setError] = useState<string>();
  const [busy, setBusy] = useState<string>();
  const first = useRef<HTMLButtonElement>(null);
  useEffect(() => first.current?.focus(), []);
  const take = async (project: string) => {
    setBusy(project);
    setError(undefined);
    try {
      await takeProject(project);
      props.onEnter();
    } catch (cause) {
      setError(asFailure(cause).message);
      setBusy(undefined);
    }
  };
  const back = async () => {
    await logOut().catch(() => {});
    props.onBack();
  };
  return (
    <>
      <h1 className="text-xl font-semibold tracking-tight">Choose a project</h1>
      <p className="pt-1 pb-4 text-sm text-muted">
        {session.user.name} has a role in {session.projects.length} projects. You can change later.
      </p>
      <ul className="max-h-[50vh] overflow-y-auto rounded-lg border border-line bg-surface p-1">
        {session.projects.map((project, index) => (
          <li key={project.id}>
            <button
              ref={index === 0 ? first : null}
              type="button"
              aria-disabled={busy !== undefined}
              onClick={() => busy === undefined && void take(project.id)}
              className="flex h-11 w-full items-center justify-between gap-3 rounded-md px-3 text-left hover:bg-hover"
            >
              <span className="truncate font-medium">{project.name}</span>
              <ChevronRight aria-hidden className="size-4 shrink-0 text-faint" />
            </button>
          </li>
        ))}
      </ul>
      {error === undefined ? null : (
        <p role="alert" className="pt-3 text-sm text-danger">
          {error}
        </p>
      )}
      <button
        type="button"
        onClick={() => void back()}
        className="mt-4 self-start rounded text-xs text-muted underline-offset-2 hover:text-ink hover:underline"
      >
        Log in as somebody else
      </button>
    </>
  );
}
