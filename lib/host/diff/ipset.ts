/** Sets of addresses: made before rules name them, destroyed when none does any more. */
import type { Command } from "../command/command.ts";
import type { IpsetChange } from "../command/ipset.ts";
import { differing } from "../differing.ts";
import { findNamespace } from "../edit.ts";
import type { HostState, Ipset } from "../state.ts";

/** New sets, and members that differ. */
export function ipsetAdditions(actual: HostState, desired: HostState): Command[] {
  const out: Command[] = [];
  for (const [netns, before, after] of changed(actual, desired))
    for (const set of after) {
      const old = before.find((one) => one.name === set.name);
      if (old === set) continue;
      const fresh = !old || old.type !== set.type || old.family !== set.family;
      if (old && fresh) out.push(command(netns, { op: "destroy", set: set.name }));
      if (fresh) out.push(command(netns, { op: "create", set: set.name, type: set.type, options: created(set) }));
      out.push(...members(netns, fresh ? [] : (old as Ipset).members, set));
    }
  return out;
}

export function ipsetRemovals(actual: HostState, desired: HostState): Command[] {
  const out: Command[] = [];
  for (const [netns, before, after] of changed(actual, desired))
    for (const { name } of before)
      if (!after.some((set) => set.name === name)) out.push(command(netns, { op: "destroy", set: name }));
  return out;
}

function changed(actual: HostState, desired: HostState): [string, readonly Ipset[], readonly Ipset[]][] {
  if (actual.namespaces === desired.namespaces) return [];
  return desired.namespaces.flatMap((after): [string, readonly Ipset[], readonly Ipset[]][] => {
    const before = findNamespace(actual, after.name)?.ipsets ?? [];
    return before === after.ipsets ? [] : [[after.name, before, after.ipsets]];
  });
}

function command(netns: string, change: IpsetChange): Command {
  return {
    netns,
    run: { tool: "ipset", kind: "change", exist: change.op === "create" || change.op === "add", change },
  };
}

/** Sizes and the like, where they are not what the kernel would choose; a seed (initval) is the kernel's own. */
const CHOSEN: Readonly<Record<string, string>> = { hashsize: "1024", maxelem: "65536", bucketsize: "12" };

function created(set: Ipset): string[] {
  const options = set.type.startsWith("hash:") && set.type !== "hash:mac" ? ["family", set.family] : [];
  for (const [key, value] of Object.entries(set.options)) {
    if (key === "family" || key === "initval" || CHOSEN[key] === value) continue;
    options.push(...(value === "" ? [key] : [key, value]));
  }
  return options;
}

function* members(netns: string, before: Ipset["members"], set: Ipset): Generator<Command> {
  if (before === set.members) return;
  const { gone, come } = differing(before, set.members);
  const old = new Map(gone.map((one) => [one.value, one]));
  const added: Ipset["members"] = [];
  for (const one of come) {
    const known = old.get(one.value);
    if (known && JSON.stringify(known.options) === JSON.stringify(one.options)) old.delete(one.value);
    else added.push(one);
  }
  for (const value of old.keys()) yield command(netns, { op: "del", set: set.name, member: value });
  for (const { value, options } of added) {
    const words = Object.entries(options).flatMap(([key, text]) => (text === true ? [key] : [key, text]));
    yield command(netns, { op: "add", set: set.name, member: value, options: words });
  }
}
