"use client";
import { useQueryClient } from "@tanstack/react-query";
import { createContext, type ReactNode, useContext, useEffect, useState } from "react";
import { followEvents, refresher } from "../../lib/client/live.ts";
import { cn } from "../ui/cn.ts";

/** null: what is shown is as it is now; a date: as it was then. */
const Age = createContext<Date | null | undefined>(undefined);

/** How many times news have come; nothing where the cloud is a recording. */
const Changes = createContext<number | undefined>(undefined);

/** Another number once the cloud has changed. */
export function useChanges(): number | undefined {
  return useContext(Changes);
}

/** A blink of the connection is nothing that anybody must know of. */
const NOTICE_MS = 800;

/** Keeps what the page shows of a cloud that changes as it is now. @param since the place in its log at which the page was made */
export function LiveProvider(props: { cloud: string; since: number; children: ReactNode }) {
  const { cloud, since } = props;
  const client = useQueryClient();
  const [age, setAge] = useState<Date | null>(null);
  const [changes, setChanges] = useState(0);
  useEffect(() => {
    let notice: ReturnType<typeof setTimeout> | undefined;
    const reading = refresher(client, cloud);
    const stop = followEvents(since, {
      onChange: () => {
        reading.soon();
        setChanges((now) => now + 1);
      },
      onState: (connected) => {
        if (connected) {
          clearTimeout(notice);
          notice = undefined;
          setAge(null);
        } else if (notice === undefined) {
          const then = new Date();
          notice = setTimeout(() => setAge(then), NOTICE_MS);
        }
      },
    });
    return () => {
      clearTimeout(notice);
      reading.stop();
      stop();
    };
  }, [client, cloud, since]);
  return (
    <Age value={age}>
      <Changes value={changes}>{props.children}</Changes>
    </Age>
  );
}

/** Whether the page follows its cloud; nothing where the cloud is a recording. */
export function LiveBadge() {
  const age = useContext(Age);
  if (age === undefined) return null;
  const time = age?.toLocaleTimeString(undefined, { hour: "2-digit", minute: "2-digit" });
  return (
    <span
      role="status"
      className={cn("inline-flex items-center gap-1.5 text-xs whitespace-nowrap", age ? "text-warn" : "text-muted")}
    >
      <span aria-hidden className={cn("size-2 shrink-0 rounded-full", age ? "bg-warn" : "bg-ok")} />
      {age ? (
        <>
          <span className="max-sm:sr-only">Reconnecting…</span>
          <span className="max-wide:sr-only">data from {time}</span>
        </>
      ) : (
        <span className="max-sm:sr-only">Live</span>
      )}
    </span>
  );
}
