/** Processes: `ps -ef`, and the lists of one namespace's processes (`ip-netns-pids.txt`: pid, command line). */
import type { Process } from "../../host/state.ts";
import type { Note } from "../gaps.ts";
import { redactCommand } from "../secrets.ts";
import { lines } from "./lines.ts";

export function parsePs(text: string, note: Note): Process[] {
  const out: Process[] = [];
  for (const { number, text: line } of lines(text, note)) {
    if (/^UID\s+PID\s+PPID/.test(line)) continue;
    const m = /^\S+\s+(\d+)\s+\d+\s+\d+\s+\S+\s+\S+\s+\S+\s(.*)$/.exec(line);
    if (m) out.push({ pid: Number(m[1]), command: redactCommand((m[2] as string).trim()) });
    else {
      // A command line may hold a newline: what follows it belongs to the process above.
      const last = out.at(-1);
      if (last) last.command += `\n${redactCommand(line)}`;
      else note("not a process", number, line);
    }
  }
  return out;
}

export function parseNetnsPids(text: string, netns: string, note: Note): Process[] {
  const out: Process[] = [];
  for (const { number, text: line } of lines(text, note)) {
    const m = /^(\d+) (.*)$/.exec(line);
    if (m) out.push({ pid: Number(m[1]), netns, command: redactCommand((m[2] as string).trim()) });
    else {
      const last = out.at(-1);
      if (last) last.command += `\n${redactCommand(line)}`;
      else note("not a process", number, line);
    }
  }
  return out;
}
