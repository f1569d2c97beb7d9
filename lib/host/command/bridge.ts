/** `bridge fdb|link|vlan` of iproute2 (bridge/fdb.c, link.c, vlan.c). */
import { namespaceOf } from "../edit.ts";
import { changeFdb, type FdbChange } from "../kernel/fdb.ts";
import { linkOf, refused, replaceLink } from "../kernel/links.ts";
import type { HostState, Link } from "../state.ts";
import { CommandError, type Tool } from "./command.ts";
import { abbreviated, Cursor, garbage } from "./ip/cursor.ts";
import { pair } from "./ip/device.ts";

export type BridgeCommand = FdbCommand | PortCommand | VlanCommand;

interface FdbCommand extends FdbChange {
  readonly tool: "bridge";
  readonly action: "fdb";
}

interface PortCommand {
  readonly tool: "bridge";
  readonly action: "link-set";
  readonly dev: string;
  readonly flags: { readonly [F in Flag]?: boolean };
}

interface VlanCommand {
  readonly tool: "bridge";
  readonly action: "vlan-add" | "vlan-del";
  readonly dev: string;
  readonly from: number;
  readonly to: number;
  readonly pvid?: boolean;
  readonly untagged?: boolean;
  /** The bridge's own membership. */
  readonly self?: boolean;
}

const FLAGS = ["hairpin", "isolated", "learning", "flood"] as const;
type Flag = (typeof FLAGS)[number];

/** `bridge` exits with -1 whatever went wrong. */
const FAILED = 255;

export const BRIDGE: Tool<BridgeCommand> = {
  parse(_name, words) {
    const cursor = new Cursor(words);
    const object = cursor.next();
    switch (abbreviated(object, ["link", "fdb", "vlan"])) {
      case "fdb":
        return parseFdb(cursor);
      case "link":
        return parsePort(cursor);
      case "vlan":
        return parseVlan(cursor);
      default:
        throw new CommandError(`Object "${object}" is unknown, try "bridge help".`, FAILED);
    }
  },

  print(command) {
    switch (command.action) {
      case "fdb": {
        const { verb, mac, dev, dst, vlan, state, master } = command;
        // As the Linux bridge agent says it: `self` and `permanent` are what bridge(8) takes for granted.
        const place = master ? ["master"] : [];
        const words = ["bridge", "fdb", verb, mac, "dev", dev, ...pair("dst", dst), ...pair("vlan", vlan), ...place];
        return { words: state === "permanent" ? words : [...words, state] };
      }
      case "link-set": {
        const { dev, flags } = command;
        const options = FLAGS.flatMap((flag) => pair(flag, onOff(flags[flag])));
        return { words: ["bridge", "link", "set", "dev", dev, ...options] };
      }
      case "vlan-add":
      case "vlan-del": {
        const { action, dev, from, to, pvid, untagged, self } = command;
        const range = from === to ? String(from) : `${from}-${to}`;
        const options = [...(pvid ? ["pvid"] : []), ...(untagged ? ["untagged"] : []), ...(self ? ["self"] : [])];
        return { words: ["bridge", "vlan", action.slice("vlan-".length), "dev", dev, "vid", range, ...options] };
      }
    }
  },

  apply(host, netns, command) {
    try {
      switch (command.action) {
        case "fdb":
          return changeFdb(host, netns, command);
        case "link-set":
          return setPort(host, netns, command);
        case "vlan-add":
        case "vlan-del":
          return changeVlans(host, netns, command);
      }
    } catch (error) {
      if (!(error instanceof CommandError)) throw error;
      const message =
        command.action === "fdb" ? error.message : error.message.replace("find device", "find bridge device");
      throw new CommandError(message, FAILED);
    }
  },
};

function onOff(flag: boolean | undefined): string | undefined {
  return flag === undefined ? undefined : flag ? "on" : "off";
}

function parseFdb(words: Cursor): FdbCommand {
  const typed = words.next();
  const verb = abbreviated(typed, ["add", "append", "replace", "delete"] as const);
  if (!verb) throw new CommandError(`Command "${typed}" is unknown, try "bridge fdb help".`, FAILED);
  const out: { mac?: string; dev?: string; dst?: string; vlan?: number } = {};
  let master = false;
  let state: FdbCommand["state"] = "permanent";
  while (!words.done) {
    if (words.take("dev")) out.dev = words.next();
    else if (words.take("dst")) out.dst = words.ip();
    else if (words.take("vlan")) out.vlan = words.number("vlan", 4095);
    else if (words.take("master")) master = true;
    else if (words.take("static", "temp")) state = "static";
    else if (words.take("dynamic")) state = "dynamic";
    else if (!words.take("self", "local", "permanent")) {
      if (out.mac !== undefined) throw garbage(words.next());
      out.mac = words.mac();
    }
  }
  const { mac, dev, ...rest } = out;
  if (mac === undefined || dev === undefined)
    throw new CommandError("Device and address are required arguments.", FAILED);
  return { tool: "bridge", action: "fdb", verb: verb === "delete" ? "del" : verb, mac, dev, master, state, ...rest };
}

function parsePort(words: Cursor): PortCommand {
  const typed = words.next();
  if (abbreviated(typed, ["set"]) === undefined)
    throw new CommandError(`Command "${typed}" is unknown, try "bridge link help".`, FAILED);
  let dev: string | undefined;
  const flags: { -readonly [F in Flag]?: boolean } = {};
  while (!words.done) {
    const word = words.next();
    const flag = FLAGS.find((name) => name === word);
    if (word === "dev") dev = words.next();
    else if (flag) flags[flag] = words.onOff(flag);
    else throw garbage(word);
  }
  if (dev === undefined) throw new CommandError("Device is a required argument.", FAILED);
  return { tool: "bridge", action: "link-set", dev, flags };
}

function parseVlan(words: Cursor): VlanCommand {
  const typed = words.next();
  const verb = abbreviated(typed, ["add", "delete"]);
  if (!verb) throw new CommandError(`Command "${typed}" is unknown, try "bridge vlan help".`, FAILED);
  let dev: string | undefined;
  let range: { from: number; to: number } | undefined;
  const options: { pvid?: boolean; untagged?: boolean; self?: boolean } = {};
  while (!words.done) {
    if (words.take("dev")) dev = words.next();
    else if (words.take("vid")) range = vlanRange(words.next());
    else if (words.take("pvid")) options.pvid = true;
    else if (words.take("untagged")) options.untagged = true;
    else if (words.take("self")) options.self = true;
    else if (!words.take("master")) throw garbage(words.next());
  }
  if (dev === undefined || !range) throw new CommandError("Device and VLAN ID are required arguments.", FAILED);
  return { tool: "bridge", action: verb === "add" ? "vlan-add" : "vlan-del", dev, ...range, ...options };
}

function vlanRange(text: string): { from: number; to: number } {
  const found = /^(\d+)(?:-(\d+))?$/.exec(text);
  const from = Number(found?.[1]);
  const to = Number(found?.[2] ?? found?.[1]);
  if (!found || from > to || to >= 4096) throw new CommandError(`Invalid VLAN ID "${text}"`, FAILED);
  return { from, to };
}

function setPort(host: HostState, netns: string, { dev, flags }: PortCommand): HostState {
  const link = linkOf(host, netns, dev);
  if (!link.bridgePort) throw refused("Operation not supported");
  return replaceLink(host, netns, { ...link, bridgePort: { ...link.bridgePort, ...flags } });
}

type Vlans = NonNullable<NonNullable<Link["bridgePort"]>["vlans"]>;

function changeVlans(host: HostState, netns: string, command: VlanCommand): HostState {
  const { dev, from, to, pvid, untagged = false, action } = command;
  const link = linkOf(host, netns, dev);
  // A bridge's own VLANs are not part of a host's state; that there is such a bridge is.
  if (command.self && link.bridge) return host;
  if (!link.bridgePort || !namespaceOf(host, netns).links.some((l) => l.name === link.master && l.bridge))
    throw refused("Operation not supported");
  const { pvid: had, ...port } = link.bridgePort;
  const kept: Vlans = (port.vlans ?? []).flatMap((v) => cut(v, from, to));
  const vlans = action === "vlan-add" ? [...kept, { from, to, untagged }] : kept;
  const within = had !== undefined && had >= from && had <= to;
  const now = action === "vlan-add" && pvid ? from : within ? undefined : had;
  return replaceLink(host, netns, {
    ...link,
    bridgePort: { ...port, vlans: vlans.sort((a, b) => a.from - b.from), ...(now !== undefined && { pvid: now }) },
  });
}

/** What is left of a range of VLANs without another. */
function cut(v: Vlans[number], from: number, to: number): Vlans {
  const out: Vlans = [];
  if (v.from < from) out.push({ ...v, to: Math.min(v.to, from - 1) });
  if (v.to > to) out.push({ ...v, from: Math.max(v.from, to + 1) });
  return out;
}
