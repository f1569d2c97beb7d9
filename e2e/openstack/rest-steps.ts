import { readFileSync } from "node:fs";

/** One request of rest-story.txt. */
export interface RestStep {
  readonly part: string;
  /** As it stands in the file: what a failure is reported by. */
  readonly line: string;
  readonly who: string;
  readonly service: "network" | "identity" | "compute";
  readonly method: string;
  readonly path: string;
  readonly header?: { readonly name: string; readonly value: string };
  readonly body?: string;
  /** What of the answer later requests use: a name, and the way to it: `ports.0.id`. */
  readonly keep: readonly { readonly name: string; readonly at: readonly string[] }[];
}

const LINE =
  /^(\w+) ([A-Z]+) (?:(identity|compute):)?(\S+)(?: \[([^:\]]+): ([^\]]+)\])?(?: (?!=> )(.*?))?(?: => (\S+))?$/;

/** @throws Error for a line that is none */
export function readRestSteps(file = new URL("rest-story.txt", import.meta.url)): RestStep[] {
  let part = "";
  const steps: RestStep[] = [];
  for (const line of readFileSync(file, "utf8").split("\n")) {
    if (line === "" || line.startsWith("#")) continue;
    if (line.startsWith("== ")) {
      part = line.slice(3);
      continue;
    }
    const [, who, method, service, path, name, value, body, keep] = LINE.exec(line) ?? [];
    if (who === undefined || method === undefined || path === undefined) throw new Error(`no request: ${line}`);
    steps.push({
      part,
      line,
      who,
      service: service === "identity" || service === "compute" ? service : "network",
      method,
      path,
      ...(name !== undefined && value !== undefined && { header: { name, value } }),
      ...(body !== undefined && { body }),
      keep: (keep?.split(",") ?? []).map((each) => {
        const [kept = "", at = ""] = each.split("=");
        return { name: kept, at: at.split(".") };
      }),
    });
  }
  return steps;
}
