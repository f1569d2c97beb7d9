"use client";
import { Check, Copy } from "lucide-react";
import { type ReactNode, useEffect, useState } from "react";
import { Button, type ButtonSize, type ButtonVariant } from "./button.tsx";

/** Copies `text`; says so for two seconds, to the eye and to a screen reader. */
export function CopyButton(props: {
  text: string | (() => string);
  label: string;
  children?: ReactNode;
  variant?: ButtonVariant;
  size?: ButtonSize;
  className?: string;
}) {
  const [state, setState] = useState<"idle" | "copied" | "failed">("idle");
  useEffect(() => {
    if (state === "idle") return;
    const timer = setTimeout(() => setState("idle"), 2000);
    return () => clearTimeout(timer);
  }, [state]);
  const copy = () => {
    const text = typeof props.text === "string" ? props.text : props.text();
    navigator.clipboard.writeText(text).then(
      () => setState("copied"),
      () => setState("failed"),
    );
  };
  return (
    <Button
      variant={props.variant ?? "ghost"}
      size={props.size ?? (props.children ? "sm" : "icon")}
      aria-label={props.label}
      title={props.label}
      onClick={copy}
      className={props.className}
    >
      {state === "copied" ? <Check className="text-ok" aria-hidden /> : <Copy aria-hidden />}
      {props.children}
      <span role="status" className="sr-only">
        {state === "copied" ? "Copied" : state === "failed" ? "Could not copy" : ""}
      </span>
    </Button>
  );
}
