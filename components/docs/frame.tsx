import Link from "next/link";
import type { ReactNode } from "react";
import { Logo } from "../frame/logo.tsx";
import { ThemeToggle } from "../frame/theme-toggle.tsx";
import { cn } from "../ui/cn.ts";

export interface Chapter {
  href: string;
  title: string;
}

/** The handbook's own frame: it is open to everybody, logged in or not. */
export function DocsFrame(props: {
  chapters: readonly Chapter[];
  current: string;
  title: string;
  children: ReactNode;
}) {
  return (
    <div className="min-h-dvh">
      <header className="flex h-[52px] items-center justify-between gap-4 border-b border-line bg-surface px-4">
        <Logo />
        <ThemeToggle />
      </header>
      <div className="mx-auto grid max-w-[60rem] gap-x-12 gap-y-6 px-5 py-8 md:grid-cols-[13rem_minmax(0,1fr)]">
        <nav aria-label="Handbook">
          <ul className="flex flex-col gap-0.5 md:sticky md:top-8">
            {props.chapters.map(({ href, title }) => (
              <li key={href}>
                <Link
                  href={href}
                  prefetch={false}
                  aria-current={href === props.current ? "page" : undefined}
                  className={cn(
                    "block rounded-md px-2.5 py-1.5 text-sm",
                    href === props.current
                      ? "bg-hover font-medium text-ink"
                      : "text-muted hover:bg-hover hover:text-ink",
                  )}
                >
                  {title}
                </Link>
              </li>
            ))}
          </ul>
        </nav>
        <main id="main" className="min-w-0 pb-16">
          <h1 className="pb-4 text-2xl font-semibold wrap-anywhere">{props.title}</h1>
          {props.children}
        </main>
      </div>
    </div>
  );
}
