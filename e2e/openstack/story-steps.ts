import { readFileSync } from "node:fs";

/** One command of story.txt. */
export interface StoryStep {
  readonly part: string;
  /** As it stands in the file: what its recording and a failure are named by. */
  readonly line: string;
  readonly who: string;
  /** What follows `openstack`, with `${NAME}`s. */
  readonly command: string;
  /** The name that what it prints is kept under. */
  readonly keep?: string;
  /** What later commands need, and the recorded cloud did otherwise: it was not recorded. */
  readonly aside: boolean;
}

const LINE = /^([a-z-]+)([$>]) (?:([A-Z][A-Z0-9]*)=\$\()?openstack (.*?)\)?$/;

/** @throws Error for a line that is no command */
export function readStory(file = new URL("story.txt", import.meta.url)): StoryStep[] {
  let part = "";
  const steps: StoryStep[] = [];
  for (const line of readFileSync(file, "utf8").split("\n")) {
    if (line === "" || line.startsWith("#")) continue;
    if (line.startsWith("== ")) {
      part = line.slice(3);
      continue;
    }
    const [, who, sign, keep, command] = LINE.exec(line) ?? [];
    if (who === undefined || command === undefined) throw new Error(`no command: ${line}`);
    steps.push({ part, line, who, command, aside: sign === ">", ...(keep !== undefined && { keep }) });
  }
  return steps;
}

/** Words as a shell would see them, with what was kept in place of `${NAME}`: of several lines, several words. */
export function words(command: string, kept: ReadonlyMap<string, string>): string[] {
  const filled = command.replaceAll(/\$\{(\w+)\}/g, (_, name: string) => kept.get(name) || `no-${name}`);
  return (filled.match(/(?:"[^"]*"|\S)+/g) ?? []).map((word) => word.replaceAll('"', ""));
}
