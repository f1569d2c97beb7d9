/** The words of an iproute2 command, read one by one; its complaints are iproute2's (lib/utils.c). */
import { canonicalIp, canonicalMac, parseCidr } from "../../../net/address.ts";
import { CommandError } from "../command.ts";

/** invarg() and its kin exit with -1. */
const USAGE_STATUS = 255;

export class Cursor {
  readonly words: readonly string[];
  at = 0;

  constructor(words: readonly string[]) {
    this.words = words;
  }

  get done(): boolean {
    return this.at >= this.words.length;
  }

  peek(): string | undefined {
    return this.words[this.at];
  }

  next(): string {
    const word = this.words[this.at];
    if (word === undefined) throw new CommandError('Command line is not complete. Try option "help"', USAGE_STATUS);
    this.at++;
    return word;
  }

  /** Takes the next word if it is one of these. */
  take(...texts: string[]): boolean {
    const found = !this.done && texts.includes(this.words[this.at] as string);
    if (found) this.at++;
    return found;
  }

  number(what: string, max = 0xffffffff): number {
    const text = this.next();
    const value = Number(text);
    if (text === "" || !Number.isInteger(value) || value < 0 || value > max) throw wrong(text, `invalid "${what}"`);
    return value;
  }

  onOff(what: string): boolean {
    const text = this.next();
    if (text === "on" || text === "1") return true;
    if (text === "off" || text === "0") return false;
    throw new CommandError(`Error: argument of "${what}" must be "on" or "off", not "${text}"`, USAGE_STATUS);
  }

  mac(): string {
    const text = this.next();
    const mac = canonicalMac(text);
    if (mac === undefined) throw new CommandError(`"${text}" is invalid lladdr.`, USAGE_STATUS);
    return mac;
  }

  ip(): string {
    const text = this.next();
    const ip = canonicalIp(text);
    if (ip === undefined) throw new CommandError(`Error: any valid address is expected rather than "${text}".`, 1);
    return ip;
  }

  /** Canonical `address/prefix`; host bits are kept. */
  prefix(family?: 4 | 6): string {
    const text = this.next();
    return prefixOf(text, family);
  }
}

export function prefixOf(text: string, family?: 4 | 6): string {
  if (text === "default" || text === "any" || text === "all") return "default";
  const cidr = parseCidr(text);
  if (!cidr || (family !== undefined && cidr.family !== family)) {
    const kind = family === undefined ? "any valid" : family === 4 ? "inet" : "inet6";
    throw new CommandError(`Error: ${kind} prefix is expected rather than "${text}".`, 1);
  }
  return `${cidr.address}/${cidr.prefix}`;
}

export function wrong(text: string, why: string): CommandError {
  return new CommandError(`Error: argument "${text}" is wrong: ${why}`, USAGE_STATUS);
}

/** A word that iproute2 takes, and these hosts do not have. */
export function unread(word: string): CommandError {
  return new CommandError(`ip: "${word}" is not supported here`, USAGE_STATUS);
}

/** Of devices and addresses. */
const UNREAD: ReadonlySet<string> = new Set([
  ...["arp", "multicast", "allmulticast", "trailers", "dynamic", "carrier", "txqueuelen", "txqlen", "qlen", "alias"],
  ...["group", "vf", "vrf", "broadcast", "brd", "numtxqueues", "numrxqueues", "index", "protodown", "altname"],
  ...["label", "nodad", "home", "mngtmpaddr", "noprefixroute", "autojoin", "optimistic", "metric", "proto"],
  ...["valid_lft", "preferred_lft", "anycast", "link-netns", "link-netnsid", "gso_max_size", "addrgenmode"],
]);

export function garbage(text: string, what = "dev"): CommandError {
  if (UNREAD.has(text)) return unread(text);
  return new CommandError(`Error: either "${what}" is duplicate, or "${text}" is a garbage.`, USAGE_STATUS);
}

/** The first of `all` that starts with what was typed (iproute2's matches()). */
export function abbreviated<T extends string>(typed: string, all: readonly T[]): T | undefined {
  return typed === "" ? undefined : all.find((word) => word.startsWith(typed));
}

/** IFNAMSIZ, dots and slashes (iproute2 lib/utils.c check_ifname). */
export function deviceName(text: string, what = "name"): string {
  if (text === "" || text.length > 15 || /[/\s]/.test(text) || text === "." || text === "..")
    throw wrong(text, `"${what}" not a valid ifname`);
  return text;
}
