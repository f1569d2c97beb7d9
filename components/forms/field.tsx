"use client";
import { useId } from "react";
import type { Topology } from "../../lib/api/http.ts";
import type { Field, Value, Values } from "../../lib/client/forms/form.ts";
import { cn } from "../ui/cn.ts";
import { Input, Select } from "../ui/input.tsx";

interface FieldProps {
  field: Field;
  values: Values;
  topology: Topology;
  error: string | undefined;
  onChange: (value: Value) => void;
  onLeave: () => void;
}

const TALL =
  "min-h-16 w-full rounded-md border border-line bg-surface px-2.5 py-1.5 font-mono text-xs leading-5 text-ink " +
  "placeholder:text-faint hover:border-line-strong aria-invalid:border-danger disabled:opacity-50";

/** One field of a form: its label, what is typed or chosen, what it is for, and what is wrong with it. */
export function FormField(props: FieldProps) {
  const { field, values, error } = props;
  const id = useId();
  const hint = field.fixed ? "Cannot be changed later." : field.hint;
  const described = [hint && `${id}-hint`, error && `${id}-error`].filter(Boolean).join(" ") || undefined;
  const shared = {
    id,
    name: field.name,
    disabled: field.fixed,
    "aria-invalid": error ? true : undefined,
    "aria-describedby": described,
    onBlur: props.onLeave,
  } as const;
  const notes = (
    <>
      {hint ? (
        <p id={`${id}-hint`} className="text-xs text-muted">
          {hint}
        </p>
      ) : null}
      {error ? (
        <p id={`${id}-error`} role="alert" className="text-xs break-words text-danger">
          {error}
        </p>
      ) : null}
    </>
  );
  if (field.kind === "yes")
    return (
      <div className="flex gap-2.5">
        <input
          {...shared}
          type="checkbox"
          checked={values[field.name] === true}
          onChange={(event) => props.onChange(event.target.checked)}
          className="mt-0.5 size-4 shrink-0 accent-accent"
        />
        <div className="flex min-w-0 flex-col gap-0.5">
          <label htmlFor={id} className="text-sm font-medium">
            {field.label}
          </label>
          {notes}
        </div>
      </div>
    );
  if (field.kind === "choices")
    return (
      <fieldset
        aria-describedby={described}
        aria-invalid={shared["aria-invalid"]}
        className="flex min-w-0 flex-col gap-1"
      >
        <legend className="pb-1 text-sm font-medium">{field.label}</legend>
        <Choices {...props} field={field} />
        {notes}
      </fieldset>
    );
  const value = String(values[field.name] ?? "");
  return (
    <div className="flex flex-col gap-1">
      <label htmlFor={id} className="text-sm font-medium">
        {field.label}
        {"required" in field && field.required ? null : <span className="font-normal text-faint"> · optional</span>}
      </label>
      {field.kind === "choice" ? (
        <Select {...shared} value={value} onChange={(event) => props.onChange(event.target.value)} className="w-full">
          {field.required && value === "" ? <option value="">Choose…</option> : null}
          {field.options(props.topology).map((one) => (
            <option key={one.value} value={one.value}>
              {one.label}
            </option>
          ))}
        </Select>
      ) : field.kind === "lines" ? (
        <textarea
          {...shared}
          value={value}
          placeholder={field.placeholder}
          spellCheck={false}
          rows={Math.max(2, value.split("\n").length)}
          onChange={(event) => props.onChange(event.target.value)}
          className={TALL}
        />
      ) : (
        <Input
          {...shared}
          value={value}
          placeholder={field.placeholder}
          required={field.required}
          onChange={(event) => props.onChange(event.target.value)}
          className={cn("w-full", field.check && "font-mono text-xs")}
        />
      )}
      {notes}
    </div>
  );
}

function Choices(props: FieldProps & { field: Extract<Field, { kind: "choices" }> }) {
  const { field, values } = props;
  const chosen = values[field.name];
  const list = Array.isArray(chosen) ? (chosen as readonly string[]) : []; // Choices are lists.
  const options = field.options(props.topology);
  if (options.length === 0) return <p className="text-xs text-muted">{field.none}</p>;
  return (
    <div className="flex max-h-44 flex-col overflow-y-auto rounded-md border border-line bg-surface py-1">
      {options.map((one) => (
        <label
          key={one.value}
          className="flex min-h-7 cursor-pointer items-center gap-2.5 px-2.5 text-sm hover:bg-hover"
        >
          <input
            type="checkbox"
            name={field.name}
            checked={list.includes(one.value)}
            onChange={(event) =>
              props.onChange(event.target.checked ? [...list, one.value] : list.filter((value) => value !== one.value))
            }
            className="size-4 shrink-0 accent-accent"
          />
          <span className="min-w-0 truncate">{one.label}</span>
        </label>
      ))}
    </div>
  );
}
