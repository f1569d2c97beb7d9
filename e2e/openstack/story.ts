import type { Cloud } from "./cloud.ts";
import { type Comparison, outputDifferences } from "./compare-output.ts";
import { givenIn, matches, normalise, normaliseSegments } from "./normal.ts";
import { Recorded, type Recording, writeRecording } from "./recorded.ts";
import type { Result } from "./report.ts";
import { type StoryAnswer, StoryClient } from "./story-client.ts";
import { readStory, type StoryStep } from "./story-steps.ts";
import { SETTING } from "./volatile.ts";

const RECORDED = new URL("recorded.json", import.meta.url);

/** Runs the story with the real client and compares what it prints with what it printed against a real cloud. */
export async function runStory(cloud: Cloud, only: RegExp): Promise<Result[]> {
  const recorded = new Recorded<StoryAnswer>(RECORDED);
  const results: Result[] = [];
  for await (const { step, answer } of play(cloud)) {
    if (step.aside) continue;
    const wanted = recorded.next(step.line);
    if (!only.test(step.line) && !only.test(step.part)) continue;
    const reasons = wanted === undefined ? ["was not recorded"] : compare(step, wanted, answer);
    results.push({ name: step.line, part: step.part, reasons });
  }
  return results;
}

/** Against a real cloud: writes what it prints as the recording. */
export async function recordStory(cloud: Cloud, origin: string): Promise<void> {
  const answers = [];
  for await (const played of play(cloud)) if (!played.step.aside) answers.push(played);
  writeRecording(RECORDED, storyRecording(origin, answers));
}

interface Played {
  readonly step: Pick<StoryStep, "line">;
  readonly answer: StoryAnswer;
}

export function storyRecording(origin: string, played: readonly Played[]): Recording<StoryAnswer> {
  const script = readStory()
    .map(({ line }) => line)
    .join("\n");
  const given = givenIn(script);
  const placed = (text: string) => normaliseSegments(normalise(text, given), script);
  const answers = played.map(({ step, answer }) => ({
    line: step.line,
    status: answer.status,
    stdout: placed(answer.stdout),
    stderr: placed(answer.stderr),
  }));
  return { origin, answers };
}

async function* play(cloud: Cloud): AsyncGenerator<Played & { step: StoryStep }> {
  const client = new StoryClient(cloud);
  try {
    for (const step of readStory()) yield { step, answer: await client.run(step) };
  } finally {
    client.close();
  }
}

function compare(step: StoryStep, wanted: StoryAnswer, got: StoryAnswer): string[] {
  if (wanted.status !== got.status)
    return [`ended with ${got.status}, not ${wanted.status}: ${(got.stderr || got.stdout).trim().slice(-400)}`];
  const [wantedError, gotError] = [withoutUsage(wanted.stderr), withoutUsage(got.stderr)];
  const stderr = matches(wantedError, gotError) || SERVER_ERROR.test(wantedError);
  return [
    ...(stderr ? [] : [`said ${JSON.stringify(gotError)}, not ${JSON.stringify(wantedError)}`]),
    // What is kept for later commands is an id or an address: the commands that use it show whether it is right.
    ...(step.keep !== undefined ? [] : outputDifferences(wanted.stdout, got.stdout, howToCompare(step))),
  ];
}

/** Who is no administrator sees what he made, and no more. */
function howToCompare({ command, who }: StoryStep): Comparison {
  if (SETTING.some((setting) => setting.command.test(command))) return "shape";
  return who === "admin" ? "with others" : "whole";
}

/** A defect of the real one is not to be had, too: any other refusal will do. */
const SERVER_ERROR = /\b500\b: Server Error/;

/** Of a command that was given wrongly, what was wrong: it stands in the last line. How usage is wrapped depends on the client. */
function withoutUsage(stderr: string): string {
  const text = stderr.trim();
  return text.startsWith("usage: ") ? (text.split("\n").at(-1) ?? "") : text;
}
