import { asFailure, failureOf } from "./error.ts";
import { logInAgain } from "./log-in-again.ts";

/** GETs JSON of a known shape; throws ApiFailure. */
export async function fetchJson<T>(url: string, init?: RequestInit): Promise<T> {
  let response: Response;
  try {
    response = await fetch(url, { headers: { accept: "application/json" }, ...init });
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw asFailure(error);
  }
  if (!response.ok) throw logInAgain(await failureOf(response));
  if (response.status === 204) return undefined as T; // Callers of DELETE ask for T = void.
  return (await response.json()) as T;
}

/** Yields one value for each line of an NDJSON response; stops reading (and so aborts the server) when the caller does. */
export async function* fetchLines<T>(url: string, init?: RequestInit): AsyncGenerator<T> {
  let response: Response;
  try {
    response = await fetch(url, init);
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw asFailure(error);
  }
  if (!response.ok) throw logInAgain(await failureOf(response));
  if (!response.body) return;
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      const lines = (rest + value).split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) if (line !== "") yield JSON.parse(line) as T;
    }
    if (rest !== "") yield JSON.parse(rest) as T;
  } finally {
    await reader.cancel().catch(() => {});
  }
}
