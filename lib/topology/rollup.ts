/** Rolls instances up once a cloud has too many to read. Pure. */
import type { Topology, TopologyInstance } from "../api/http.ts";

/** From this many instances on, groups take the place of cards. */
export const ROLL_UP_FROM = 300;
/** Fewer than this many alike are not worth a group. */
const SMALLEST_GROUP = 4;
/** An opened group shows at most this many cards; more become groups of a part of the names. */
const PART = 60;

export type Hanging = { kind: "instance"; instance: TopologyInstance } | InstanceGroup;

export interface InstanceGroup {
  kind: "group";
  id: string;
  /** `web-… × 42`, or the first and last name of a part. */
  name: string;
  count: number;
  /** Status word (upper case) → how many, most first. */
  states: [status: string, count: number][];
  /** Ids inside: for search, selection and neighbours. */
  members: string[];
}

/**
 * What hangs under each network (network id → cards and groups, by name). An instance hangs under the first of its
 * networks, in the order of `order`; links to the others are drawn by the layout. `open` holds the ids of opened groups,
 * `show` an instance that must be seen as itself (it is selected).
 */
export function hangings(
  topology: Topology,
  order: readonly string[],
  open: ReadonlySet<string>,
  show?: string,
): Map<string, Hanging[]> {
  const rank = new Map(order.map((id, index) => [id, index]));
  const home = (instance: TopologyInstance): string =>
    instance.ports
      .map((port) => port.networkId)
      .filter((id) => rank.has(id))
      .sort((a, b) => (rank.get(a) ?? 0) - (rank.get(b) ?? 0))[0] ?? "";
  const byHome = Map.groupBy(topology.instances, home);
  const rolled = topology.instances.length >= ROLL_UP_FROM;
  return new Map(
    [...byHome].map(([network, own]) => [network, rolled ? roll(network, own, open, show) : own.map(asCard)]),
  );
}

const asCard = (instance: TopologyInstance): Hanging => ({ kind: "instance", instance });

function roll(network: string, own: TopologyInstance[], open: ReadonlySet<string>, show?: string): Hanging[] {
  const out: Hanging[] = [];
  for (const [stem, alike] of Map.groupBy(own, (instance) => stemOf(instance.name))) {
    const id = `${network}/${stem}`;
    if (alike.length < SMALLEST_GROUP) out.push(...alike.map(asCard));
    else if (!open.has(id) && !parts(id, alike).some((part) => open.has(part.id)))
      out.push(...closed(groupOf(id, `${stem}… × ${alike.length}`, alike), alike, show));
    else if (alike.length <= PART) out.push(...alike.map(asCard));
    else
      for (const part of parts(id, alike))
        out.push(
          ...(open.has(part.id)
            ? part.members.map(asCard)
            : closed(
                groupOf(part.id, `${part.members[0]?.name} … ${part.members.at(-1)?.name}`, part.members),
                part.members,
                show,
              )),
        );
  }
  return out;
}

/** A closed group, and beside it the one member that must be seen. */
function closed(group: InstanceGroup, members: TopologyInstance[], show?: string): Hanging[] {
  return [...members.filter((member) => member.id === show).map(asCard), group];
}

function parts(id: string, members: TopologyInstance[]): { id: string; members: TopologyInstance[] }[] {
  if (members.length <= PART) return [];
  return Array.from({ length: Math.ceil(members.length / PART) }, (_, index) => ({
    id: `${id}/${index}`,
    members: members.slice(index * PART, (index + 1) * PART),
  }));
}

function groupOf(id: string, name: string, members: TopologyInstance[]): InstanceGroup {
  const states = [...Map.groupBy(members, (member) => member.status.toUpperCase())].map(
    ([status, list]): [string, number] => [status, list.length],
  );
  return {
    kind: "group",
    id,
    name,
    count: members.length,
    states: states.sort((a, b) => b[1] - a[1]),
    members: members.map((member) => member.id),
  };
}

/** `web-12` and `web-7` are alike: the name without what counts at its end. */
export function stemOf(name: string): string {
  const stem = name.replace(/(?:[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|\d+)$/i, "");
  return stem === "" ? name.slice(0, 4) : stem;
}
