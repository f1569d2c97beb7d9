/** What a program prints, and its exit status. Standard output and standard error are one text: a terminal shows both. */
export interface Answer {
  readonly text: string;
  readonly status: number;
}

/** Each line gets its newline. */
export function lines(all: readonly string[], status = 0): Answer {
  return { text: all.map((line) => `${line}\n`).join(""), status };
}

export const NOTHING: Answer = { text: "", status: 0 };
