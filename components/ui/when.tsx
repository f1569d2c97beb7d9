"use client";
import { useSyncExternalStore } from "react";

const never = () => () => {};

/** A date by the reader's locale and time zone; in UTC until the browser has taken over, so that server and client agree. */
export function When({ iso }: { iso: string }) {
  const inBrowser = useSyncExternalStore(
    never,
    () => true,
    () => false,
  );
  const date = new Date(iso);
  if (Number.isNaN(date.getTime())) return <span>{iso}</span>;
  const text = inBrowser
    ? date.toLocaleString(undefined, { dateStyle: "medium", timeStyle: "short" })
    : `${date.toISOString().slice(0, 16).replace("T", " ")} UTC`;
  return (
    <time dateTime={iso} title={date.toISOString()} className="whitespace-nowrap">
      {text}
    </time>
  );
}
