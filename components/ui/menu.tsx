"use client";
import { DropdownMenu as Radix } from "radix-ui";
import { type ComponentProps, Fragment, type ReactNode } from "react";
import { cn } from "./cn.ts";

export function Menu(props: {
  trigger: ReactNode;
  children: ReactNode;
  align?: "start" | "end";
  label: string;
  /** Stays in the landmark of its trigger: for a menu that holds more than items. */
  inline?: boolean;
}) {
  const Place = props.inline ? Fragment : Radix.Portal;
  return (
    <Radix.Root modal={false}>
      <Radix.Trigger asChild>{props.trigger}</Radix.Trigger>
      <Place>
        <Radix.Content
          align={props.align ?? "start"}
          sideOffset={6}
          aria-label={props.label}
          className="z-50 min-w-52 rounded-lg border border-line bg-raised p-1 shadow-float"
        >
          {props.children}
        </Radix.Content>
      </Place>
    </Radix.Root>
  );
}

export function MenuItem({ className, ...rest }: ComponentProps<typeof Radix.Item>) {
  return (
    <Radix.Item
      className={cn(
        "flex min-h-8 items-center gap-2 rounded-md px-2 text-sm outline-none select-none data-highlighted:bg-hover [&_svg]:size-4 [&_svg]:text-muted",
        className,
      )}
      {...rest}
    />
  );
}

/** Names the items that follow. */
export function MenuLabel({ children }: { children: ReactNode }) {
  return <Radix.Label className="px-2 pt-1 pb-0.5 text-xs text-muted">{children}</Radix.Label>;
}

export function MenuLine() {
  return <Radix.Separator className="my-1 h-px bg-line" />;
}
