"use client";
import { ChevronRight } from "lucide-react";
import Link from "next/link";
import { useId } from "react";
import type { CheckDifference } from "../../lib/api/http.ts";
import type { Repair } from "../../lib/api/operate.ts";
import { breakable } from "../hosts/panel/breakable.tsx";
import { Badge } from "../ui/badge.tsx";
import { cn } from "../ui/cn.ts";
import { deviceOf, KIND_TEXT, PART_WORDS } from "./places.ts";
import { RepairBox } from "./repair-box.tsx";

interface Props {
  cloud: string;
  host: string;
  difference: CheckDifference;
  open: boolean;
  /** Puts names where ids stand. */
  named: (text: string) => string;
  onOpen: (open: boolean) => void;
  onDone: (repair: Repair) => void;
}

/** One difference: what it is, where, how it is and how it should be; opened, what sets it right. */
export function DifferenceRow({ cloud, host, difference, open, named, onOpen, onDone }: Props) {
  const body = useId();
  const { kind, part, name, actual, desired, id, waitsFor } = difference;
  const text = KIND_TEXT[kind];
  const device = deviceOf(cloud, host, difference);
  return (
    <li className="border-t border-line">
      <div className="grid grid-cols-[auto_minmax(0,1fr)] gap-x-2 px-4 py-2.5 sm:grid-cols-[auto_5.5rem_minmax(0,1fr)_auto] sm:gap-x-3">
        <button
          type="button"
          aria-expanded={open}
          aria-controls={body}
          aria-label={`Repair of ${text.word} ${PART_WORDS[part] ?? part} ${name}`}
          onClick={() => onOpen(!open)}
          className="-m-1 grid size-7 place-items-center rounded-md text-muted hover:bg-hover hover:text-ink"
        >
          <ChevronRight aria-hidden className={cn("size-4 transition-transform", open && "rotate-90")} />
        </button>
        <span title={text.long} className="max-sm:hidden">
          <Badge tone={text.tone}>{text.word}</Badge>
        </span>
        <div className="min-w-0">
          <p className="text-sm leading-5">
            <span className="sm:hidden">
              <Badge tone={text.tone} className="mr-2">
                {text.word}
              </Badge>
            </span>
            <span className="text-muted">{PART_WORDS[part] ?? part}</span>{" "}
            <span className="font-mono text-xs [overflow-wrap:anywhere]">{breakable(named(name))}</span>
          </p>
          <Values
            actual={actual === undefined ? undefined : named(actual)}
            desired={desired === undefined ? undefined : named(desired)}
          />
          {waitsFor ? (
            <p className="text-xs leading-5 text-warn">waits for the {waitsFor.join(" and the ")} to run</p>
          ) : null}
        </div>
        <div className="min-w-0 text-right text-xs leading-5 max-sm:col-start-2 max-sm:text-left">
          {device ? (
            <Link href={device.href} className="font-mono text-accent [overflow-wrap:anywhere] hover:underline">
              {device.label}
            </Link>
          ) : null}
        </div>
      </div>
      <div id={body} hidden={!open} className="px-4 pb-3.5 sm:pl-14">
        {open ? <RepairBox cloud={cloud} host={host} id={id} onDone={onDone} /> : null}
      </div>
    </li>
  );
}

function Values({ actual, desired }: { actual: string | undefined; desired: string | undefined }) {
  const both = actual !== undefined && desired !== undefined;
  const rows = [
    { label: "is", value: both ? beside(actual, desired) : actual },
    { label: "should be", value: both ? beside(desired, actual) : desired },
  ].filter((one) => one.value !== undefined && one.value !== "");
  if (rows.length === 0) return null;
  return (
    <dl
      className="grid grid-cols-[4.25rem_minmax(0,1fr)] gap-x-2 pt-0.5 text-xs leading-5"
      title={both ? `is ${actual}\nshould be ${desired}` : undefined}
    >
      {rows.map(({ label, value }) => (
        <div key={label} className="contents">
          <dt className="text-muted">{label}</dt>
          <dd className="font-mono [overflow-wrap:anywhere]">{breakable(value ?? "")}</dd>
        </div>
      ))}
    </dl>
  );
}

/** What one has and the other has not; `…` for what both have. Two of a word are not one. */
function beside(text: string, other: string): string {
  const left = Map.groupBy(words(other), (word) => word);
  const shown: string[] = [];
  for (const word of words(text)) {
    const same = left.get(word)?.pop();
    if (same === undefined) shown.push(word);
    else if (shown.at(-1) !== "…") shown.push("…");
  }
  const said = shown.join(" ");
  return said === "…" || said === "" ? "without what is beside" : said;
}

/** `tag=<vlan of vxlan10>` is one. */
function words(text: string): string[] {
  return text.match(/(?:<[^>]*>|[^\s<])+/g) ?? [];
}
