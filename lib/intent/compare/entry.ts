/** What a host has, taken apart into things that can be compared one by one. */

export type Part =
  | "namespace"
  | "link"
  | "address"
  | "route"
  | "rule"
  | "neighbour"
  | "fdb"
  | "iptables"
  | "ip6tables"
  | "ipset"
  | "sysctl"
  | "bridge"
  | "port"
  | "flow"
  | "group"
  | "dnsmasq";

export interface Place {
  readonly netns?: string;
  readonly device?: string;
  readonly bridge?: string;
  /** OpenFlow table, routing table, or `filter FORWARD`. */
  readonly table?: string;
}

/** A Neutron object. */
export interface Resource {
  readonly type: "port" | "network" | "router";
  readonly id: string;
}

export interface Entry {
  readonly part: Part;
  readonly place: Place;
  /** What makes it this one among others of its place. */
  readonly name: string;
  /** Everything else that is compared, in a tool's words. */
  readonly value: string;
  readonly resource?: Resource;
}

export function keyOf({ part, place, name }: Entry): string {
  return [part, place.netns ?? "", place.bridge ?? "", place.table ?? "", place.device ?? "", name].join("|");
}

/** `a=1 b=2`, in the order of the names; what is undefined, false or empty is left out. */
export function words(values: Readonly<Record<string, string | number | boolean | undefined>>): string {
  return Object.entries(values)
    .filter(([, value]) => value !== undefined && value !== false && value !== "")
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => (value === true ? name : `${name}=${value}`))
    .join(" ");
}
