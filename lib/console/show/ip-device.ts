/** `ip link` and `ip address` that only ask (iproute2 ip/ipaddress.c). */

import { CommandError } from "../../host/command/command.ts";
import type { HostState, Link, Namespace } from "../../host/state.ts";
import { type Answer, lines } from "../answer.ts";
import type { IpOptions } from "./ip.ts";
import { addressLines, altnames, flagsOf, linkDetails, linkHead, linkLayer, linkStats, nameOf } from "./link.ts";

interface Wanted {
  dev?: string;
  up?: boolean;
  master?: string;
  type?: string;
  to?: string;
  scope?: string;
  /** By IFA_F_SECONDARY. */
  secondary?: boolean;
}

/** Words after `show`. */
export function showDevices(
  host: HostState,
  ns: Namespace,
  what: "link" | "address",
  words: readonly string[],
  options: IpOptions,
): Answer {
  const wanted = read(words);
  if (wanted.dev !== undefined && !ns.links.some((link) => has(link, wanted.dev)))
    throw new CommandError(`Device "${wanted.dev}" does not exist.`, 1);
  if (wanted.master !== undefined && !ns.links.some((link) => link.name === wanted.master))
    throw new CommandError(`Device "${wanted.master}" does not exist.`, 1);
  const found = ns.links.filter((link) => takes(wanted, link)).sort((a, b) => a.ifindex - b.ifindex);
  return lines(found.flatMap((link) => show(host, ns, link, what, wanted, options)));
}

function read(words: readonly string[]): Wanted {
  const out: Wanted = {};
  for (let i = 0; i < words.length; i++) {
    const word = words[i] as string;
    if (word === "up") out.up = true;
    else if (word === "permanent")
      continue; // As all are that no DHCP client or router gave.
    else if (word === "primary" || word === "secondary") out.secondary = word === "secondary";
    else if (word === "dev" || word === "master" || word === "type" || word === "to" || word === "scope") {
      const value = words[++i];
      if (value === undefined) throw new CommandError('Command line is not complete. Try option "help"', 255);
      out[word] = value;
    } else if (out.dev === undefined) out.dev = word;
    else throw new CommandError(`Error: either "dev" is duplicate, or "${word}" is a garbage.`, 255);
  }
  return out;
}

const has = (link: Link, name: string | undefined) => link.name === name || link.altnames.some((one) => one === name);

function takes({ dev, up, master, type }: Wanted, link: Link): boolean {
  if (dev !== undefined && !has(link, dev)) return false;
  if (up && !link.up) return false;
  if (master !== undefined && link.master !== master) return false;
  return type === undefined || (link.kind === "tap" ? "tun" : link.kind) === type;
}

function show(
  host: HostState,
  ns: Namespace,
  link: Link,
  what: "link" | "address",
  wanted: Wanted,
  options: IpOptions,
): string[] {
  const { family, brief, oneline } = options;
  const all = ns.addresses.filter(
    (a) =>
      a.dev === link.name &&
      (family === undefined || a.family === family) &&
      (wanted.scope === undefined || a.scope === wanted.scope) &&
      (wanted.secondary === undefined || a.secondary === wanted.secondary) &&
      (wanted.to === undefined || a.address === wanted.to.split("/")[0]),
  );
  const sorted = [...all.filter((a) => a.family === 4), ...all.filter((a) => a.family === 6)];
  const narrow = what === "address" && (family !== undefined || wanted.to !== undefined || wanted.scope !== undefined);
  if (narrow && sorted.length === 0) return [];
  if (brief)
    return [briefLine(host, link, what === "link" ? undefined : sorted.map((a) => `${a.address}/${a.prefix}`))];
  if (what === "address" && oneline)
    return sorted.map((a) => {
      const [first = "", second] = addressLines(a);
      return `${link.ifindex}: ${link.name}    ${first.trimStart()}\\${second}`;
    });
  const [head = "", ...rest] = whole(host, ns, link, what, options, wanted);
  const out = what === "link" ? [head, ...rest] : [head, ...rest, ...sorted.flatMap(addressLines)];
  return oneline ? [out.join("\\")] : out;
}

function whole(
  host: HostState,
  ns: Namespace,
  link: Link,
  what: "link" | "address",
  options: IpOptions,
  wanted: Wanted,
): string[] {
  const only = options.family !== undefined && what === "address";
  const head = linkHead(host, link, what === "link", only && wanted.dev === undefined && options.family === 6);
  if (only) return [head];
  const layer = linkLayer(link);
  const [first = "", ...more] = options.details ? linkDetails(host, ns, link) : [""];
  return [
    head,
    `${layer}${first}`,
    ...more,
    ...altnames(link),
    ...(options.stats ? linkStats(link, options.stats > 1) : []),
  ];
}

/** A device with a name longer than its column pushes the others. */
function briefLine(host: HostState, link: Link, addresses: readonly string[] | undefined): string {
  const rest = addresses ? addresses.map((one) => `${one} `).join("") : `${link.mac} <${flagsOf(host, link)}> `;
  return `${nameOf(link).padEnd(16)} ${link.operstate.padEnd(14)} ${rest}`;
}
