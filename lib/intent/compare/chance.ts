/**
 * MACs that the kernel and Open vSwitch drew by chance, and IPv6 addresses made of them: no two hosts have the same, and
 * nothing depends on which.
 */
import { ipNumber } from "../../net/range.ts";

/** Locally administered, and no guest's or Neutron's own. */
function isChance(mac: string): boolean {
  return (Number.parseInt(mac.slice(0, 2), 16) & 3) === 2 && !/^f[ae]:16:3[ef]:/.test(mac);
}

export function macOrChance(mac: string): string {
  return isChance(mac) ? "(any)" : mac;
}

/** `fe80::(any)` for a link-local address made of a MAC by chance. */
export function addressOrChance(text: string): string {
  if (!text.startsWith("fe80::") || text === "fe80::/64") return text;
  const [address = "", prefix] = text.split("/");
  const bits = ipNumber(address) & 0xffff_ffff_ffff_ffffn;
  if (((bits >> 24n) & 0xffffn) !== 0xfffen) return text;
  const mac = ((bits >> 40n) << 24n) | (bits & 0xffffffn);
  const octets = (mac ^ (1n << 41n)).toString(16).padStart(12, "0").match(/../g) ?? [];
  return isChance(octets.join(":")) ? `fe80::(any)${prefix === undefined ? "" : `/${prefix}`}` : text;
}
