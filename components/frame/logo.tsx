"use client";
import Link from "next/link";
import { cn } from "../ui/cn.ts";
import { useIsAdmin } from "./session.tsx";

export function Logo({ wide }: { wide?: boolean }) {
  const admin = useIsAdmin();
  return (
    <Link
      href={admin ? "/clouds" : "/"}
      prefetch={false}
      title={admin ? "All clouds" : "Topology"}
      className="flex items-center gap-2.5 rounded-md"
    >
      <LogoMark className="size-5" />
      <span className={cn("text-base font-semibold tracking-tight", !wide && "max-wide:sr-only")}>Underlay</span>
    </Link>
  );
}

/** Two layers, and the way a packet takes between them. */
export function LogoMark({ className }: { className?: string }) {
  return (
    <svg viewBox="0 0 20 20" className={cn("shrink-0", className)} aria-hidden="true">
      <rect x="1" y="3" width="18" height="4" rx="1.5" fill="var(--ink)" />
      <rect x="1" y="13" width="18" height="4" rx="1.5" fill="var(--line-strong)" />
      <path d="M5 7v3.2h10V13" fill="none" stroke="var(--accent)" strokeWidth="2" />
    </svg>
  );
}
