"use client";
import { useQuery } from "@tanstack/react-query";
import { Search } from "lucide-react";
import { useRouter } from "next/navigation";
import { type KeyboardEvent, useDeferredValue, useEffect, useEffectEvent, useId, useState } from "react";
import type { CloudSummary, SearchHit } from "../../lib/api/http.ts";
import { pages } from "../../lib/api/pages.ts";
import { asFailure } from "../../lib/client/error.ts";
import { fetchJson } from "../../lib/client/fetch.ts";
import { keys, urls } from "../../lib/client/keys.ts";
import { logOut } from "../../lib/client/session.ts";
import { Badge } from "../ui/badge.tsx";
import { cn } from "../ui/cn.ts";
import { Dialog } from "../ui/dialog.tsx";
import { Kbd } from "../ui/kbd.tsx";
import { type Action, actionsFor, matching } from "./actions.ts";
import { useIsAdmin } from "./session.tsx";
import { onSummoned, summon } from "./summon.ts";
import { toggleTheme, useDark } from "./theme-toggle.tsx";

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

/** Ctrl-K / ⌘K: any object of the cloud by name, id prefix, MAC, address or device name; and what can be done. */
export function SearchPalette({ cloud }: { cloud: string }) {
  const [open, setOpen] = useState(false);
  useEffect(() => {
    const onKey = (event: globalThis.KeyboardEvent) => {
      if (event.key.toLowerCase() !== "k" || !(event.ctrlKey || event.metaKey)) return;
      event.preventDefault();
      setOpen((was) => !was);
    };
    window.addEventListener("keydown", onKey);
    const forget = onSummoned("palette", () => setOpen(true));
    return () => {
      window.removeEventListener("keydown", onKey);
      forget();
    };
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

/** A line of the list. */
type Row = { readonly kind: "hit"; readonly hit: SearchHit } | { readonly kind: "action"; readonly action: Action };

function Palette({ cloud, onDone }: { cloud: string; onDone: () => void }) {
  const router = useRouter();
  const list = useId();
  const [text, setText] = useState("");
  const [cursor, setCursor] = useState(0);
  const [refusal, setRefusal] = useState<string>();
  const [entered, setEntered] = useState(false);
  const q = useDeferredValue(text.trim());
  const hits = useQuery({
    queryKey: keys.search(cloud, q),
    queryFn: ({ signal }) => fetchJson<SearchHit[]>(urls.search(cloud, q), { signal }),
    enabled: q !== "",
    placeholderData: (previous) => previous,
  });
  const actions = useActions(cloud);
  const rows: Row[] = [
    ...(q === "" ? [] : (hits.data ?? []).map((hit): Row => ({ kind: "hit", hit }))),
    ...matching(actions, q).map((action): Row => ({ kind: "action", action })),
  ];
  const at = Math.min(cursor, rows.length - 1);
  const current = rows[at];
  const take = (row: Row) => {
    if (row.kind === "hit") {
      onDone();
      router.push(row.hit.href);
      return;
    }
    const { run } = row.action;
    if ("do" in run && run.do === "log-out") {
      // What was read under the session must not outlive it: the page is loaded anew.
      logOut().then(
        () => window.location.assign(pages.login()),
        (cause: unknown) => setRefusal(asFailure(cause).message),
      );
      return;
    }
    onDone();
    if ("go" in run) router.push(run.go);
    else if (run.do === "theme") toggleTheme();
    else summon("shortcuts");
  };
  /** Whether the rows are those of what is typed: Enter waits for them. */
  const settled = q === text.trim() && (q === "" || !(hits.isPending || hits.isPlaceholderData));
  const takeCurrent = useEffectEvent(() => {
    setEntered(false);
    if (current) take(current);
  });
  useEffect(() => {
    if (entered && settled) takeCurrent();
  }, [entered, settled]);
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === "ArrowDown") setCursor(Math.min(at + 1, rows.length - 1));
    else if (event.key === "ArrowUp") setCursor(Math.max(at - 1, 0));
    else if (event.key === "Enter") setEntered(true);
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
          aria-activedescendant={current ? `${list}-${at}` : undefined}
          aria-autocomplete="list"
          value={text}
          placeholder="Name, id, MAC, address, device, or an action"
          autoComplete="off"
          spellCheck={false}
          onChange={(event) => {
            setText(event.target.value);
            setCursor(0);
            setEntered(false);
          }}
          onKeyDown={onKeyDown}
          className="h-12 min-w-0 flex-1 bg-transparent text-base outline-none placeholder:text-faint"
        />
        <Kbd>Esc</Kbd>
      </div>
      <div id={list} role="listbox" aria-label="Results" className="min-h-0 overflow-y-auto p-1.5 empty:hidden">
        {rows.map((row, index) => (
          <div
            key={row.kind === "hit" ? `${row.hit.kind} ${row.hit.id}` : `action ${row.action.id}`}
            id={`${list}-${index}`}
            role="option"
            tabIndex={-1}
            aria-selected={index === at}
            ref={index === at ? (node) => node?.scrollIntoView({ block: "nearest" }) : undefined}
            onPointerMove={() => setCursor(index)}
            onClick={() => take(row)}
            onKeyDown={onKeyDown}
            className={cn("flex h-10 cursor-pointer items-center gap-3 rounded-md px-2.5", index === at && "bg-hover")}
          >
            {row.kind === "hit" ? <Hit {...row.hit} /> : <Deed {...row.action} />}
          </div>
        ))}
      </div>
      <p role="status" className="px-4 py-3 text-xs text-muted empty:hidden">
        {refusal ??
          (q === ""
            ? "Type a part of a name, an address, a MAC, a device such as tap…, or the start of an id."
            : hits.isError
              ? `The search failed: ${hits.error.message}`
              : rows.length === 0 && hits.isSuccess
                ? `Nothing in this cloud matches “${q}”.`
                : "")}
      </p>
    </>
  );
}

function useActions(cloud: string): Action[] {
  const admin = useIsAdmin();
  const dark = useDark() ?? false;
  const clouds = useQuery({
    queryKey: keys.clouds(),
    queryFn: () => fetchJson<CloudSummary[]>(urls.clouds()),
    enabled: admin,
  });
  return actionsFor({ cloud, admin, dark, clouds: admin ? (clouds.data ?? []) : [] });
}

function Hit({ label, detail, kind }: SearchHit) {
  return (
    <>
      <span className="truncate text-sm font-medium">{label}</span>
      <span className="min-w-0 flex-1 truncate font-mono text-xs text-muted">{detail}</span>
      <Badge>{KIND_NAMES[kind]}</Badge>
    </>
  );
}

function Deed({ label, keys: shortcut }: Action) {
  return (
    <>
      <span className="min-w-0 flex-1 truncate text-sm">{label}</span>
      {shortcut === undefined ? null : (
        <span aria-hidden className="flex gap-1">
          {shortcut.split(" ").map((key) => (
            <Kbd key={key}>{key}</Kbd>
          ))}
        </span>
      )}
    </>
  );
}
