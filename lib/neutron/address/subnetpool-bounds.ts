/** Prefixes and prefix lengths of a pool, with their defaults. Source: neutron/ipam/subnet_alloc.py SubnetPoolReader, SubnetPoolHelper. */
import { familyOf } from "../../net/address.ts";
import { NeutronError } from "../errors.ts";
import { compacted, rangesOf, type SubnetPool } from "./subnetpool-model.ts";

const MAX = { 4: 32, 6: 128 } as const;
const DEFAULT_MIN = { 4: 8, 6: 64 } as const;

type Lengths = Pick<SubnetPool, "min_prefixlen" | "max_prefixlen" | "default_prefixlen">;

/** Joined prefixes, all of one family. */
export function readPrefixes(prefixes: readonly string[]): Pick<SubnetPool, "prefixes" | "ip_version"> {
  const [first] = prefixes;
  if (first === undefined) throw refused("EmptySubnetPoolPrefixList", "Empty subnet pool prefix list.");
  const ip_version = familyOf(first);
  if (prefixes.some((prefix) => familyOf(prefix) !== ip_version))
    throw refused("PrefixVersionMismatch", "Cannot mix IPv4 and IPv6 prefixes in a subnet pool.");
  return { prefixes: compacted(rangesOf(prefixes)), ip_version };
}

export function readLengths(version: 4 | 6, given: { readonly [K in keyof Lengths]?: number | undefined }): Lengths {
  // As Neutron has it, a length of 0 is no answer for a default of its own to replace.
  const min = given.min_prefixlen ?? DEFAULT_MIN[version];
  const max = given.max_prefixlen ?? MAX[version];
  const usual = given.default_prefixlen ?? min;
  if (min > max) throw bounds("min_prefixlen", min, "max_prefixlen", max);
  if (max > MAX[version]) throw bounds("max_prefixlen", max, "ip_version_max", MAX[version]);
  if (usual < min) throw bounds("default_prefixlen", usual, "min_prefixlen", min);
  if (usual > max) throw bounds("default_prefixlen", usual, "max_prefixlen", max);
  return { min_prefixlen: min, max_prefixlen: max, default_prefixlen: usual };
}

function bounds(name: string, value: number, base: string, bound: number): NeutronError {
  return refused("IllegalSubnetPoolPrefixBounds", `Illegal prefix bounds: ${name}=${value}, ${base}=${bound}.`);
}

export function refused(type: string, message: string): NeutronError {
  return new NeutronError("bad-request", type, message);
}
