/**
 * The members of remote groups, one set for each kind of address that rules name them for. Of address groups there is none:
 * Zed's iptables_firewall.py overlooks them, and such a rule lets everybody in.
 * Source: neutron/agent/linux/ipset_manager.py, db/securitygroups_rpc_base.py.
 */
import { type Difference, differing } from "../../../host/differing.ts";
import { Following } from "../../../host/following.ts";
import type { Ipset } from "../../../host/state.ts";
import { matchedAddress, parseCidr } from "../../../net/address.ts";
import type { PortView, SecurityGroupView } from "../../view.ts";
import { type Ethertype, type Groups, groupsOf, remoteGroups } from "../group-rules.ts";
import { setName } from "./names.ts";

/** What the kernel adds to a `create` that names the family alone. */
const DEFAULTS = { hashsize: "1024", maxelem: "65536", bucketsize: "12" };

/** Sets that are Neutron's own: an agent that starts finds those of a former run. */
const OWN = /^NIPv[46]/;

/** The host's sets, with those that the groups of these ports need, and no others of Neutron's. */
export function withGroupSets(sets: Ipset[], filtered: readonly PortView[], groups: Groups): Ipset[] {
  const own = new Set(filtered.flatMap((port) => groupsOf(port, groups)));
  const wanted = new Map<string, Ipset>();
  for (const [id, types] of remoteGroups(own))
    for (const type of types) {
      const set = groupSet(id, type, groups.get(id));
      wanted.set(set.name, set);
    }
  const kept = sets.flatMap((old) => {
    const next = wanted.get(old.name);
    wanted.delete(old.name);
    if (next) return [withMembers(old, next)];
    return OWN.test(old.name) ? [] : [old];
  });
  const same = wanted.size === 0 && kept.length === sets.length && kept.every((one, i) => one === sets[i]);
  return same ? sets : [...kept, ...wanted.values()];
}

const made = new WeakMap<SecurityGroupView, Map<Ethertype, Ipset>>();

function groupSet(id: string, type: Ethertype, group: SecurityGroupView | undefined): Ipset {
  const own = group && (made.get(group) ?? new Map<Ethertype, Ipset>());
  const known = own?.get(type);
  if (known) return known;
  const set: Ipset = {
    name: setName(id, type),
    type: "hash:net",
    family: type === "IPv6" ? "inet6" : "inet",
    members: group ? Array.from(entries[type].of(group.members).values(), ({ entry }) => entry) : [],
    options: { family: type === "IPv6" ? "inet6" : "inet", ...DEFAULTS },
  };
  if (group && own) made.set(group, own.set(type, set));
  return set;
}

type Member = SecurityGroupView["members"][number];

/** What a set has for some members, by value: two of them may have the same address. */
type Entries = Map<string, { readonly entry: Ipset["members"][number]; count: number }>;

const entries: Readonly<Record<Ethertype, Following<Member, Entries>>> = {
  IPv4: entriesOf(4),
  IPv6: entriesOf(6),
};

function entriesOf(family: 4 | 6): Following<Member, Entries> {
  return new Following<Member, Entries>(
    () => new Map(),
    (all, { address }) => {
      for (const value of networks(address, family)) {
        const known = all.get(value);
        if (known) known.count++;
        else all.set(value, { entry: { value, options: {} }, count: 1 });
      }
    },
    (all, { address }) => {
      for (const value of networks(address, family)) {
        const known = all.get(value);
        if (known && --known.count === 0) all.delete(value);
      }
    },
  );
}

/** An address, or a network of an allowed address pair; a set takes no /0, but both of its halves. */
function networks(address: string, family: 4 | 6): string[] {
  // Ports' own addresses are as Neutron's database has them.
  if (!address.includes("/")) return address.includes(":") === (family === 6) ? [address] : [];
  const cidr = parseCidr(address);
  if (cidr?.family !== family) return [];
  if (cidr.prefix === 0) return family === 4 ? ["0.0.0.0/1", "128.0.0.0/1"] : ["::/1", "8000::/1"];
  return [matchedAddress(address) ?? address];
}

/** What a host's set has the members of. */
const equal = new WeakMap<Ipset, Ipset>();

/** The host's set where it has these members: their order is the kernel's. */
function withMembers(old: Ipset, next: Ipset): Ipset {
  const was = equal.get(old);
  if (old === next || was === next) return old;
  const { gone, come } = was ? differing(was.members, next.members) : byValue(old.members, next.members);
  const lost = new Set(gone.map(({ value }) => value));
  const kept = lost.size === 0 ? old.members : old.members.filter(({ value }) => !lost.has(value));
  const set = gone.length + come.length === 0 ? old : { ...old, members: kept.concat(come) };
  equal.set(set, next);
  return set;
}

function byValue(old: Ipset["members"], next: Ipset["members"]): Difference<Ipset["members"][number]> {
  const wanted = new Map(next.map((one) => [one.value, one]));
  const gone = old.filter((one) => !wanted.delete(one.value));
  return { gone, come: [...wanted.values()] };
}
