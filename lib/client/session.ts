/** The browser's session: in, out, and into another project. All throw ApiFailure. */
import type { SessionInfo } from "../api/http.ts";
import { fetchJson } from "./fetch.ts";

const URL_OF_SESSION = "/api/session";
/** Other tabs hear of it: they would go on in a session that is over. */
const CHANNEL = "underlay-session";
/** This tab hears itself, too. */
let ownDoing = false;

export interface Credentials {
  user: string;
  password: string;
  domain?: string;
}

export function logIn(credentials: Credentials): Promise<SessionInfo> {
  return send<SessionInfo>("POST", credentials);
}

export async function takeProject(project: string): Promise<SessionInfo> {
  const info = await send<SessionInfo>("PUT", { project });
  tellOthers();
  return info;
}

export async function logOut(): Promise<void> {
  await send<void>("DELETE");
  tellOthers();
}

/** Calls when another tab has logged out, or gone into another project. Answers how to stop. */
export function onChangeElsewhere(listener: () => void): () => void {
  const channel = new BroadcastChannel(CHANNEL);
  channel.onmessage = () => {
    if (!ownDoing) listener();
  };
  return () => channel.close();
}

function tellOthers(): void {
  ownDoing = true; // The page is loaded anew after it.
  const channel = new BroadcastChannel(CHANNEL);
  channel.postMessage("changed");
  channel.close();
}

function send<T>(method: string, body?: object): Promise<T> {
  return fetchJson<T>(URL_OF_SESSION, {
    method,
    headers: { accept: "application/json", "content-type": "application/json" },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
}
