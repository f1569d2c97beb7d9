/** The pages of docs/ that the dashboard shows: the same files, so that there is one text. */
import { readFile } from "node:fs/promises";
import path from "node:path";
import { VERDICT_CODES } from "../datapath/event.ts";

export interface HandbookPage {
  readonly title: string;
  /** What follows the heading. */
  readonly markdown: string;
}

/** Of pages that stand alone, by the last part of their address, in the order in which they are read. */
export const CHAPTERS = [
  { slug: "tour", title: "A tour" },
  { slug: "how-openstack-networking-works", title: "How OpenStack networking works" },
] as const;

/** @param parts of the address after /docs/; undefined: there is no such page. Only names that are listed here lead to a file. */
export async function handbookPage(parts: readonly string[]): Promise<HandbookPage | undefined> {
  const [first, second, ...more] = parts;
  const chapter = CHAPTERS.find(({ slug }) => slug === first);
  if (chapter && second === undefined) return read(`${chapter.slug}.md`);
  const code = VERDICT_CODES.find((one) => one === second);
  return first === "verdicts" && code && more.length === 0 ? read(`verdicts/${code}.md`) : undefined;
}

export interface CodeSummary {
  readonly code: string;
  /** The page's first sentence. */
  readonly summary: string;
}

/** Every verdict code with its one sentence. */
export function verdictSummaries(): Promise<CodeSummary[]> {
  return Promise.all(
    VERDICT_CODES.map(async (code) => {
      const { markdown } = await read(`verdicts/${code}.md`);
      return { code, summary: markdown.slice(0, markdown.indexOf("\n\n")) };
    }),
  );
}

async function read(file: string): Promise<HandbookPage> {
  const text = await readFile(path.join(/* turbopackIgnore: true */ process.cwd(), "docs", file), "utf8");
  const end = text.indexOf("\n");
  return { title: text.slice(0, end).replace(/^# /, ""), markdown: text.slice(end).trim() };
}
