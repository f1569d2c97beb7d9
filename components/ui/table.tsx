import type { ComponentProps, ReactNode } from "react";
import { cn } from "./cn.ts";

/** A scrolling table with a sticky head. `label` names it for assistive technology. */
export function Table(props: { label: string; children: ReactNode; className?: string; wrapClassName?: string }) {
  return (
    <section
      className={cn("overflow-auto rounded-lg border border-line bg-surface", props.wrapClassName)}
      // A region that scrolls must be reachable with the keyboard.
      // biome-ignore lint/a11y/noNoninteractiveTabindex: see above
      tabIndex={0}
      aria-label={props.label}
    >
      <table
        aria-label={props.label}
        className={cn("w-full border-separate border-spacing-0 text-sm", props.className)}
      >
        {props.children}
      </table>
    </section>
  );
}

export function Th({ className, ...rest }: ComponentProps<"th">) {
  return (
    <th
      scope="col"
      className={cn(
        "sticky top-0 z-10 h-9 border-b border-line bg-surface px-3 text-left max-sm:px-2 text-xs font-medium whitespace-nowrap text-muted",
        className,
      )}
      {...rest}
    />
  );
}

export function Td({ className, ...rest }: ComponentProps<"td">) {
  return (
    <td
      className={cn("h-9 border-b border-line px-3 align-middle max-sm:px-2 group-last:border-b-0", className)}
      {...rest}
    />
  );
}

export function Tr({ className, selected, ...rest }: ComponentProps<"tr"> & { selected?: boolean }) {
  return (
    <tr
      data-selected={selected || undefined}
      className={cn("group hover:bg-hover data-selected:bg-accent-soft", className)}
      {...rest}
    />
  );
}
