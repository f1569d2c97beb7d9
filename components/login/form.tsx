"use client";
import { KeyRound } from "lucide-react";
import { type FormEvent, useEffect, useRef, useState } from "react";
import type { SessionInfo } from "../../lib/api/http.ts";
import { type ApiFailure, asFailure } from "../../lib/client/error.ts";
import { logIn } from "../../lib/client/session.ts";
import { Button } from "../ui/button.tsx";
import { LoginField } from "./field.tsx";

/** A user whose password everybody knows. */
export interface Offer {
  user: string;
  password: string;
}

interface Values {
  user: string;
  password: string;
  domain: string;
}

export function LoginForm(props: { offered: readonly Offer[]; onLoggedIn: (session: SessionInfo) => void }) {
  const [ready, setReady] = useState(false);
  const [elsewhere, setElsewhere] = useState(false);
  const [failure, setFailure] = useState<ApiFailure>();
  const [busy, setBusy] = useState(false);
  const form = useRef<HTMLFormElement>(null);
  const user = useRef<HTMLInputElement>(null);
  useEffect(() => {
    setReady(true);
    user.current?.focus();
  }, []);

  const send = async ({ user, password, domain }: Values) => {
    setBusy(true);
    setFailure(undefined);
    try {
      props.onLoggedIn(await logIn({ user, password, ...(domain === "" ? {} : { domain }) }));
    } catch (error) {
      const failed = asFailure(error);
      setFailure(failed);
      const field = form.current?.elements.namedItem(failed.field ?? "password");
      if (field instanceof HTMLInputElement) {
        field.focus();
        field.select();
      }
      setBusy(false);
    }
  };
  const onSubmit = (event: FormEvent) => {
    event.preventDefault();
    if (busy || !form.current) return;
    const given = new FormData(form.current);
    const text = (name: string) => String(given.get(name) ?? "").trim();
    const values = { user: text("user"), password: String(given.get("password") ?? ""), domain: text("domain") };
    const missing = (["user", "password"] as const).find((name) => values[name] === "");
    const field = missing && form.current.elements.namedItem(missing);
    if (field instanceof HTMLInputElement) field.focus();
    else void send(values);
  };
  const errorOf = (name: string) => (failure?.field === name ? failure : undefined);

  return (
    <>
      <h1 className="pb-4 text-xl font-semibold tracking-tight">Log in</h1>
      <form ref={form} onSubmit={onSubmit} method="post" noValidate className="flex flex-col gap-4">
        <LoginField ref={user} name="user" label="User" autoComplete="username" error={errorOf("user")} />
        <LoginField
          name="password"
          type="password"
          label="Password"
          autoComplete="current-password"
          error={errorOf("password")}
        />
        {elsewhere ? (
          <LoginField name="domain" label="Domain" placeholder="Default" autoComplete="off" error={errorOf("domain")} />
        ) : null}
        {failure && !["user", "password", "domain"].includes(failure.field ?? "") ? (
          <p role="alert" className="rounded-md bg-danger-soft px-3 py-2 text-sm text-danger">
            {failure.message} {failure.hint}
          </p>
        ) : null}
        {/* Before the page is alive, the browser would send the form by itself. */}
        <Button type="submit" variant="solid" disabled={!ready} aria-disabled={busy} className="h-10 w-full text-base">
          {busy ? "Logging in …" : "Log in"}
        </Button>
        {elsewhere ? null : (
          <button
            type="button"
            onClick={() => setElsewhere(true)}
            className="self-start rounded text-xs text-muted underline-offset-2 hover:text-ink hover:underline"
          >
            User of another domain
          </button>
        )}
      </form>
      {props.offered.length > 0 ? <Offers offered={props.offered} disabled={busy || !ready} onTake={send} /> : null}
    </>
  );
}

/** On a machine of one's own there is nothing to hide. */
function Offers(props: { offered: readonly Offer[]; disabled: boolean; onTake: (values: Values) => Promise<void> }) {
  return (
    <section aria-label="Default passwords" className="mt-6 rounded-lg border border-line bg-surface p-4">
      <h2 className="flex items-center gap-2 text-sm font-medium">
        <KeyRound aria-hidden className="size-4 text-warn" /> Default passwords are in use
      </h2>
      <p className="pt-1 text-sm text-muted">
        {names(props.offered)} {props.offered.length === 1 ? "has" : "have"} the password{" "}
        <code className="font-mono text-ink">{props.offered[0]?.password}</code>. Only this machine can reach the
        server.
      </p>
      <div className="flex flex-wrap gap-2 pt-3">
        {props.offered.map((one) => (
          <Button
            key={one.user}
            aria-disabled={props.disabled}
            onClick={() => void props.onTake({ ...one, domain: "" })}
          >
            Log in as {one.user}
          </Button>
        ))}
      </div>
    </section>
  );
}

function names(offered: readonly Offer[]): string {
  return offered.map((one) => one.user).join(" and ");
}
