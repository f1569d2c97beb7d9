"use client";
import { ChevronRight } from "lucide-react";
import { type FormEvent, useEffect, useEffectEvent, useRef, useState } from "react";
import type { Topology } from "../../lib/api/http.ts";
import { type ApiFailure, asFailure } from "../../lib/client/error.ts";
import { draftOf, forgetDraft, keepDraft, onOver } from "../../lib/client/forms/draft.ts";
import { type Field, type Form, many, text, type Value, type Values } from "../../lib/client/forms/form.ts";
import { fieldOf } from "../../lib/client/forms/problem.ts";
import { Button } from "../ui/button.tsx";
import { cn } from "../ui/cn.ts";
import { FormField } from "./field.tsx";

type Problems = Readonly<Record<string, string | undefined>>;

/** A form's fields and its button. What was typed stays, whatever the service says to it. */
export function FormBody(props: {
  form: Form;
  /** Which form it is, and whose: what was typed when a session ended comes back to it. */
  id: string;
  topology: Topology;
  onSend: (values: Values) => Promise<void>;
  onCancel: () => void;
}) {
  const { form, id } = props;
  const [values, setValues] = useState<Values>(() => ({ ...form.values, ...draftOf(id) }));
  const [problems, setProblems] = useState<Problems>({});
  /** What was wrong with a field when it was left. */
  const [left, setLeft] = useState<Problems>({});
  const [failure, setFailure] = useState<ApiFailure>();
  const [busy, setBusy] = useState(false);
  const [more, setMore] = useState(false);
  const element = useRef<HTMLFormElement>(null);
  const shown = form.fields.filter((field) => field.when?.(values) ?? true);
  const [first, rest] = [shown.filter((one) => !one.more), shown.filter((one) => one.more)];

  // The first thing that must be filled in; what is chosen already is passed over.
  // biome-ignore lint/correctness/useExhaustiveDependencies: once, when the form opens
  useEffect(() => {
    const must = first.find((field) => "required" in field && field.required && text(values, field.name) === "");
    const found = (selector: string) => element.current?.querySelector<HTMLElement>(selector);
    const named = must && found(`[name="${must.name}"]`);
    (named ?? found(":is(input:not([type=checkbox]), select):not(:disabled)") ?? found("input, textarea"))?.focus();
  }, []);
  const keep = useEffectEvent(() => keepDraft(id, values));
  useEffect(() => {
    forgetDraft();
    return onOver(keep);
  }, []);
  // What is wrong is led to, wherever it stands.
  useEffect(() => {
    if (Object.values(problems).some(Boolean))
      element.current?.querySelector<HTMLElement>("[data-led=true] :is(input, select, textarea)")?.focus();
  }, [problems]);

  const lead = Object.keys(problems).find((name) => problems[name]);
  const change = (name: string, value: Value) => {
    setValues((old) => ({ ...old, [name]: value }));
    setProblems((old) => (old[name] === undefined ? old : { ...old, [name]: undefined }));
  };
  const leave = (field: Field) => {
    const wrong = problemOf(field, values);
    // That a field is empty is said when the form is sent.
    if (text(values, field.name) !== "") setLeft((old) => ({ ...old, [field.name]: wrong }));
  };
  const show = (name: string) => problems[name] ?? (leftStill(form.fields, name, values) ? left[name] : undefined);

  const send = async (event: FormEvent) => {
    event.preventDefault();
    if (busy) return;
    setFailure(undefined);
    const wrong = Object.fromEntries(
      shown.map((field) => [field.name, problemOf(field, values)] as const).filter(([, problem]) => problem),
    );
    setProblems(wrong);
    if (Object.keys(wrong).length > 0) {
      if (rest.some((field) => wrong[field.name])) setMore(true);
      return;
    }
    setBusy(true);
    try {
      await props.onSend(values);
    } catch (error) {
      const failed = asFailure(error);
      const name = fieldOf(
        failed,
        shown.map((field) => field.name),
      );
      if (name === undefined) setFailure(failed);
      else {
        if (rest.some((field) => field.name === name)) setMore(true);
        setProblems({ [name]: failed.message });
      }
    }
    setBusy(false);
  };
  const draw = (field: Field) => (
    <div key={field.name} data-led={field.name === lead}>
      <FormField
        field={field}
        values={values}
        topology={props.topology}
        error={show(field.name)}
        onChange={(value) => change(field.name, value)}
        onLeave={() => leave(field)}
      />
    </div>
  );
  return (
    <form ref={element} noValidate onSubmit={(event) => void send(event)} className="flex min-h-0 flex-1 flex-col">
      <div className="flex min-h-0 flex-1 flex-col gap-4 overflow-y-auto px-6 pt-1 pb-5">
        {failure ? (
          <p role="alert" className="rounded-md bg-danger-soft px-3 py-2 text-sm break-words text-danger">
            {failure.message} {failure.hint}
          </p>
        ) : null}
        {first.map(draw)}
        {rest.length > 0 ? (
          <>
            <button
              type="button"
              aria-expanded={more}
              onClick={() => setMore(!more)}
              className="flex items-center gap-1 self-start rounded text-sm text-muted hover:text-ink"
            >
              <ChevronRight aria-hidden className={cn("size-4 transition-transform", more && "rotate-90")} /> More
            </button>
            {more ? rest.map(draw) : null}
          </>
        ) : null}
      </div>
      <div className="flex justify-end gap-2 border-t border-line px-6 py-3">
        <Button onClick={props.onCancel}>Cancel</Button>
        <Button type="submit" variant="accent" aria-disabled={busy}>
          {form.action}
        </Button>
      </div>
    </form>
  );
}

function problemOf(field: Field, values: Values): string | undefined {
  if (field.fixed) return undefined;
  switch (field.kind) {
    case "text": {
      const value = text(values, field.name);
      if (value === "") return field.required ? `${field.label} is needed.` : undefined;
      return field.check?.(value);
    }
    case "lines":
      for (const line of many(values, field.name)) {
        const wrong = field.check?.(line);
        if (wrong) return wrong;
      }
      return undefined;
    case "choice":
      return field.required && text(values, field.name) === "" ? `${field.label} is needed.` : undefined;
    case "choices":
      return field.check?.(values);
    case "yes":
      return undefined;
  }
}

/** What was wrong when the field was left is said until it is right. */
function leftStill(fields: readonly Field[], name: string, values: Values): boolean {
  const field = fields.find((one) => one.name === name);
  return field !== undefined && problemOf(field, values) !== undefined && text(values, name) !== "";
}
