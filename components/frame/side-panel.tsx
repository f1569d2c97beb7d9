"use client";
import { X } from "lucide-react";
import type { ReactNode } from "react";
import { Button } from "../ui/button.tsx";
import { cn } from "../ui/cn.ts";

/**
 * The details panel at the right edge. Beside the content from 1200 px on; below that it lies over the content, and
 * only while something is selected (`onClose` given).
 */
export function SidePanel(props: { label: string; onClose?: () => void; children: ReactNode }) {
  return (
    <aside
      aria-label={props.label}
      className={cn(
        "h-full w-[312px] shrink-0 overflow-y-auto border-l border-line bg-surface px-6 pt-5 pb-8",
        "max-wide:absolute max-wide:top-16 max-wide:right-0 max-wide:bottom-0 max-wide:h-auto max-wide:rounded-tl-lg max-wide:border-t max-wide:z-20 max-wide:shadow-float",
        !props.onClose && "max-wide:hidden",
      )}
    >
      {props.onClose ? (
        <Button
          variant="ghost"
          size="icon"
          aria-label="Close the details"
          title="Close (Esc)"
          onClick={props.onClose}
          className="float-right -mt-1 -mr-2"
        >
          <X aria-hidden />
        </Button>
      ) : null}
      {props.children}
    </aside>
  );
}
