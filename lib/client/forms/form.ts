/** What a form is: data, which one component draws, checks and sends. */
import type { Topology } from "../../api/http.ts";

export type Value = string | boolean | readonly string[];
export type Values = Readonly<Record<string, Value>>;

export interface Option {
  readonly value: string;
  readonly label: string;
}
/** What is wrong with a text; undefined: nothing. */
export type Check = (text: string) => string | undefined;

interface Common {
  /** As the service calls the attribute: its errors name it so. */
  readonly name: string;
  readonly label: string;
  readonly hint?: string;
  /** Whether it makes sense with what else stands in the form. */
  readonly when?: (values: Values) => boolean;
  /** Behind "More": few need it. */
  readonly more?: boolean;
  /** Cannot be changed any more. */
  readonly fixed?: boolean;
}
export type Field = Common &
  (
    | { readonly kind: "text"; readonly required?: boolean; readonly check?: Check; readonly placeholder?: string }
    /** One in each line. */
    | { readonly kind: "lines"; readonly check?: Check; readonly placeholder?: string }
    | { readonly kind: "choice"; readonly required?: boolean; readonly options: (world: Topology) => readonly Option[] }
    | {
        readonly kind: "choices";
        readonly options: (world: Topology) => readonly Option[];
        readonly none: string;
        readonly check?: (values: Values) => string | undefined;
      }
    | { readonly kind: "yes" }
  );

export interface Sent {
  /** What happened, in a sentence. */
  readonly say: string;
  /** The object to show then. */
  readonly select?: string;
}

export interface Form {
  readonly title: string;
  /** On the button. */
  readonly action: string;
  readonly fields: readonly Field[];
  readonly values: Values;
  /** Throws ApiFailure. */
  send(values: Values): Promise<Sent>;
  /** The cloud as it will be if the service agrees. */
  optimistic?(topology: Topology, values: Values): Topology;
}

/** Who fills it in, and where. */
export interface Surroundings {
  readonly topology: Topology;
  readonly admin: boolean;
  readonly project: string;
}

export const text = (values: Values, name: string): string => {
  const value = values[name];
  return typeof value === "string" ? value.trim() : "";
};
export const yes = (values: Values, name: string): boolean => values[name] === true;
/** Chosen ones, or a text's lines that are not empty. */
export const many = (values: Values, name: string): readonly string[] => {
  const value = values[name];
  if (typeof value === "string")
    return value
      .split("\n")
      .map((line) => line.trim())
      .filter(Boolean);
  return Array.isArray(value) ? value : [];
};

/** Attributes that differ: a change sends nothing else, so that what somebody else changed meanwhile stays. */
export function difference(before: object, after: object): object {
  const old = new Map(Object.entries(before));
  return Object.fromEntries(
    Object.entries(after).filter(([name, value]) => JSON.stringify(value) !== JSON.stringify(old.get(name))),
  );
}

export const called = (object: { name: string; id: string }): string => object.name || object.id.slice(0, 8);
