"use client";
import { CircleHelp } from "lucide-react";
import type { ConsoleInfo } from "../../lib/api/console.ts";
import { Button } from "../ui/button.tsx";
import { Dialog, DialogTrigger } from "../ui/dialog.tsx";
import { Kbd } from "../ui/kbd.tsx";

const KEYS = [
  ["Tab", "completes programs, devices, namespaces"],
  ["↑ ↓", "earlier lines"],
  ["Ctrl C", "drops the line, or stops waiting; copies what is selected"],
  ["Ctrl L", "empties the screen"],
  ["Esc", "leaves the console for the page"],
] as const;

/** What can be typed. */
export function ConsoleHelp({ help }: { help: ConsoleInfo["help"] }) {
  return (
    <Dialog
      title="What can I type?"
      description="A simulated host: nothing that is typed runs on a real machine. Its tools speak as the real ones do."
      className="w-[min(760px,calc(100vw-32px))]"
      trigger={
        <DialogTrigger asChild>
          <Button variant="ghost" size="sm">
            <CircleHelp aria-hidden /> What can I type?
          </Button>
        </DialogTrigger>
      }
    >
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
      <section aria-label="Programs and keys" tabIndex={0} className="flex min-h-0 flex-col gap-4 overflow-y-auto pr-1">
        <dl className="flex flex-col gap-3">
          {help.map(({ names, shows, changes }) => (
            <div key={names[0]} className="grid grid-cols-[150px_1fr] gap-x-4 gap-y-0.5 max-sm:grid-cols-1">
              <dt className="font-mono text-xs font-medium break-words text-ink">{names.join(", ")}</dt>
              <dd className="text-xs text-muted">
                {shows}
                {changes === undefined ? null : (
                  <span className="block pt-0.5">
                    <span className="text-ink">Changes:</span> {changes}
                  </span>
                )}
              </dd>
            </div>
          ))}
        </dl>
        <ul className="flex flex-wrap gap-x-5 gap-y-2 border-t border-line pt-3">
          {KEYS.map(([key, what]) => (
            <li key={key} className="flex items-center gap-2 text-xs text-muted">
              <Kbd>{key}</Kbd> {what}
            </li>
          ))}
        </ul>
      </section>
    </Dialog>
  );
}
