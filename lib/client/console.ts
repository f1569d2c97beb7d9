/** Lines for a host's console. */
import type { ConsoleInfo, ConsoleQuestion, ConsoleReply } from "../api/console.ts";
import { fetchJson } from "./fetch.ts";
import { urls } from "./keys.ts";

const urlOf = (cloud: string, host: string) => `${urls.host(cloud, host)}/console`;

export function consoleInfo(cloud: string, host: string, signal: AbortSignal): Promise<ConsoleInfo> {
  return fetchJson<ConsoleInfo>(urlOf(cloud, host), { signal });
}

export function sendLine(
  cloud: string,
  host: string,
  question: ConsoleQuestion,
  signal: AbortSignal,
): Promise<ConsoleReply> {
  return fetchJson<ConsoleReply>(urlOf(cloud, host), {
    method: "POST",
    headers: { "content-type": "application/json", accept: "application/json" },
    body: JSON.stringify(question),
    signal,
  });
}
