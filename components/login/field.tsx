"use client";
import { type Ref, useId } from "react";
import type { ApiFailure } from "../../lib/client/error.ts";
import { Input } from "../ui/input.tsx";

/**
 * A labelled box, and under it what is wrong with it, in the words of the identity service. What stands in it is the
 * browser's: a password manager may have filled it before the page was alive.
 */
export function LoginField(props: {
  ref?: Ref<HTMLInputElement>;
  name: string;
  label: string;
  type?: "text" | "password";
  autoComplete: string;
  placeholder?: string;
  error: ApiFailure | undefined;
}) {
  const id = useId();
  const { error } = props;
  return (
    <div className="flex flex-col gap-1.5">
      <label htmlFor={id} className="text-sm font-medium">
        {props.label}
      </label>
      <Input
        ref={props.ref}
        id={id}
        name={props.name}
        type={props.type ?? "text"}
        autoComplete={props.autoComplete}
        autoCapitalize="none"
        placeholder={props.placeholder}
        required={props.placeholder === undefined}
        aria-invalid={error ? true : undefined}
        aria-describedby={error ? `${id}-error` : undefined}
        className="h-10 w-full text-base"
      />
      {error ? (
        <p id={`${id}-error`} role="alert" className="text-sm text-danger">
          {error.message}
          {error.hint ? <span className="block text-muted">{error.hint}</span> : null}
        </p>
      ) : null}
    </div>
  );
}
