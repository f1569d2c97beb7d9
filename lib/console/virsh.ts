/** `virsh list` and `virsh console`: the instances of a host, and the way into one. */
import { CommandError } from "../host/command/command.ts";
import type { Guest } from "../host/world.ts";
import { type Answer, lines } from "./answer.ts";
import type { Call, Terminal } from "./terminal.ts";

export function virsh(terminal: Terminal, { words }: Call): Answer {
  const [verb = "list", name] = words.filter((word) => !word.startsWith("--"));
  const guests = instances(terminal);
  if (verb === "list") {
    const width = Math.max(4, ...guests.map((one) => one.name.length)) + 3;
    const rows = guests.map((one, i) => ` ${String(i + 1).padEnd(4)} ${one.name.padEnd(width)}running`);
    return lines([` Id   ${"Name".padEnd(width)}State`, "-".repeat(width + 14), ...rows, ""]);
  }
  if (verb !== "console")
    throw new CommandError(`error: unknown command: '${verb}'; list and console are known here`, 1);
  const found = guests.find((one, i) => one.name === name || one.serverId === name || String(i + 1) === name);
  if (!found) throw new CommandError(`error: failed to get domain '${name ?? ""}'`, 1);
  terminal.session = { guest: found.portId };
  return lines([
    `Connected to domain '${found.name}'`,
    "Its port tells what is inside: `help` says what can be typed, `exit` leaves.",
  ]);
}

/** One entry for each instance, by its first port. */
function instances(terminal: Terminal): Guest[] {
  const seen = new Set<string>();
  return terminal.world.guests.filter((one) => {
    const key = one.serverId ?? one.portId;
    if (one.host !== terminal.host.name || seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}
