import type { ComponentProps, ReactNode } from "react";
import { cn } from "./cn.ts";

/** A bordered surface. */
export function Panel({ className, ...rest }: ComponentProps<"section">) {
  return <section className={cn("rounded-lg border border-line bg-surface", className)} {...rest} />;
}

/** A titled block inside a details panel. */
export function PanelSection(props: { title: ReactNode; aside?: ReactNode; children: ReactNode; className?: string }) {
  return (
    <section className={cn("pt-5", props.className)}>
      <header className="flex items-baseline justify-between gap-3 pb-1.5">
        <h3 className="text-sm font-semibold">{props.title}</h3>
        {props.aside !== undefined ? <span className="text-xs text-muted">{props.aside}</span> : null}
      </header>
      {props.children}
    </section>
  );
}

/** Label and value rows with hairlines between. */
export function Facts({ children, className }: { children: ReactNode; className?: string }) {
  return <dl className={cn("border-t border-line", className)}>{children}</dl>;
}

export function Fact(props: { label: ReactNode; children: ReactNode; mono?: boolean; labelMono?: boolean }) {
  return (
    <div className="flex min-h-8 items-baseline justify-between gap-4 border-b border-line py-1.5 text-sm">
      <dt className={cn("shrink-0 text-muted", props.labelMono && "font-mono text-xs")}>{props.label}</dt>
      <dd className={cn("min-w-0 text-right break-words", props.mono && "font-mono text-xs leading-5")}>
        {props.children}
      </dd>
    </div>
  );
}
