/** Kinds of configuration options: how a text of a file becomes a value, and why it does not. Source: oslo_config/types.py. */

export interface Option<T> {
  readonly default: T;
  /** Throws a BadOption. */
  parse(text: string): T;
}

/** Why a text is no value of an option; whoever reads the file adds where it stands. */
export class BadOption extends Error {}

export function text(fallback: string): Option<string> {
  return { default: fallback, parse: (value) => value };
}

export function choice<const V extends string>(values: readonly V[], fallback: NoInfer<V>): Option<V> {
  return {
    default: fallback,
    parse(value) {
      const found = values.find((one) => one === value);
      if (found === undefined) throw new BadOption(`${value} is none of ${values.join(", ")}`);
      return found;
    },
  };
}

export function integer(
  fallback: number,
  min = Number.MIN_SAFE_INTEGER,
  max = Number.MAX_SAFE_INTEGER,
): Option<number> {
  return {
    default: fallback,
    parse(value) {
      if (!/^[+-]?\d+$/.test(value)) throw new BadOption(`${value} is not a whole number`);
      const number = Number(value);
      if (number < min || number > max) throw new BadOption(`${value} is not within ${min} and ${max}`);
      return number;
    },
  };
}

const TRUE = new Set(["true", "1", "on", "yes"]);
const FALSE = new Set(["false", "0", "off", "no"]);

export function bool(fallback: boolean): Option<boolean> {
  return {
    default: fallback,
    parse(value) {
      const word = value.toLowerCase();
      if (!TRUE.has(word) && !FALSE.has(word)) throw new BadOption(`${value} is neither true nor false`);
      return TRUE.has(word);
    },
  };
}

/** `a, b`. */
export function list(fallback: readonly string[]): Option<readonly string[]> {
  return { default: fallback, parse: words };
}

export type Mapping = Readonly<Record<string, string>>;

/** `physnet1:br-vlan,extern:br-ex`: no key twice. */
export function mapping(fallback: Mapping): Option<Mapping> {
  return { default: fallback, parse: (value) => Object.fromEntries(pairs(value)) };
}

/** `physnet1:1400`. */
export function numbers(fallback: Readonly<Record<string, number>>): Option<Readonly<Record<string, number>>> {
  const number = integer(0, 0);
  return {
    default: fallback,
    parse: (value) => Object.fromEntries(pairs(value).map(([key, one]) => [key, number.parse(one)])),
  };
}

function pairs(value: string): [string, string][] {
  const found = new Map<string, string>();
  for (const word of words(value)) {
    const [, key, one] = /^([^:]+):(.+)$/.exec(word) ?? [];
    if (key === undefined || one === undefined) throw new BadOption(`${word} is not of the form key:value`);
    if (found.has(key.trim())) throw new BadOption(`${key.trim()} stands there twice`);
    found.set(key.trim(), one.trim());
  }
  return [...found];
}

/** First and last, both within. */
export type Range = readonly [number, number];

/** `1:1000,2000:2999`. neutron/plugins/ml2/drivers/type_tunnel.py parse_tunnel_ranges */
export function ranges(fallback: readonly Range[], min: number, max: number): Option<readonly Range[]> {
  return { default: fallback, parse: (value) => words(value).map((word) => range(word, min, max)) };
}

export type VlanRanges = Readonly<Record<string, readonly Range[]>>;

const MIN_VLAN_TAG = 1;
const MAX_VLAN_TAG = 4094;

/** `physnet1:1000:1099,physnet2`: a network without a range is for administrators alone. neutron/plugins/common/utils.py */
export function vlanRanges(fallback: VlanRanges): Option<VlanRanges> {
  return {
    default: fallback,
    parse(value) {
      const found: Record<string, Range[]> = {};
      for (const word of words(value)) {
        const [, network, tags] = /^([^:]+)(?::(.*))?$/.exec(word) ?? [];
        if (network === undefined) throw new BadOption(`${word} names no physical network`);
        found[network] ??= [];
        if (tags !== undefined) found[network].push(range(tags, MIN_VLAN_TAG, MAX_VLAN_TAG));
      }
      return found;
    },
  };
}

function range(word: string, min: number, max: number): Range {
  const [, first, last] = /^(\d+)\s*:\s*(\d+)$/.exec(word) ?? [];
  if (first === undefined) throw new BadOption(`${word} is not of the form first:last`);
  const found: Range = [Number(first), Number(last)];
  if (found[0] > found[1]) throw new BadOption(`the range ${word} ends before it begins`);
  if (found[0] < min || found[1] > max) throw new BadOption(`the range ${word} is not within ${min} and ${max}`);
  return found;
}

function words(value: string): string[] {
  return value
    .split(/[,\n]/)
    .map((word) => word.trim())
    .filter((word) => word !== "");
}
