/** What was typed into a form when the session ended: the tab keeps it over the log-in. */
import type { Values } from "./form.ts";

const KEY = "underlay:draft";
const OVER = "underlay:session-over";

/** Said before the page is left for the log-in. */
export function sayOver(): void {
  window.dispatchEvent(new Event(OVER));
}

/** @returns how to stop */
export function onOver(run: () => void): () => void {
  window.addEventListener(OVER, run);
  return () => window.removeEventListener(OVER, run);
}

/** @param form which one, and whose */
export function keepDraft(form: string, values: Values): void {
  try {
    sessionStorage.setItem(KEY, JSON.stringify({ form, values }));
  } catch {
    // A browser that keeps nothing: it is typed again.
  }
}

export function draftOf(form: string): Values | undefined {
  try {
    const kept = JSON.parse(sessionStorage.getItem(KEY) ?? "null") as { form: string; values: Values } | null;
    return kept?.form === form ? kept.values : undefined;
  } catch {
    return undefined;
  }
}

/** Once a form has been opened, it is its own or of no use. */
export function forgetDraft(): void {
  try {
    sessionStorage.removeItem(KEY);
  } catch {
    // There is none.
  }
}
