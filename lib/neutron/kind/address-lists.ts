/** Lists of addresses: allocation pools, fixed addresses, nameservers, routes. Source: neutron_lib/api/validators/__init__.py. */
import { canonicalIp } from "../../net/address.ts";
import type { AllocationPool } from "../core/model.ts";
import { ipReason, routeReason } from "./address.ts";
import { Invalid, type Kind, repr, show, uuid } from "./kind.ts";

type Dictionary = { readonly [key: string]: unknown };

/** type:ip_pools. */
export const ipPools: Kind<readonly AllocationPool[]> = {
  parse: (value) =>
    list(value, "IP pool").map((item) => {
      const pool = dictionary(item, ["start", "end"]);
      return { start: address(pool.start), end: address(pool.end) };
    }),
};

/** What a client asks for: an address, a subnet, both, or neither (any of the network's subnets). */
export interface FixedIpRequest {
  readonly subnet_id?: string;
  readonly ip_address?: string;
}

/** type:fixed_ips. */
export const fixedIps: Kind<readonly FixedIpRequest[]> = {
  parse(value) {
    const seen = new Set<string>();
    return list(value, "fixed IP").map((item) => {
      if (!isDictionary(item)) throw new Invalid(`Invalid data format for fixed IP: '${show(item)}'`);
      const request: { subnet_id?: string; ip_address?: string } = {};
      if (item.ip_address !== undefined) {
        request.ip_address = address(item.ip_address);
        if (seen.has(request.ip_address)) throw new Invalid(`Duplicate IP address '${show(item.ip_address)}'`);
        seen.add(request.ip_address);
      }
      if (item.subnet_id !== undefined) request.subnet_id = uuid.parse(item.subnet_id);
      return request;
    });
  },
};

/** type:nameservers after convert_none_to_empty_list. */
export const nameservers: Kind<readonly string[]> = {
  parse(value) {
    if (value === null) return [];
    const hosts = list(typeof value === "string" ? [...value] : value, "nameserver"); // Python walks a text's letters.
    const seen = new Set<unknown>();
    return hosts.map((host) => {
      const reason = ipReason(host);
      if (reason !== undefined) throw new Invalid(`'${show(host)}' is not a valid nameserver. ${reason}`);
      if (seen.has(host)) throw new Invalid(`Duplicate nameserver '${show(host)}'`);
      seen.add(host);
      return String(host);
    });
  },
};

export interface HostRoute {
  readonly destination: string;
  readonly nexthop: string;
}

/** type:hostroutes after convert_none_to_empty_list: of subnets, and the extra routes of routers. */
export const hostRoutes: Kind<readonly HostRoute[]> = {
  parse(value) {
    if (value === null) return [];
    const seen = new Set<string>();
    return list(value, "hostroute").map((item) => {
      const { destination, nexthop } = dictionary(item, ["destination", "nexthop"]);
      const reason = routeReason(destination) ?? ipReason(nexthop);
      if (reason !== undefined) throw new Invalid(reason);
      const route = { destination: String(destination), nexthop: String(nexthop) };
      const key = `${route.destination} ${route.nexthop}`;
      if (seen.has(key)) throw new Invalid(`Duplicate hostroute '${repr(item)}'`);
      seen.add(key);
      return route;
    });
  },
};

function list(value: unknown, what: string): readonly unknown[] {
  if (!Array.isArray(value)) throw new Invalid(`Invalid data format for ${what}: '${show(value)}'`);
  return value;
}

function address(value: unknown): string {
  const reason = ipReason(value);
  if (reason !== undefined) throw new Invalid(reason);
  return canonicalIp(String(value)) ?? "";
}

function isDictionary(value: unknown): value is Dictionary {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** _verify_dict_keys, strict. */
function dictionary(value: unknown, keys: readonly string[]): Dictionary {
  if (!isDictionary(value))
    throw new Invalid(`Invalid input. '${show(value)}' must be a dictionary with keys: ${repr(keys)}`);
  const given = Object.keys(value);
  if (given.length !== keys.length || !keys.every((key) => Object.hasOwn(value, key)))
    throw new Invalid(
      `Validation of dictionary's keys failed. Expected keys: ${set(keys)} Provided keys: ${set(given)}`,
    );
  return value;
}

/** A set as Python prints it. */
const set = (values: readonly string[]) => (values.length === 0 ? "set()" : `{${values.map(repr).join(", ")}}`);
