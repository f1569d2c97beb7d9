"use client";
import { useQuery } from "@tanstack/react-query";
import { Search } from "lucide-react";
import { useRouter } from "next/navigation";
import { type KeyboardEvent, useDeferredValue, useEffect, useId, useState } from "react";
import type { SearchHit } from "../../lib/api/http.ts";
import { fetchJson } from "../../lib/client/fetch.ts";
import { keys, urls } from "../../lib/client/keys.ts";
import { Badge } from "../ui/badge.tsx";
import { cn } from "../ui/cn.ts";
import { Dialog } from "../ui/dialog.tsx";
import { Kbd } from "../ui/kbd.tsx";

const KIND_NAMES: Record<SearchHit["kind"], string> = {
  instance: "instance",
  network: "network",
  subnet: "subnet",
  router: "router",
  port: "port",
  floatingip: "floating IP",
  security_group: "security group",
  host: "host",
  device: "device",
};

/** Ctrl-K / ⌘K: any object of the cloud by name, id prefix, MAC, address or device name. */
export function SearchPalette({ cloud }: { cloud: string }) {
  const [open, setOpen] = useState(false);
  useEffect(() => {
    const onKey = (event: globalThis.KeyboardEvent) => {
      if (event.key.toLowerCase() !== "k" || !(event.ctrlKey || event.metaKey)) return;
      event.preventDefault();
      setOpen((was) => !was);
    };
    window.addEventListener("keydown", onKey);
    return () => window.removeEventListener("keydown", onKey);
  }, []);
  return (
    <>
      <button
        type="button"
        onClick={() => setOpen(true)}
        aria-keyshortcuts="Control+K Meta+K"
        className="flex h-8 w-full items-center gap-2 rounded-md border border-line bg-bg px-2.5 text-left text-sm text-faint hover:border-line-strong"
      >
        <Search aria-hidden className="size-3.5 shrink-0" />
        <span className="min-w-0 flex-1 truncate max-sm:sr-only">Find a name, id, MAC, address or device</span>
        <span className="max-sm:hidden">
          <Kbd>Ctrl K</Kbd>
        </span>
      </button>
      <Dialog open={open} onOpenChange={setOpen} title="Find" bare>
        {open ? <Palette cloud={cloud} onDone={() => setOpen(false)} /> : null}
      </Dialog>
    </>
  );
}

function Palette({ cloud, onDone }: { cloud: string; onDone: () => void }) {
  const router = useRouter();
  const list = useId();
  const [text, setText] = useState("");
  const [cursor, setCursor] = useState(0);
  const q = useDeferredValue(text.trim());
  const hits = useQuery({
    queryKey: keys.search(cloud, q),
    queryFn: ({ signal }) => fetchJson<SearchHit[]>(urls.search(cloud, q), { signal }),
    enabled: q !== "",
    placeholderData: (previous) => previous,
  });
  const rows = q === "" ? [] : (hits.data ?? []);
  const current = rows[Math.min(cursor, rows.length - 1)];
  const go = (hit: SearchHit) => {
    onDone();
    router.push(hit.href);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === "ArrowDown") setCursor((at) => Math.min(at + 1, rows.length - 1));
    else if (event.key === "ArrowUp") setCursor((at) => Math.max(at - 1, 0));
    else if (event.key === "Enter" && current) go(current);
    else return;
    event.preventDefault();
  };
  return (
    <>
      <div className="flex items-center gap-3 border-b border-line px-4">
        <Search aria-hidden className="size-4 shrink-0 text-faint" />
        <input
          // biome-ignore lint/a11y/noAutofocus: the palette was opened to type in it
          autoFocus
          role="combobox"
          aria-label="Find"
          aria-expanded={rows.length > 0}
          aria-controls={list}
          aria-activedescendant={current ? `${list}-${rows.indexOf(current)}` : undefined}
          aria-autocomplete="list"
          value={text}
          placeholder="Name, id, MAC, address or device"
          autoComplete="off"
          spellCheck={false}
          onChange={(event) => {
            setText(event.target.value);
            setCursor(0);
          }}
          onKeyDown={onKeyDown}
          className="h-12 min-w-0 flex-1 bg-transparent text-base outline-none placeholder:text-faint"
        />
        <Kbd>Esc</Kbd>
      </div>
      <div id={list} role="listbox" aria-label="Results" className="min-h-0 overflow-y-auto p-1.5 empty:hidden">
        {rows.map((hit, index) => (
          <div
            key={`${hit.kind} ${hit.id}`}
            id={`${list}-${index}`}
            role="option"
            tabIndex={-1}
            aria-selected={hit === current}
            ref={hit === current ? (node) => node?.scrollIntoView({ block: "nearest" }) : undefined}
            onPointerMove={() => setCursor(index)}
            onClick={() => go(hit)}
            onKeyDown={onKeyDown}
            className={cn(
              "flex h-10 cursor-pointer items-center gap-3 rounded-md px-2.5",
              hit === current && "bg-hover",
            )}
          >
            <span className="truncate text-sm font-medium">{hit.label}</span>
            <span className="min-w-0 flex-1 truncate font-mono text-xs text-muted">{hit.detail}</span>
            <Badge>{KIND_NAMES[hit.kind]}</Badge>
          </div>
        ))}
      </div>
      <p role="status" className="px-4 py-3 text-xs text-muted empty:hidden">
        {q === ""
          ? "Type a part of a name, an address, a MAC, a device such as tap…, or the start of an id."
          : hits.isError
            ? `The search failed: ${hits.error.message}`
            : rows.length === 0 && hits.isSuccess
              ? `Nothing in this cloud matches “${q}”.`
              : ""}
      </p>
    </>
  );
}
