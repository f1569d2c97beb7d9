"use client";
import "@xterm/xterm/css/xterm.css";
import { FitAddon } from "@xterm/addon-fit";
import { type ITheme, Terminal } from "@xterm/xterm";
import { useEffect, useRef } from "react";
import type { ConsoleInfo, ConsoleQuestion, ConsoleReply, ConsoleSession } from "../../lib/api/console.ts";
import { useDark } from "../frame/theme-toggle.tsx";
import { Shell } from "./console-shell.ts";

interface Props {
  host: string;
  session: ConsoleSession;
  info: ConsoleInfo | undefined;
  send: (question: ConsoleQuestion, signal: AbortSignal) => Promise<ConsoleReply>;
  onChanged: () => void;
  onBusy: (busy: boolean) => void;
  /** Escape: the keyboard goes elsewhere, since Tab completes. */
  onLeave: () => void;
}

/** Where xterm draws. Its keys and lines are Shell's. */
export function ConsoleTerminal(props: Props) {
  const place = useRef<HTMLDivElement>(null);
  const latest = useRef(props);
  latest.current = props;
  const opened = useRef<Terminal>(null);
  const dark = useDark();

  useEffect(() => {
    if (!place.current) return;
    const node = place.current;
    const terminal = new Terminal({
      fontFamily: getComputedStyle(node).fontFamily,
      fontSize: 12.5,
      lineHeight: 1.25,
      cursorBlink: !matchMedia("(prefers-reduced-motion: reduce)").matches,
      screenReaderMode: true,
      scrollback: 10_000,
      theme: themeOf(node),
      minimumContrastRatio: 4.5,
    });
    const fit = new FitAddon();
    terminal.loadAddon(fit);
    terminal.open(node);
    fit.fit();
    terminal.textarea?.setAttribute("aria-label", `Console of ${latest.current.host}; Escape leaves it`);
    terminal.attachCustomKeyEventHandler((event) => ownKey(event, terminal, () => latest.current.onLeave()));
    const shell = new Shell(terminal, {
      host: latest.current.host,
      session: latest.current.session,
      info: () => latest.current.info,
      send: (question, signal) => latest.current.send(question, signal),
      changed: () => latest.current.onChanged(),
      busy: (busy) => latest.current.onBusy(busy),
    });
    shell.greet(latest.current.info?.readOnly);
    terminal.focus();
    opened.current = terminal;
    const observer = new ResizeObserver(() => {
      if (node.clientHeight > 0) fit.fit();
    });
    observer.observe(node);
    return () => {
      observer.disconnect();
      shell.stop();
      terminal.dispose();
      opened.current = null;
    };
  }, []);

  // biome-ignore lint/correctness/useExhaustiveDependencies: colours are read anew when the theme has changed
  useEffect(() => {
    if (opened.current && place.current) opened.current.options.theme = themeOf(place.current);
  }, [dark]);

  return <div ref={place} className="h-full w-full overflow-hidden pl-3 font-mono" />;
}

/** The browser's own keys stay the browser's: copying what is selected, pasting. */
function ownKey(event: KeyboardEvent, terminal: Terminal, leave: () => void): boolean {
  if (event.type !== "keydown") return true;
  if (event.key === "Escape") {
    leave();
    return false;
  }
  const command = event.ctrlKey || event.metaKey;
  if (command && event.key.toLowerCase() === "c" && (terminal.hasSelection() || event.shiftKey)) return false;
  if (command && event.key.toLowerCase() === "v") return false;
  // Shift-Tab goes back, as everywhere.
  return !(event.key === "Tab" && event.shiftKey);
}

const COLOURS = {
  background: "--surface",
  foreground: "--ink",
  cursor: "--accent",
  cursorAccent: "--surface",
  selectionBackground: "--accent-soft",
} as const satisfies Partial<Record<keyof ITheme, string>>;

/** The page's colours, as the browser works them out: xterm takes no CSS variables. */
function themeOf(node: HTMLElement): ITheme {
  const probe = document.createElement("span");
  node.append(probe);
  const theme: ITheme = {};
  for (const [name, variable] of Object.entries(COLOURS)) {
    probe.style.color = `var(${variable})`;
    theme[name as keyof typeof COLOURS] = getComputedStyle(probe).color;
  }
  probe.remove();
  return theme;
}
