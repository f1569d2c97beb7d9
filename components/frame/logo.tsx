import Link from "next/link";
import { cn } from "../ui/cn.ts";

/** Two layers, and the way a packet takes between them. */
export function Logo({ wide }: { wide?: boolean }) {
  return (
    <Link href="/clouds" prefetch={false} title="All clouds" className="flex items-center gap-2.5 rounded-md">
      <svg viewBox="0 0 20 20" className="size-5 shrink-0" aria-hidden="true">
        <rect x="1" y="3" width="18" height="4" rx="1.5" fill="var(--ink)" />
        <rect x="1" y="13" width="18" height="4" rx="1.5" fill="var(--line-strong)" />
        <path d="M5 7v3.2h10V13" fill="none" stroke="var(--accent)" strokeWidth="2" />
      </svg>
      <span className={cn("text-base font-semibold tracking-tight", !wide && "max-wide:sr-only")}>Underlay</span>
    </Link>
  );
}
