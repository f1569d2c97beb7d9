/** `bridge fdb|link|vlan` and `brctl show|showmacs` (iproute2 bridge/*.c, bridge-utils brctl_cmd.c). */
import { CommandError } from "../../host/command/command.ts";
import type { FdbEntry, HostState, Link, Namespace } from "../../host/state.ts";
import { type Answer, lines } from "../answer.ts";
import { flagsOf, nameOf } from "./link.ts";

const SHOW = /^(s(h(o(w)?)?)?|l(i(s(t)?)?)?|lst)$/;

export function showBridge(host: HostState, ns: Namespace, words: readonly string[]): Answer | undefined {
  const rest = words.filter((word) => !/^-(c(olor)?(=.*)?|s|d|statistics|details)$/.test(word));
  const details = words.some((word) => word === "-d" || word === "-details");
  if (rest.some((word) => /^-(j|json|p)$/.test(word)))
    throw new CommandError("bridge: JSON is not supported here; leave -j out", 255);
  const [object = "", verb, ...args] = rest;
  if (object === "" || object === "help")
    return lines(
      ["Usage: bridge [ OPTIONS ] OBJECT { COMMAND | help }", "Here: fdb, link and vlan, to show and to change."],
      255,
    );
  if (verb !== undefined && !SHOW.test(verb)) return undefined;
  const filter = readFilter(ns, args);
  if ("link".startsWith(object)) return lines(ports(ns, filter).flatMap((link) => portLines(host, link, details)));
  if ("fdb".startsWith(object))
    return lines(
      fdbOf(ns)
        .filter((one) => takes(ns, filter, one))
        .map((one) => fdbLine(one, filter)),
    );
  if ("vlan".startsWith(object)) return lines(["port              vlan-id  ", ...ports(ns, filter).flatMap(vlanLines)]);
  return undefined;
}

interface Filter {
  dev?: string;
  br?: string;
}

function readFilter(ns: Namespace, words: readonly string[]): Filter {
  const out: Filter = {};
  for (let i = 0; i < words.length; i += 2) {
    const word = words[i] as string;
    const value = words[i + 1];
    if (word !== "dev" && word !== "br" && word !== "brport" && word !== "master")
      throw new CommandError(`Error: either "dev" is duplicate, or "${word}" is a garbage.`, 255);
    if (value === undefined) throw new CommandError('Command line is not complete. Try option "help"', 255);
    if (!ns.links.some((link) => link.name === value)) throw new CommandError(`Cannot find device "${value}"`, 255);
    if (word === "br" || word === "master") out.br = value;
    else out.dev = value;
  }
  return out;
}

function ports(ns: Namespace, { dev, br }: Filter): Link[] {
  return ns.links
    .filter(
      (link) => link.bridgePort && (dev === undefined || link.name === dev) && (br === undefined || link.master === br),
    )
    .sort((a, b) => a.ifindex - b.ifindex);
}

function portLines(host: HostState, link: Link, details: boolean): string[] {
  const { bridgePort: port } = link;
  if (!port) return [];
  const head = `${link.ifindex}: ${nameOf(link)}: <${flagsOf(host, link)}> mtu ${link.mtu} master ${link.master} state ${port.state} priority 32 cost 2 `;
  const on = (value: boolean) => (value ? "on" : "off");
  const more = `    hairpin ${on(port.hairpin)} guard off root_block off fastleave off learning ${on(port.learning)} flood ${on(port.flood)} isolated ${on(port.isolated)} `;
  return details ? [head, more] : [head];
}

/** Ports' own addresses stand in every bridge's table; a simulated host leaves them out. */
function fdbOf(ns: Namespace): FdbEntry[] {
  const own = ns.links.flatMap((link): FdbEntry[] => {
    if (!link.bridgePort || link.master === undefined) return [];
    if (ns.fdb.some((one) => one.dev === link.name && one.mac === link.mac && one.master !== undefined)) return [];
    return [{ mac: link.mac, dev: link.name, master: link.master, self: false, permanent: true, flags: [] }];
  });
  return [...own, ...ns.fdb];
}

function takes(ns: Namespace, { dev, br }: Filter, one: FdbEntry): boolean {
  if (dev !== undefined && one.dev !== dev) return false;
  return (
    br === undefined ||
    one.master === br ||
    one.dev === br ||
    ns.links.some((link) => link.name === one.dev && link.master === br)
  );
}

function fdbLine(one: FdbEntry, { dev }: Filter): string {
  const words = [one.mac];
  if (dev === undefined) words.push("dev", one.dev);
  if (one.dst !== undefined) words.push("dst", one.dst);
  if (one.vlan !== undefined) words.push("vlan", String(one.vlan));
  const flags = one.flags.filter((flag) => flag !== "self" && flag !== "master" && flag !== "permanent");
  if (one.self) words.push("self");
  if (one.master !== undefined) words.push("master", one.master);
  words.push(...flags);
  return `${words.join(" ")} ${one.permanent ? "permanent" : one.state === "static" || one.state === "stale" ? one.state : ""}`;
}

function vlanLines(link: Link): string[] {
  const { vlans = [], pvid } = link.bridgePort ?? {};
  return vlans.map(({ from, to, untagged }, i) => {
    const range = from === to ? `${from}` : `${from}-${to}`;
    const words = [
      range,
      ...(pvid !== undefined && pvid >= from && pvid <= to ? ["PVID"] : []),
      ...(untagged ? ["Egress Untagged"] : []),
    ];
    return `${(i === 0 ? link.name : "").padEnd(16)}  ${words.join(" ")}`;
  });
}

const named = (a: { name: string }, b: { name: string }) => (a.name < b.name ? -1 : 1);

export function showBrctl(ns: Namespace, [verb, ...args]: readonly string[]): Answer | undefined {
  const bridges = ns.links.filter((link) => link.kind === "bridge").sort(named);
  switch (verb) {
    case "show": {
      if (args.length === 0 && bridges.length === 0) return lines([]);
      const out: string[] = [];
      let headed = false;
      for (const name of args.length > 0 ? args : bridges.map((one) => one.name)) {
        const bridge = bridges.find((one) => one.name === name);
        if (!bridge) {
          out.push(
            ns.links.some((one) => one.name === name)
              ? `device ${name} is not a bridge!`
              : `bridge ${name} does not exist!`,
          );
          continue;
        }
        if (!headed) out.push("bridge name\tbridge id\t\tSTP enabled\tinterfaces");
        headed = true;
        const [first = "", ...rest] = slaves(ns, name)
          .sort(named)
          .map((one) => one.name);
        out.push(`${name}\t\t8000.${bridge.mac.replaceAll(":", "")}\t${bridge.bridge?.stp ? "yes" : "no"}\t\t${first}`);
        out.push(...rest.map((port) => `\t\t\t\t\t\t\t${port}`));
      }
      return lines(out);
    }
    case "showmacs": {
      const name = args[0];
      if (name === undefined)
        throw new CommandError(
          "Incorrect number of arguments for command\nUsage: brctl showmacs <bridge>\t\tshow a list of mac addrs",
          1,
        );
      if (!bridges.some((one) => one.name === name))
        throw new CommandError(
          `read of forward table failed: ${ns.links.some((l) => l.name === name) ? "Operation not supported" : "No such device"}`,
          1,
        );
      const all = slaves(ns, name);
      const rows = fdbOf(ns)
        .filter((one) => one.master === name)
        .sort((a, b) => (a.mac < b.mac ? -1 : a.mac > b.mac ? 1 : 0))
        .filter((one, i, sorted) => one.mac !== sorted[i - 1]?.mac || one.dev !== sorted[i - 1]?.dev)
        .map((one) => {
          const port = all.findIndex((link) => link.name === one.dev) + 1;
          return `${String(port).padStart(3)}\t${one.mac}\t${one.permanent ? "yes" : "no"}\t\t   0.00`;
        });
      return lines(["port no\tmac addr\t\tis local?\tageing timer", ...rows]);
    }
    case "showstp":
      throw new CommandError("brctl showstp: not supported here; `ip -d link show DEV` shows the bridge", 1);
    case undefined:
      return lines(
        ["Usage: brctl [commands]", "commands: addbr, delbr, addif, delif, setageing, setfd, stp, show, showmacs"],
        1,
      );
    default:
      return undefined;
  }
}

/** In the order in which they came in, as far as it can be told. */
function slaves(ns: Namespace, bridge: string): Link[] {
  return ns.links.filter((link) => link.master === bridge).sort((a, b) => a.ifindex - b.ifindex);
}
