"use client";
import Link from "next/link";
import { usePathname } from "next/navigation";
import { EMBEDDED_CLOUD } from "../../lib/client/live.ts";
import { cn } from "../ui/cn.ts";
import { LinkPending } from "../ui/link-pending.tsx";
import { Logo } from "./logo.tsx";
import { NAV } from "./nav.ts";
import { useIsAdmin } from "./session.tsx";

/** The left rail. Below 1200 px only the icons stay; names then come as titles and to assistive technology. */
export function Rail({ cloud }: { cloud: string }) {
  const path = usePathname();
  const admin = useIsAdmin();
  const groups = NAV.map((group) =>
    group.filter((entry) => (admin || !entry.forAdmins) && (cloud === EMBEDDED_CLOUD || !entry.embeddedOnly)),
  ).filter((group) => group.length > 0);
  const base = `/clouds/${encodeURIComponent(cloud)}`;
  return (
    <nav
      aria-label="Main"
      className="flex h-full flex-col gap-5 overflow-y-auto border-r border-line bg-surface px-2 pb-4 wide:px-3"
    >
      <div className="flex h-[52px] shrink-0 items-center px-1.5">
        <Logo />
      </div>
      {groups.map((group) => (
        <ul key={group[0]?.slug} className="flex flex-col gap-0.5">
          {group.map(({ slug, label, also, icon: Icon }) => {
            const href = `${base}/${slug}`;
            const current = [slug, also].some((one) => one !== undefined && `${path}/`.startsWith(`${base}/${one}/`));
            return (
              <li key={slug}>
                <Link
                  href={href}
                  aria-current={current ? "page" : undefined}
                  title={label}
                  // Every page is answered from memory: fetching eight of them ahead would only cost.
                  prefetch={false}
                  className={cn(
                    "flex h-8 items-center gap-2.5 rounded-md px-2.5 text-sm",
                    current ? "bg-hover font-medium text-ink" : "text-muted hover:bg-hover hover:text-ink",
                  )}
                >
                  <Icon aria-hidden className={cn("size-4 shrink-0", current && "text-accent")} />
                  <span className="max-wide:sr-only">{label}</span>
                  <LinkPending />
                </Link>
              </li>
            );
          })}
        </ul>
      ))}
    </nav>
  );
}
