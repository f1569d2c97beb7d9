/**
 * Tables of sysctls: a host has thousands, of which one step changes a few. A changed table remembers where it came from, so
 * that two of them are compared by what was changed; the same change of the same table gives the same object.
 */

type Settings = Record<string, string>;

interface Origin {
  readonly from: Settings;
  /** All that may be other than there. */
  readonly names: ReadonlySet<string>;
}

const origins = new WeakMap<Settings, Origin>();
/** The last change that was made of a table, and what came of it. */
const changes = new WeakMap<Settings, { readonly set: Settings; readonly after: Settings }>();

/** More changes than this since its origin, and a table counts as new: what it came from must not stay for ever. */
const MOST = 256;

export function withSettings(from: Settings, set: Settings): Settings {
  const names = Object.keys(set);
  if (names.every((name) => from[name] === set[name])) return from;
  const last = changes.get(from);
  if (last && isAlike(last.set, set, names)) return last.after;
  const after = Object.assign(copyOf(from), set);
  cameFrom(after, from, names);
  changes.set(from, { set, after });
  return after;
}

/** The last names that were taken out of a table, and what came of it. */
const removals = new WeakMap<Settings, { readonly names: readonly string[]; readonly after: Settings }>();

/** @param names in the table */
export function withoutSettings(from: Settings, names: readonly string[]): Settings {
  const last = removals.get(from);
  if (last?.names.length === names.length && last.names.every((name, i) => name === names[i])) return last.after;
  const gone = new Set(names);
  const after: Settings = {};
  for (const name in from) if (!gone.has(name)) after[name] = from[name] as string; // It has all names of its own.
  cameFrom(after, from, names);
  removals.set(from, { names, after });
  return after;
}

/**
 * Names of settings by the device that they are of, as far as its last dot. Tables that follow from each other share this: of a
 * device it knows all the names, and those are believed that the table has.
 */
interface Names {
  readonly byDevice: Map<string, Set<string>>;
  /** How many were put in since. */
  more: number;
}

const known = new WeakMap<Settings, Names>();
/** After so many, a table is looked through anew: of devices that are gone, too much must not stay. */
const MOST_MORE = 4096;

const DEVICE = /^net\.ipv[46]\.conf\.[^.]+\./;

/** @param prefix as `net.ipv4.conf.eth0.` */
export function settingsBelow(from: Settings, prefix: string): string[] {
  let names = known.get(from);
  if (!names) {
    names = { byDevice: new Map(), more: 0 };
    for (const name in from) note(names, name);
    names.more = 0;
    known.set(from, names);
  }
  return [...(names.byDevice.get(prefix) ?? [])].filter((name) => from[name] !== undefined);
}

function note(names: Names, name: string): void {
  const prefix = DEVICE.exec(name)?.[0];
  if (prefix === undefined) return;
  const own = names.byDevice.get(prefix);
  if (own) own.add(name);
  else names.byDevice.set(prefix, new Set([name]));
  names.more++;
}

function handOn(from: Settings, after: Settings, changed: readonly string[]): void {
  const names = known.get(from);
  if (!names || names.more > MOST_MORE) return;
  for (const name of changed) if (after[name] !== undefined) note(names, name);
  known.set(after, names);
}

function cameFrom(after: Settings, from: Settings, names: readonly string[]): void {
  handOn(from, after, names);
  const origin = origins.get(from);
  const near = origin !== undefined && origin.names.size + names.length <= MOST;
  origins.set(
    after,
    near ? { from: origin.from, names: new Set([...origin.names, ...names]) } : { from, names: new Set(names) },
  );
  if (origin && !near) origins.delete(from);
}

/** Of a table of thousands a spread takes four times as long. */
function copyOf(from: Settings): Settings {
  const copy: Settings = {};
  for (const name in from) copy[name] = from[name] as string; // It has all names of its own.
  return copy;
}

function isAlike(a: Settings, b: Settings, names: readonly string[]): boolean {
  return Object.keys(a).length === names.length && names.every((name) => a[name] === b[name]);
}

/** Names of all settings in which the two may differ; of others they do not. */
export function comparedSettings(a: Settings, b: Settings): Iterable<string> {
  if (a === b) return [];
  const [one, other] = [origins.get(a), origins.get(b)];
  if (one?.from === b) return one.names;
  if (other?.from === a) return other.names;
  if (one && one.from === other?.from) return new Set([...one.names, ...other.names]);
  return new Set([...Object.keys(a), ...Object.keys(b)]);
}
