import type { Cloud } from "./cloud.ts";
import { differences } from "./compare-json.ts";
import { givenIn, normalise, normaliseSegments } from "./normal.ts";
import { Recorded, type Recording, writeRecording } from "./recorded.ts";
import type { Result } from "./report.ts";
import { type RestAnswer, RestClient } from "./rest-client.ts";
import { type RestStep, readRestSteps } from "./rest-steps.ts";

const RECORDED = new URL("rest-recorded.json", import.meta.url);

/** Sends the requests of rest-story.txt and compares each answer with a real cloud's: status, error, attributes, types, values. */
export async function runRest(cloud: Cloud, only: RegExp): Promise<Result[]> {
  const recorded = new Recorded<RestAnswer>(RECORDED);
  const client = new RestClient(cloud);
  const results: Result[] = [];
  for (const step of readRestSteps()) {
    const wanted = recorded.next(step.line);
    const reasons = await reasonsOf(client, step, wanted);
    if (!only.test(step.line) && !only.test(step.part)) continue;
    results.push({ name: step.line, part: step.part, reasons });
  }
  return results;
}

async function reasonsOf(client: RestClient, step: RestStep, wanted: RestAnswer | undefined): Promise<string[]> {
  try {
    const got = await client.send(step);
    return wanted === undefined ? ["was not recorded"] : compare(wanted, got);
  } catch (error) {
    return [String(error)];
  }
}

/** Against a real cloud: writes what it answers as the recording. */
export async function recordRest(cloud: Cloud, origin: string): Promise<void> {
  const client = new RestClient(cloud);
  const played = [];
  for (const step of readRestSteps()) played.push({ step, answer: await client.send(step) });
  writeRecording(RECORDED, restRecording(origin, played));
}

export function restRecording(
  origin: string,
  played: readonly { readonly step: Pick<RestStep, "line">; readonly answer: RestAnswer }[],
): Recording<RestAnswer> {
  const script = readRestSteps()
    .map(({ line }) => line)
    .join("\n");
  const given = givenIn(script);
  const placed = (text: string) => normaliseSegments(normalise(text, given), script);
  const answers = played.map(({ step, answer }) => ({
    line: step.line,
    status: answer.status,
    body: answer.body === undefined ? undefined : JSON.parse(placed(JSON.stringify(answer.body))),
  }));
  return { origin, answers };
}

function compare(wanted: RestAnswer, got: RestAnswer): string[] {
  // A defect of the real one is not to be had, too: the request was wrong, and that is to be said.
  if (wanted.status === 500 && got.status >= 400 && got.status < 500) return [];
  if (wanted.status !== got.status)
    return [`answered ${got.status}, not ${wanted.status}: ${JSON.stringify(got.body)?.slice(0, 400)}`];
  return differences(comparable(wanted.body, wanted.body), comparable(got.body, wanted.body));
}

/**
 * Without what no other implementation can say: Keystone's messages end in the JSON schema as Python prints it, and some of Neutron's
 * name the Python function that objected. The type of the error stays, and of Keystone's message what stands before the schema.
 */
function comparable(body: unknown, recorded: unknown): unknown {
  const message = messageOf(recorded);
  if (message?.includes("Callback neutron.") === true) return replaceMessage(body, () => "");
  return replaceMessage(body, (text) => text.split("\n\nFailed validating")[0] ?? "");
}

function messageOf(body: unknown): string | undefined {
  if (typeof body !== "object" || body === null) return undefined;
  const [error] = Object.values(body) as ({ message?: unknown } | null)[];
  return typeof error?.message === "string" ? error.message : undefined;
}

function replaceMessage(body: unknown, change: (message: string) => string): unknown {
  const message = messageOf(body);
  if (message === undefined || typeof body !== "object" || body === null) return body;
  return Object.fromEntries(Object.entries(body).map(([key, error]) => [key, { ...error, message: change(message) }]));
}
