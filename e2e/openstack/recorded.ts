import { readFileSync, writeFileSync } from "node:fs";

/** What a real cloud answered, by the line of the script; where a line stands there several times, in the order of the answers. */
export interface Recording<Answer> {
  /** Of what, and when: for readers. */
  readonly origin: string;
  readonly answers: readonly (Answer & { readonly line: string })[];
}

/** Answers are taken in order: the nth of a line for its nth time in the script. */
export class Recorded<Answer> {
  readonly #left = new Map<string, Answer[]>();

  constructor(file: URL) {
    const recording: Recording<Answer> = JSON.parse(readFileSync(file, "utf8"));
    for (const answer of recording.answers) {
      const known = this.#left.get(answer.line);
      if (known === undefined) this.#left.set(answer.line, [answer]);
      else known.push(answer);
    }
  }

  next(line: string): Answer | undefined {
    return this.#left.get(line)?.shift();
  }
}

export function writeRecording<Answer>(file: URL, recording: Recording<Answer>): void {
  // One answer a line: a change of one is a change of one line.
  const lines = recording.answers.map((answer) => `  ${JSON.stringify(answer)}`);
  writeFileSync(file, `{\n"origin": ${JSON.stringify(recording.origin)},\n"answers": [\n${lines.join(",\n")}\n]\n}\n`);
}
