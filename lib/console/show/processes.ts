/** `ps`, `pgrep` and `ss`: what runs and listens, as far as a host's state tells. */
import type { HostState, Namespace } from "../../host/state.ts";
import { type Answer, lines } from "../answer.ts";

/** As `ps -eo pid,args`: who started a program, and when, is not part of a host's state. */
export function ps(host: HostState): Answer {
  const sorted = [...host.processes].sort((a, b) => a.pid - b.pid);
  return lines(["    PID COMMAND", ...sorted.map((one) => `${String(one.pid).padStart(7)} ${one.command}`)]);
}

export function pgrep(host: HostState, words: readonly string[]): Answer {
  const pattern = words.find((word) => !word.startsWith("-")) ?? "";
  const all = words.some((word) => /^-\w*[af]/.test(word));
  const found = host.processes.filter((one) =>
    (all ? one.command : (one.command.split(" ")[0] ?? "")).includes(pattern),
  );
  const withCommand = words.some((word) => /^-\w*a/.test(word));
  return lines(
    found.map((one) => (withCommand ? `${one.pid} ${one.command}` : String(one.pid))),
    found.length > 0 ? 0 : 1,
  );
}

/** Sockets that listen: `ss -lntu`. */
export function ss(ns: Namespace): Answer {
  const rows = ns.listeners.map((one) => {
    const address = one.address.includes(":") && !one.address.startsWith("[") ? `[${one.address}]` : one.address;
    const local = `${address}${one.dev === undefined ? "" : `%${one.dev}`}:${one.port}`;
    const peer = one.address.includes(":") ? "[::]:*" : "0.0.0.0:*";
    const state = one.proto === "tcp" ? "LISTEN" : "UNCONN";
    return `${one.proto.padEnd(6)} ${state.padEnd(7)} 0       0      ${local.padStart(28)} ${peer.padStart(18)}${one.process === undefined ? "" : `  users:(("${one.process}"))`}`;
  });
  return lines([
    "Netid  State   Recv-Q  Send-Q           Local Address:Port       Peer Address:Port  Process",
    ...rows,
  ]);
}
