/** `tcpdump` on a device: the frames that traced packets, and the pings of consoles, caused there lately, and cause from now on. */
import { CommandError } from "../../host/command/command.ts";
import type { Namespace } from "../../host/state.ts";
import { type Answer, lines } from "../answer.ts";
import type { Call, Terminal } from "../terminal.ts";
import { compileFilter } from "./capture-filter.ts";
import { frameText } from "./frame-text.ts";

interface Options {
  /** Undefined: the first that is up. */
  device: string | undefined;
  count: number;
  ethernet: boolean;
  quietStamp: boolean;
  /** Asked which devices there are. */
  list: boolean;
  filter: string[];
}

export function tcpdump(terminal: Terminal, { words, netns }: Call): Answer {
  if (terminal.guest) throw new CommandError("tcpdump: not in the instance: capture on its tap device on the host", 1);
  const options = read(words);
  const ns = terminal.namespace(netns);
  const devices = devicesOf(ns);
  if (options.list) return lines(devices.map(({ text }, i) => `${i + 1}.${text}`));
  const device = options.device ?? devices[0]?.name ?? ANY;
  const link = ns.links.find((one) => one.name === device);
  if (device !== ANY && !link)
    throw new CommandError(`tcpdump: ${device}: No such device exists\n(No such device exists)`, 1);
  if (link && !link.up) throw new CommandError(`tcpdump: ${device}: That device is not up`, 1);
  const takes = compileFilter(options.filter);
  const here = terminal.frames.filter(
    (one) => one.host === terminal.host.name && one.netns === netns && (device === ANY || one.device === device),
  );
  const { following } = terminal;
  const before = following?.begun;
  const captured = before?.captured ?? 0;
  const found = here.filter((one) => takes(one.packet)).slice(0, options.count - captured);
  const head = [
    "tcpdump: verbose output suppressed, use -v[v]... for full protocol decode",
    `listening on ${device}, link-type ${device === ANY ? "LINUX_SLL2 (Linux cooked v2)" : "EN10MB (Ethernet)"}, snapshot length 262144 bytes`,
  ];
  const rows = found.map((one, i) => {
    const stamp = options.quietStamp ? "" : `${clock(one.at, i)} `;
    const where = device === ANY ? `${one.device.padEnd(5)} ${one.dir === "in" ? "In " : "Out"} ` : "";
    return `${stamp}${where}${frameText(one.packet, options.ethernet)}`;
  });
  const so = { captured: captured + found.length, received: (before?.received ?? 0) + here.length };
  const farewell = [
    `${so.captured} packet${so.captured === 1 ? "" : "s"} captured`,
    `${so.received} packet${so.received === 1 ? "" : "s"} received by filter`,
    "0 packets dropped by kernel",
  ];
  if (!before && here.length === 0)
    terminal.notes.push(
      `Nothing was sent over ${device} lately. Ping, or trace a packet over it${following ? " from another page" : ", then look again"}.`,
    );
  const beginning = before ? rows : [...head, ...rows];
  if (!following || so.captured >= options.count) return lines([...beginning, ...farewell]);
  following.goesOn = { ...so, farewell: lines(farewell).text };
  return lines(beginning);
}

const ANY = "any";
/** What libpcap can capture from that is no device of a namespace, as Debian builds it. */
const PSEUDO = [
  "bluetooth-monitor (Bluetooth Linux Monitor) [Wireless]",
  "nflog (Linux netfilter log (NFLOG) interface) [none]",
  "nfqueue (Linux netfilter queue (NFQUEUE) interface) [none]",
  "dbus-system (D-Bus system bus) [none]",
  "dbus-session (D-Bus session bus) [none]",
];

/** As pcap_findalldevs sorts them: by what speaks against each (get_figure_of_merit of libpcap's pcap.c). */
function devicesOf({ links }: Namespace): { name: string; text: string }[] {
  const own = [...links]
    .sort((a, b) => a.ifindex - b.ifindex)
    .map(({ name, kind, up, carrier }) => {
      const [runs, loopback] = [up && carrier, kind === "loopback"];
      const flags = [...(up ? ["Up"] : []), ...(runs ? ["Running"] : []), ...(loopback ? ["Loopback"] : [])];
      const status = loopback ? [] : [runs ? "Connected" : "Disconnected"];
      const against = 16 * Number(!runs) + 8 * Number(!up) + 4 * Number(!loopback && !runs) + 2 * Number(loopback);
      return { name, against, text: `${name} [${[...(flags.length > 0 ? flags : ["none"]), ...status].join(", ")}]` };
    });
  const any = { name: ANY, against: 1, text: "any (Pseudo-device that captures on all interfaces) [Up, Running]" };
  const pseudo = PSEUDO.map((text) => ({ name: text, against: 16 + 8, text }));
  return [...own, any, ...pseudo].sort((a, b) => a.against - b.against);
}

/** Frames of one moment follow each other by a microsecond, in their order. */
function clock(at: number, i: number): string {
  const text = new Date(at).toISOString().slice(11, 23);
  return `${text}${String(i % 1000).padStart(3, "0")}`;
}

function read(words: readonly string[]): Options {
  const out: Options = {
    device: undefined,
    count: Number.POSITIVE_INFINITY,
    ethernet: false,
    quietStamp: false,
    list: false,
    filter: [],
  };
  for (let i = 0; i < words.length; i++) {
    const word = words[i] as string;
    if (out.filter.length > 0 || !word.startsWith("-")) {
      out.filter.push(
        ...word
          .replace(/([()!])/g, " $1 ")
          .split(/\s+/)
          .filter(Boolean),
      );
      continue;
    }
    if (word === "--list-interfaces") {
      out.list = true;
      continue;
    }
    const value = /^-\w*([icsrw])(.*)$/.exec(word);
    for (const letter of word.slice(1).replace(/[icsrw].*$/, "")) {
      if (letter === "e") out.ethernet = true;
      else if (letter === "t") out.quietStamp = true;
      else if (letter === "D") out.list = true;
      else if (!"nlvqpUXxAK".includes(letter)) throw new CommandError(`tcpdump: invalid option -- '${letter}'`, 1);
    }
    if (!value) continue;
    const argument = value[2] || words[++i];
    if (argument === undefined) throw new CommandError(`tcpdump: option requires an argument -- '${value[1]}'`, 1);
    if (value[1] === "i") out.device = argument;
    else if (value[1] === "c") {
      out.count = Number(argument);
      if (!(out.count > 0)) throw new CommandError(`tcpdump: invalid packet count ${argument}`, 1);
    } else if (value[1] === "w" || value[1] === "r")
      throw new CommandError(`tcpdump: -${value[1]} is not supported here; a trace can be saved as pcapng`, 1);
  }
  return out;
}
