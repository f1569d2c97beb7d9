/** What can be told of a text before it is sent. Whatever passes here, the service still judges. */
import * as z from "zod/mini";
import type { Check } from "./form.ts";

const address = z.union([z.ipv4(), z.ipv6()]);
const cidr = z.union([z.cidrv4(), z.cidrv6()]);

export const isAddress: Check = (text) =>
  address.safeParse(text).success ? undefined : `“${text}” is not an IP address.`;

export const isCidr: Check = (text) =>
  cidr.safeParse(text).success ? undefined : `“${text}” is not a CIDR, such as 10.0.0.0/24 or fd00:1::/64.`;

/** `10.0.0.10-10.0.0.50`. */
export const isPool: Check = (text) => {
  const [first = "", last = "", ...rest] = text.split(/\s*-\s*/);
  if (rest.length > 0 || !address.safeParse(first).success || !address.safeParse(last).success)
    return `“${text}” is not a pool, such as 10.0.0.10-10.0.0.50.`;
  return undefined;
};

/** `10.9.0.0/16 via 10.0.0.7`. */
export const isRoute: Check = (text) => {
  const [to = "", via, hop = "", ...rest] = text.split(/\s+/);
  const good = via === "via" && rest.length === 0 && cidr.safeParse(to).success && address.safeParse(hop).success;
  return good ? undefined : `“${text}” is not a route, such as 10.9.0.0/16 via 10.0.0.7.`;
};

const MAC = /^([\da-f]{2}:){5}[\da-f]{2}$/i;

/** An address or a CIDR, and perhaps the MAC that goes with it. */
export const isPair: Check = (text) => {
  const [ip = "", mac, ...rest] = text.split(/\s+/);
  const good =
    (address.safeParse(ip).success || cidr.safeParse(ip).success) &&
    (mac === undefined || MAC.test(mac)) &&
    rest.length === 0;
  return good ? undefined : `“${text}” is not an address or a CIDR, with or without a MAC after it.`;
};

export const isWithin =
  (low: number, high: number): Check =>
  (text) =>
    /^\d+$/.test(text) && Number(text) >= low && Number(text) <= high
      ? undefined
      : `A number from ${low} to ${high}, please.`;

const MAX_PORT = 65_535;

/** `22` or `8000-8010`. */
export const isPortRange: Check = (text) => {
  const found = /^(\d+)(?:\s*-\s*(\d+))?$/.exec(text);
  const [low, high] = [Number(found?.[1]), Number(found?.[2] ?? found?.[1])];
  if (!found || low < 1 || high > MAX_PORT) return `A port or two of them, such as 22 or 8000-8010.`;
  return low > high ? "The first port comes after the last." : undefined;
};
