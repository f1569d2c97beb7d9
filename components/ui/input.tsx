import type { ComponentProps } from "react";
import { cn } from "./cn.ts";

const FIELD =
  "h-8 rounded-md border border-line bg-surface px-2.5 text-sm text-ink placeholder:text-faint hover:border-line-strong " +
  "aria-invalid:border-danger disabled:opacity-50";

export function Input({ className, ...rest }: ComponentProps<"input">) {
  return <input className={cn(FIELD, className)} autoComplete="off" spellCheck={false} {...rest} />;
}

/** The platform's own select: it is accessible, and quick on every device. */
export function Select({ className, children, ...rest }: ComponentProps<"select">) {
  return (
    <select className={cn(FIELD, "pr-7", className)} {...rest}>
      {children}
    </select>
  );
}
