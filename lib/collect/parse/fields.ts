/** Typed reading of one JSON object. A field of another type than its tool prints is noted, and counts as absent. */
import type { Note } from "../gaps.ts";
import { isObject, type JsonObject } from "./json.ts";

export class Fields {
  /** False once a field that is needed was missing or of another type. */
  ok = true;
  readonly object: JsonObject;
  readonly #note: Note;
  readonly #what: string;

  constructor(object: JsonObject, what: string, note: Note) {
    this.object = object;
    this.#what = what;
    this.#note = note;
  }

  text(key: string): string | undefined {
    const value = this.object[key];
    if (value === undefined || value === null) return undefined;
    if (typeof value === "string") return value;
    return this.#wrong(key, "a text");
  }

  /** Numbers and texts: some iproute2 versions print numbers where others print names. */
  word(key: string): string | undefined {
    const value = this.object[key];
    if (value === undefined || value === null) return undefined;
    if (typeof value === "string") return value;
    if (typeof value === "number") return String(value);
    return this.#wrong(key, "a word");
  }

  number(key: string): number | undefined {
    const value = this.object[key];
    if (value === undefined || value === null) return undefined;
    if (typeof value === "number") return value;
    return this.#wrong(key, "a number");
  }

  /** A flag: booleans, 0 and 1, and keys printed with null. */
  flag(key: string): boolean | undefined {
    const value = this.object[key];
    if (value === undefined) return undefined;
    if (value === null) return true;
    if (typeof value === "boolean") return value;
    if (value === 0 || value === 1) return value === 1;
    return this.#wrong(key, "a flag");
  }

  texts(key: string): string[] {
    const value = this.object[key];
    if (value === undefined || value === null) return [];
    if (Array.isArray(value) && value.every((v) => typeof v === "string")) return value as string[];
    this.#wrong(key, "a list of texts");
    return [];
  }

  nested(key: string): Fields | undefined {
    const value = this.object[key];
    if (value === undefined || value === null) return undefined;
    if (isObject(value)) return new Fields(value, `${this.#what}, ${key}`, this.#note);
    return this.#wrong(key, "an object");
  }

  objects(key: string): Fields[] {
    const value = this.object[key];
    if (value === undefined || value === null) return [];
    if (!Array.isArray(value)) {
      this.#wrong(key, "a list");
      return [];
    }
    const out: Fields[] = [];
    for (const element of value) {
      if (isObject(element)) {
        if (Object.keys(element).length > 0) out.push(new Fields(element, `${this.#what}, ${key}`, this.#note));
      } else this.#wrong(key, "a list of objects");
    }
    return out;
  }

  needText(key: string): string {
    return this.#need(key, this.text(key)) ?? "";
  }

  needNumber(key: string): number {
    return this.#need(key, this.number(key)) ?? 0;
  }

  note(reason: string): void {
    this.#note(reason, undefined, JSON.stringify(this.object));
  }

  #need<T>(key: string, value: T | undefined): T | undefined {
    if (value === undefined) {
      if (this.object[key] === undefined)
        this.#note(`${this.#what} without "${key}"`, undefined, JSON.stringify(this.object));
      this.ok = false;
    }
    return value;
  }

  #wrong(key: string, expected: string): undefined {
    this.#note(`${this.#what}: "${key}" is not ${expected}`, undefined, JSON.stringify(this.object));
    return undefined;
  }
}
