"use client";
import { BookOpen, Check, ChevronsUpDown, CircleUserRound, Keyboard, LogOut } from "lucide-react";
import { useRouter } from "next/navigation";
import { useState } from "react";
import { pages } from "../../lib/api/pages.ts";
import { asFailure } from "../../lib/client/error.ts";
import { logOut, takeProject } from "../../lib/client/session.ts";
import { Button } from "../ui/button.tsx";
import { Menu, MenuItem, MenuLabel, MenuLine } from "../ui/menu.tsx";
import { useSession } from "./session.tsx";
import { summon } from "./summon.ts";

/** Project and user; the way into another project, and out. */
export function UserMenu() {
  const session = useSession();
  const router = useRouter();
  const [error, setError] = useState<string>();
  const role = session.admin ? "Administrator" : (session.roles.find((one) => one === "member") ?? session.roles[0]);
  // What was read under the old session must not outlive it: the page is loaded anew.
  const leaveTo = async (change: () => Promise<unknown>, href: string) => {
    try {
      await change();
      window.location.assign(href);
    } catch (cause) {
      setError(asFailure(cause).message);
    }
  };
  return (
    <>
      <Menu
        label="Project and user"
        align="end"
        inline
        trigger={
          <Button
            variant="ghost"
            className="-mr-2 min-w-0 gap-1.5 px-2"
            aria-label={`Project ${session.project?.name}, user ${session.user.name}`}
          >
            <CircleUserRound aria-hidden className="text-muted" />
            <span className="max-w-28 truncate text-ink max-lg:hidden">{session.project?.name}</span>
            <ChevronsUpDown aria-hidden className="text-faint max-lg:hidden" />
          </Button>
        }
      >
        <div className="px-2 pt-1.5 pb-2">
          <p className="max-w-64 truncate text-sm font-medium">{session.user.name}</p>
          <p className="text-xs text-muted first-letter:uppercase">
            {role} in {session.project?.name}
          </p>
        </div>
        <MenuLine />
        {session.projects.length > 1 ? (
          <>
            <MenuLabel>Project</MenuLabel>
            {session.projects.map((project) => (
              <MenuItem
                key={project.id}
                onSelect={() => {
                  if (project.id !== session.project?.id) void leaveTo(() => takeProject(project.id), "/");
                }}
              >
                <Check aria-hidden className={project.id === session.project?.id ? "text-accent!" : "invisible"} />
                <span className="max-w-64 truncate">{project.name}</span>
              </MenuItem>
            ))}
            <MenuLine />
          </>
        ) : null}
        <MenuItem onSelect={() => router.push("/docs")}>
          <BookOpen aria-hidden /> Handbook
        </MenuItem>
        <MenuItem onSelect={() => summon("shortcuts")}>
          <Keyboard aria-hidden /> Keyboard shortcuts
        </MenuItem>
        <MenuLine />
        <MenuItem onSelect={() => void leaveTo(logOut, pages.login())}>
          <LogOut aria-hidden /> Log out
        </MenuItem>
      </Menu>
      {error === undefined ? null : (
        <p
          role="alert"
          className="absolute top-14 right-4 z-50 rounded-md bg-danger-soft px-3 py-2 text-sm text-danger"
        >
          {error}
        </p>
      )}
    </>
  );
}
