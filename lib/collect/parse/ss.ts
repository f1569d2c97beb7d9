/** `ss -H -lntup`. */
import type { Listener } from "../../host/state.ts";
import type { Note } from "../gaps.ts";
import { lines } from "./lines.ts";

/** One or more of (name, pid, file descriptor), as misc/ss.c proc_ctx_print prints them. */
const USERS = /^users:\(\((?:"(?:[^"\\]|\\.)*",pid=\d+,fd=\d+|\),\()+\)\)$/;

export function parseListeners(text: string, note: Note): Listener[] {
  const out: Listener[] = [];
  for (const { number, text: line } of lines(text, note)) {
    const words = line.trim().split(/\s+/);
    if (words[0] === "Netid") continue;
    const [proto, , , , local, , ...rest] = words;
    const place = local === undefined ? undefined : endpoint(local);
    if ((proto !== "tcp" && proto !== "udp") || !place || !(rest.length === 0 || USERS.test(rest.join(" ")))) {
      note("not a listening socket", number, line);
      continue;
    }
    const listener: Listener = { proto, ...place };
    const process = /users:\(\("((?:[^"\\]|\\.)*)"/.exec(line)?.[1];
    if (process !== undefined) listener.process = process;
    out.push(listener);
  }
  return out;
}

/** `127.0.0.1:53`, `[::1]:53`, `*:9697` (any address, both families), `[fe80::1]%tap0:80`, `127.0.0.53%lo:53`. */
function endpoint(text: string): { address: string; port: number; dev?: string } | undefined {
  const colon = text.lastIndexOf(":");
  const port = Number(text.slice(colon + 1));
  if (colon < 0 || !Number.isInteger(port) || port < 1 || port > 65535) return undefined;
  const host = text.slice(0, colon);
  const m = /^(?:\[([0-9a-fA-F:.]+)\]|([0-9.]+|\*))(?:%(.+))?$/.exec(host);
  const address = m?.[1] ?? m?.[2];
  if (address === undefined) return undefined;
  return m?.[3] === undefined ? { address, port } : { address, port, dev: m[3] };
}
