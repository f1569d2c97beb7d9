import type { ApiError, ImportEvent } from "../api/http.ts";
import { urls } from "./keys.ts";

/** What the server takes: see UNPACK_LIMITS in lib/collect/archive.ts, which has the last word. */
export const MOST_BYTES = 500 * 2 ** 20;

/**
 * Sends a bundle and reports what the server does with it. XMLHttpRequest, since fetch tells nothing while it sends.
 * Rejects never: a failure is a `failed` event, and the last one. Aborting `signal` ends it without an event.
 */
export function openBundle(file: File, report: (event: ImportEvent) => void, signal: AbortSignal): Promise<void> {
  const failed = (error: ApiError["error"]) => report({ kind: "failed", error });
  if (file.size > MOST_BYTES) {
    failed({
      code: "too_large",
      message: `${file.name} has ${megabytes(file.size)}; at most ${megabytes(MOST_BYTES)} can be opened.`,
      hint: "Leave out what Underlay does not read, such as logs and packet captures.",
    });
    return Promise.resolve();
  }
  return new Promise((resolve) => {
    const request = new XMLHttpRequest();
    let read = 0;
    let ended = false;
    /** Reports the lines that have come in whole since the last call. */
    const take = () => {
      if (request.status >= 400) return;
      const end = request.responseText.lastIndexOf("\n") + 1;
      for (const line of request.responseText.slice(read, end).split("\n")) {
        if (line === "") continue;
        const event = JSON.parse(line) as ImportEvent; // Our own server's lines.
        ended ||= event.kind !== "progress";
        report(event);
      }
      read = Math.max(read, end);
    };
    request.open("POST", `${urls.clouds()}?name=${encodeURIComponent(cloudName(file.name))}`);
    request.setRequestHeader("content-type", "application/gzip");
    request.upload.onprogress = ({ loaded, total }) =>
      report({ kind: "progress", phase: "receive", done: loaded, total });
    request.onprogress = take;
    request.onload = () => {
      take();
      if (request.status >= 400) failed(errorOf(request.responseText, request.status));
      else if (!ended)
        failed({ code: "cut", message: "The server stopped before it was done.", hint: "Open the bundle again." });
      resolve();
    };
    request.onerror = () => {
      failed({
        code: "unreachable",
        message: "The connection to the Underlay server was lost.",
        hint: "Check that it is still running, then try again.",
      });
      resolve();
    };
    request.onabort = () => resolve();
    signal.addEventListener("abort", () => request.abort(), { once: true });
    request.send(file);
  });
}

/** `prod-2026-11.tar.gz` → `prod-2026-11`. */
export function cloudName(file: string): string {
  return file.replace(/\.(tar\.gz|tgz|gz|tar)$/i, "").slice(0, 120) || "cloud";
}

export function megabytes(bytes: number): string {
  const mb = bytes / 2 ** 20;
  return `${mb.toLocaleString("en", { maximumFractionDigits: mb < 10 ? 1 : 0 })} MB`;
}

function errorOf(text: string, status: number): ApiError["error"] {
  try {
    return (JSON.parse(text) as ApiError).error;
  } catch {
    return { code: "unexpected", message: `The server answered ${status}.` };
  }
}
