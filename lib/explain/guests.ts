/** A cloud's guests by everything that names them: a trace asks for two of thousands. */
import type { Guest, World } from "../host/world.ts";

type Named = ReadonlyMap<string, readonly Guest[]>;

export interface Guests {
  /** Each port of theirs that sends: those on trunks, too. */
  readonly byPort: Named;
  readonly byMac: Named;
  readonly byAddress: Named;
  /** By the device in front of them; a trunk's subports have it from their parent. */
  readonly byTap: Named;
  /** By names and ids of servers, without what is on trunks. */
  readonly byServer: Named;
}

const made = new WeakMap<readonly Guest[], { readonly subports: World["subports"]; readonly guests: Guests }>();

export function guestsOf({ guests, subports }: World): Guests {
  const known = made.get(guests);
  if (known && known.subports === subports) return known.guests;
  const all = subports?.length ? [...guests, ...subports] : guests;
  const index: Guests = {
    byPort: named(all, (one) => [one.portId]),
    byMac: named(all, (one) => [one.mac]),
    byAddress: named(all, (one) => one.fixedIps.map(({ address }) => address)),
    byTap: named(all, (one) => (one.vlan === undefined && one.tap !== undefined ? [one.tap] : [])),
    byServer: named(guests, (one) => (one.serverId === undefined ? [one.name] : [one.name, one.serverId])),
  };
  made.set(guests, { subports, guests: index });
  return index;
}

function named(guests: readonly Guest[], namesOf: (one: Guest) => readonly string[]): Named {
  const map = new Map<string, Guest[]>();
  for (const one of guests)
    for (const name of new Set(namesOf(one))) {
      const some = map.get(name);
      if (some) some.push(one);
      else map.set(name, [one]);
    }
  return map;
}
