"use client";
import { type ComponentProps, useEffect, useImperativeHandle, useRef } from "react";
import { cn } from "./cn.ts";

const FIELD =
  "h-8 rounded-md border border-line bg-surface px-2.5 text-sm text-ink placeholder:text-faint hover:border-line-strong " +
  "aria-invalid:border-danger disabled:opacity-50";

/** A field for text, which loses nothing that is typed into the server's HTML before the page is alive. */
export function Input({ className, ref, ...rest }: ComponentProps<"input">) {
  const field = useRef<HTMLInputElement>(null);
  useImperativeHandle(ref, () => field.current as HTMLInputElement, []);
  useEffect(() => sayTypedEarly(field.current), []);
  return <input ref={field} className={cn(FIELD, className)} autoComplete="off" spellCheck={false} {...rest} />;
}

/** React takes what it finds in a field for its own value and calls no `onChange`: the field is set back and typed anew. */
function sayTypedEarly(field: HTMLInputElement | null): void {
  if (field === null || field.value === field.defaultValue) return;
  const typed = field.value;
  field.value = field.defaultValue;
  // Past React, which watches the field's own property.
  Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, "value")?.set?.call(field, typed);
  field.dispatchEvent(new Event("input", { bubbles: true }));
}

/** The platform's own select: it is accessible, and quick on every device. */
export function Select({ className, children, ...rest }: ComponentProps<"select">) {
  return (
    <select className={cn(FIELD, "pr-7", className)} {...rest}>
      {children}
    </select>
  );
}
