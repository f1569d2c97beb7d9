"use client";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { X } from "lucide-react";
import dynamic from "next/dynamic";
import { useCallback, useRef, useState } from "react";
import { consoleInfo, sendLine } from "../../lib/client/console.ts";
import { keys } from "../../lib/client/keys.ts";
import { Badge } from "../ui/badge.tsx";
import { Button } from "../ui/button.tsx";
import { Skeleton } from "../ui/skeleton.tsx";
import { ErrorState } from "../ui/state.tsx";
import { ConsoleHelp } from "./console-help.tsx";
import { CONSOLE_HEIGHT, Splitter, useEdge } from "./splitter.tsx";

/** Only those who open a console load xterm. */
const ConsoleTerminal = dynamic(() => import("./console-terminal.tsx").then((module) => module.ConsoleTerminal), {
  ssr: false,
  loading: () => <Skeleton className="m-3 h-4 w-64" />,
});

interface Props {
  cloud: string;
  host: string;
  /** Of the URL: a namespace to begin in; anything else begins on the host. */
  place: string;
  onClose: () => void;
}

/** A console under a host's picture. What it changes shows in the picture at once. */
export function HostConsole({ cloud, host, place, onClose }: Props) {
  const client = useQueryClient();
  const [height, setHeight] = useEdge(CONSOLE_HEIGHT);
  const [busy, setBusy] = useState(false);
  const close = useRef<HTMLButtonElement>(null);
  const key = [...keys.host(cloud, host), "console"];
  const info = useQuery({
    queryKey: key,
    queryFn: ({ signal }) => consoleInfo(cloud, host, signal),
    staleTime: 60_000,
  });
  const onChanged = useCallback(() => void client.invalidateQueries({ queryKey: keys.cloud(cloud) }), [client, cloud]);
  return (
    <section
      aria-label={`Console of ${host}`}
      style={{ height }}
      className="relative flex max-h-[75%] min-h-40 shrink-0 flex-col border-t border-line bg-surface"
    >
      <Splitter edge={CONSOLE_HEIGHT} size={height} onSize={setHeight} />
      <header className="flex items-center gap-2 py-1.5 pr-2 pl-4">
        <h2 className="text-sm font-medium">Console</h2>
        {info.data?.readOnly === undefined ? null : <Badge>read only</Badge>}
        <span role="status" className="min-w-0 flex-1 truncate text-xs text-muted">
          {busy ? "Running…" : ""}
        </span>
        {info.data ? <ConsoleHelp help={info.data.help} /> : null}
        <Button
          ref={close}
          variant="ghost"
          size="icon"
          aria-label="Close the console"
          title="Close the console"
          onClick={onClose}
        >
          <X aria-hidden />
        </Button>
      </header>
      <div className="min-h-0 flex-1 pb-2">
        {info.isPending ? (
          <Skeleton className="m-3 h-4 w-64" />
        ) : info.isError ? (
          <ErrorState title="The console did not open" error={info.error} onRetry={() => void info.refetch()} />
        ) : (
          <ConsoleTerminal
            host={host}
            session={info.data.namespaces.includes(place) ? { netns: place } : {}}
            info={info.data}
            send={(question, signal) => sendLine(cloud, host, question, signal)}
            onChanged={onChanged}
            onBusy={setBusy}
            onLeave={() => close.current?.focus()}
          />
        )}
      </div>
    </section>
  );
}
