"use client";
import { useState } from "react";
import type { SessionInfo } from "../../lib/api/http.ts";
import { LogoMark } from "../frame/logo.tsx";
import { ThemeToggle } from "../frame/theme-toggle.tsx";
import { LoginForm, type Offer } from "./form.tsx";
import { ProjectChooser } from "./project-chooser.tsx";

/** The way in: who, then, for those who have several, which project. */
export function LoginView(props: { next: string; offered: readonly Offer[]; half?: SessionInfo }) {
  const [half, setHalf] = useState(props.half);
  // A whole page load: nothing that was read under another session stays.
  const enter = () => window.location.assign(props.next);
  return (
    <div className="flex min-h-dvh flex-col">
      <header className="flex h-[52px] shrink-0 items-center justify-end px-4">
        <ThemeToggle />
      </header>
      <main className="mx-auto flex w-full max-w-[360px] flex-1 flex-col justify-center px-5 pb-[16vh]">
        <div className="flex items-center gap-2.5 pb-6">
          <LogoMark className="size-7" />
          <span className="text-lg font-semibold tracking-tight">Underlay</span>
        </div>
        {half ? (
          <ProjectChooser session={half} onEnter={enter} onBack={() => setHalf(undefined)} />
        ) : (
          <LoginForm offered={props.offered} onLoggedIn={(session) => (session.project ? enter() : setHalf(session))} />
        )}
      </main>
    </div>
  );
}
