import Link from "next/link";
import type { ComponentProps } from "react";
import { cn } from "./cn.ts";
import { LinkPending } from "./link-pending.tsx";

export type ButtonVariant = "solid" | "accent" | "outline" | "ghost" | "danger";
export type ButtonSize = "sm" | "md" | "icon";

const VARIANTS: Record<ButtonVariant, string> = {
  solid: "bg-solid text-on-solid hover:opacity-90",
  accent: "bg-accent text-on-accent hover:opacity-90",
  outline: "border border-line bg-surface text-ink hover:bg-hover hover:border-line-strong",
  ghost: "text-muted hover:bg-hover hover:text-ink",
  danger: "border border-line bg-surface text-danger hover:bg-danger-soft hover:border-danger",
};
const SIZES: Record<ButtonSize, string> = {
  sm: "h-7 px-2.5 text-xs gap-1.5",
  md: "h-8 px-3 text-sm gap-2",
  icon: "h-8 w-8 justify-center",
};

export function buttonClass(variant: ButtonVariant = "outline", size: ButtonSize = "md", className?: string): string {
  return cn(
    "inline-flex shrink-0 items-center justify-center rounded-md font-medium whitespace-nowrap select-none transition-colors",
    "disabled:pointer-events-none disabled:opacity-50 aria-disabled:pointer-events-none aria-disabled:opacity-50",
    "[&_svg]:size-4 [&_svg]:shrink-0",
    VARIANTS[variant],
    SIZES[size],
    className,
  );
}

interface Look {
  variant?: ButtonVariant;
  size?: ButtonSize;
}

export function Button({ variant, size, className, type = "button", ...rest }: ComponentProps<"button"> & Look) {
  return <button type={type} className={buttonClass(variant, size, className)} {...rest} />;
}

/** A link that looks like a button: for what has a URL. */
export function ButtonLink({ variant, size, className, children, ...rest }: ComponentProps<typeof Link> & Look) {
  return (
    <Link prefetch={false} className={buttonClass(variant, size, className)} {...rest}>
      {children}
      <LinkPending />
    </Link>
  );
}
