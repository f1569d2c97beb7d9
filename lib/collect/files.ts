/** The files of one host in a bundle: what its index lists, what is really there, and their text. */
import { closeSync, fstatSync, openSync, readFileSync } from "node:fs";
import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import type { RawFile } from "./cloud.ts";
import type { GapLog } from "./gaps.ts";
import { message } from "./parse/json.ts";
import { lines } from "./parse/lines.ts";
import { redactCommand, redactConfig } from "./secrets.ts";

const INDEX = "index.tsv";
/** What only a lab can see. It is never read: a guest is what its Neutron port says. */
const GUESTS = "guests/";
/** A JavaScript string holds little more. */
const SIZE_LIMIT = 400 * 1024 * 1024;

export interface ReadOptions {
  /** Nothing printed is a true answer of this command. */
  emptyOk?: boolean;
  /** No gap when the bundle has no such file. */
  optional?: boolean;
  /** The tool ends its output with a line end, so that its absence means a cut file. */
  endsWithNewline?: boolean;
}

export interface ReadText {
  text: string;
  /** False when the command failed, or the file is empty or damaged. */
  whole: boolean;
}

export class HostFiles {
  readonly dir: string;
  readonly log: GapLog;
  readonly #present: ReadonlySet<string>;
  readonly #index: ReadonlyMap<string, RawFile>;

  private constructor(dir: string, log: GapLog, present: ReadonlySet<string>, index: ReadonlyMap<string, RawFile>) {
    this.dir = dir;
    this.log = log;
    this.#present = present;
    this.#index = index;
  }

  static async open(dir: string, log: GapLog): Promise<HostFiles> {
    const present = new Set<string>();
    await walk(dir, "", present, log);
    const index = present.has(INDEX)
      ? parseIndex(await readFile(join(dir, INDEX), "utf8"), log)
      : new Map<string, RawFile>();
    return new HostFiles(dir, log, present, index);
  }

  has(file: string): boolean {
    return this.#present.has(file);
  }

  /** Present, or listed as asked for. */
  known(file: string): boolean {
    return this.#present.has(file) || this.#index.has(file);
  }

  status(file: string): number | undefined {
    return this.#index.get(file)?.status;
  }

  /** Files whose path begins so, sorted. */
  under(prefix: string): string[] {
    return [...this.#present].filter((file) => file.startsWith(prefix)).sort();
  }

  /** The same of files that the index lists, there or not. */
  listed(prefix: string): string[] {
    return [...this.#index.keys()].filter((file) => file.startsWith(prefix)).sort();
  }

  /** Names of the directories right below a directory, from files and from the index, sorted. */
  directories(prefix: string): string[] {
    const out = new Set<string>();
    for (const file of [...this.#present, ...this.#index.keys()]) {
      if (!file.startsWith(prefix)) continue;
      const slash = file.indexOf("/", prefix.length);
      if (slash > prefix.length) out.add(file.slice(prefix.length, slash));
    }
    return [...out].sort();
  }

  /** Every file that is there, with its command where the index has it, then what the index lists and is not there. */
  list(): RawFile[] {
    const out = [...this.#index.values()];
    for (const file of [...this.#present].sort()) {
      if (!this.#index.has(file) && file !== INDEX && !file.endsWith(".err"))
        out.push({ file, status: 0, command: "" });
    }
    return out.filter(({ file }) => !file.startsWith(GUESTS));
  }

  /** Text of a file, damage and failures noted; undefined when it is missing. */
  async read(file: string, options: ReadOptions = {}): Promise<ReadText | undefined> {
    const note = this.log.for(file);
    const indexed = this.#index.get(file);
    if (!this.#present.has(file)) {
      if (indexed) note(`listed in ${INDEX} (${indexed.command}), and not in the bundle`);
      else if (!options.optional) note("not in the bundle");
      return undefined;
    }
    let whole = true;
    if (indexed && indexed.status !== 0) {
      note(`\`${indexed.command}\` failed with status ${indexed.status}`, undefined, await this.#errorText(file));
      whole = false;
    } else if (!indexed && this.#present.has(`${file}.err`)) {
      const error = await this.#errorText(file);
      if (error !== undefined && error !== "") {
        note("the command wrote an error", undefined, error);
        whole = false;
      }
    }
    const text = await this.#text(file);
    if (text === undefined) return undefined;
    if (text.trim() === "") {
      if (!options.emptyOk && whole) note("the file is empty");
      return { text: "", whole: whole && options.emptyOk === true };
    }
    const binary = text.search(/[\0\uFFFD]/);
    if (binary >= 0) {
      const line = countLines(text, binary);
      note("bytes that are no text", line, printable(text.slice(Math.max(0, binary - 40), binary + 40)));
      whole = false;
    }
    if (options.endsWithNewline && !text.endsWith("\n")) {
      const start = text.lastIndexOf("\n") + 1;
      note("the last line is cut: it has no line end", countLines(text, text.length), text.slice(start, start + 200));
      whole = false;
    }
    return { text, whole };
  }

  /** Text as it is shown: secrets replaced. Throws when the file is not of this host, or is too large. */
  async raw(file: string): Promise<string> {
    if (!this.#present.has(file) || file.startsWith(GUESTS) || !this.list().some((f) => f.file === file)) {
      throw new Error(`no such file of host ${this.log.host}: ${file}`);
    }
    const path = join(this.dir, file);
    if ((await stat(path)).size > SIZE_LIMIT) throw new Error(`${file} is too large to be shown`);
    const text = await readFile(path, "utf8");
    if (file.startsWith("etc-neutron/")) return redactConfig(text);
    return redactCommand(text);
  }

  async #errorText(file: string): Promise<string | undefined> {
    return this.#present.has(`${file}.err`) ? (await this.#text(`${file}.err`))?.trim() : undefined;
  }

  async #text(file: string): Promise<string | undefined> {
    try {
      const buffer = await readWhole(join(this.dir, file));
      if (buffer.length <= SIZE_LIMIT) return buffer.toString("utf8");
      this.log.add(file, `the file is larger than ${SIZE_LIMIT / 1024 / 1024} MiB`);
    } catch (error) {
      this.log.add(file, `cannot be read: ${message(error)}`);
    }
    return undefined;
  }
}

const SMALL = 256 * 1024;

/** A bundle is thousands of small files, and each costs four turns of the event loop when read by promises: those are read at once. */
async function readWhole(path: string): Promise<Buffer> {
  const fd = openSync(path, "r");
  try {
    if (fstatSync(fd).size <= SMALL) return readFileSync(fd);
  } finally {
    closeSync(fd);
  }
  return readFile(path);
}

/** Files below a directory, guests left out; links and devices are noted and never followed. */
async function walk(dir: string, prefix: string, out: Set<string>, log: GapLog): Promise<void> {
  const entries = await readdir(join(dir, prefix), { withFileTypes: true });
  for (const entry of entries) {
    const file = prefix + entry.name;
    if (entry.isDirectory()) {
      if (`${file}/` !== GUESTS) await walk(dir, `${file}/`, out, log);
    } else if (entry.isFile()) out.add(file);
    else log.add(file, "neither a file nor a directory: it is not followed");
  }
}

function parseIndex(text: string, log: GapLog): Map<string, RawFile> {
  const out = new Map<string, RawFile>();
  const note = log.for(INDEX);
  for (const { number, text: line } of lines(text, note)) {
    const [file = "", status = "", ...command] = line.split("\t");
    if (!/^\d{1,3}$/.test(status) || command.length === 0)
      note("not a line of file, exit status, command", number, line);
    else if (file.startsWith("/") || file.split("/").includes(".."))
      note("a path that leaves the host's directory", number, line);
    else out.set(file, { file, status: Number(status), command: redactCommand(command.join("\t")) });
  }
  return out;
}

function countLines(text: string, end: number): number {
  let n = 1;
  for (let at = text.indexOf("\n"); at >= 0 && at < end; at = text.indexOf("\n", at + 1)) n++;
  return n;
}

function printable(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is replaced
  return text.replace(/[\u0000-\u001f\u007f]/g, "\uFFFD");
}
