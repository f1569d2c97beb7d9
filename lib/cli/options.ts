/** `--name value`, `--name=value` and `--flag` of a command line; everything else is positional. */
import { InputError } from "./input-error.ts";

export interface Options {
  values: Map<string, string>;
  flags: Set<string>;
  positional: string[];
}

/** Throws InputError for an option that the command does not have, a missing value, or one given twice. */
export function parseOptions(args: readonly string[], valued: readonly string[], flags: readonly string[]): Options {
  const options: Options = { values: new Map(), flags: new Set(), positional: [] };
  for (let i = 0; i < args.length; i++) {
    const arg = args[i] ?? "";
    if (!arg.startsWith("--")) {
      options.positional.push(arg);
      continue;
    }
    const equals = arg.indexOf("=");
    const name = equals < 0 ? arg.slice(2) : arg.slice(2, equals);
    if (flags.includes(name) && equals < 0) options.flags.add(name);
    else if (valued.includes(name)) {
      const value = equals < 0 ? args[++i] : arg.slice(equals + 1);
      if (value === undefined || value === "") throw new InputError(`--${name}: expected a value`);
      if (options.values.has(name)) throw new InputError(`--${name}: given twice`);
      options.values.set(name, value);
    } else throw new InputError(`--${name.slice(0, 60)}: no such option`);
  }
  return options;
}

/** A whole number within bounds, or undefined when the option was not given. */
export function numberOption(options: Options, name: string, min: number, max: number): number | undefined {
  const text = options.values.get(name);
  if (text === undefined) return undefined;
  const value = /^\d{1,7}$/.test(text) ? Number(text) : Number.NaN;
  if (!(value >= min && value <= max))
    throw new InputError(
      `--${name}: expected a number from ${min} to ${max}, not ${JSON.stringify(text.slice(0, 40))}`,
    );
  return value;
}

/** Of `--data`, for the help of commands that ask a server. */
export const DATA_USAGE =
  "  --data DIR     the data directory of the server that has the embedded cloud (else UNDERLAY_DATA, else the user's)";

/** As `--data` says it; without it, as the environment does. */
export function environmentOf({ values }: Options, env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const data = values.get("data");
  return data === undefined ? env : { ...env, UNDERLAY_DATA: data };
}

/** Which cloud a command is about. Throws InputError when `--cloud` is missing, or something stands without an option. */
export function cloudOption({ positional: [stray], values }: Options): string {
  if (stray !== undefined)
    throw new InputError(`${JSON.stringify(stray.slice(0, 60))}: no argument without --option is expected`);
  const where = values.get("cloud");
  if (where === undefined) throw new InputError("--cloud: expected a bundle directory or .tar.gz, or embedded");
  return where;
}
