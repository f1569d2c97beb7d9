"use client";
import { X } from "lucide-react";
import { Dialog as Radix } from "radix-ui";
import type { ReactNode } from "react";
import { Button } from "./button.tsx";
import { cn } from "./cn.ts";
import { returnFocus } from "./return-focus.ts";

export const DialogTrigger = Radix.Trigger;
export const DialogClose = Radix.Close;

export function Dialog(props: {
  open?: boolean;
  onOpenChange?: (open: boolean) => void;
  title: string;
  description?: string;
  /** The title is read out but not shown: for a palette. */
  bare?: boolean;
  trigger?: ReactNode;
  children: ReactNode;
  className?: string;
}) {
  return (
    <Radix.Root open={props.open} onOpenChange={props.onOpenChange}>
      {props.trigger}
      <Radix.Portal>
        <Radix.Overlay className="fixed inset-0 z-40 bg-[rgb(10_12_16/0.45)]" />
        <Radix.Content
          onCloseAutoFocus={returnFocus}
          className={cn(
            "fixed top-[12vh] left-1/2 z-50 flex max-h-[76vh] w-[min(560px,calc(100vw-32px))] -translate-x-1/2 flex-col rounded-xl border border-line bg-raised shadow-float focus:outline-none",
            !props.bare && "p-5",
            props.className,
          )}
          {...(props.description ? {} : { "aria-describedby": undefined })}
        >
          <div className={props.bare ? "sr-only" : "flex items-start justify-between gap-4 pb-3"}>
            <div className="min-w-0">
              <Radix.Title className="text-base font-semibold break-words">{props.title}</Radix.Title>
              {props.description ? (
                <Radix.Description className="pt-1 text-sm text-muted">{props.description}</Radix.Description>
              ) : null}
            </div>
            {props.bare ? null : (
              <Radix.Close asChild>
                <Button variant="ghost" size="icon" aria-label="Close" className="-mt-1 -mr-2">
                  <X />
                </Button>
              </Radix.Close>
            )}
          </div>
          {props.children}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}
