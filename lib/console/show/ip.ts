/** `ip`: answers what only asks; undefined for what changes something. */
import { CommandError } from "../../host/command/command.ts";
import { ROOT } from "../../host/edit.ts";
import type { HostState, Namespace } from "../../host/state.ts";
import { type Answer, lines } from "../answer.ts";
import { showDevices } from "./ip-device.ts";
import { getRoute, showNeighbours, showRoutes, showRules } from "./ip-route.ts";

export interface IpOptions {
  readonly family?: 4 | 6;
  readonly brief: boolean;
  readonly details: boolean;
  /** How often they were asked for: twice shows errors one by one. */
  readonly stats: number;
  readonly oneline: boolean;
}

const SHOW = /^(s(h(o(w)?)?)?|l(i(s(t)?)?)?|lst)$/;
/** Objects by what they may be called; an abbreviation means the first (ip/ip.c). */
const OBJECTS = [
  "address",
  "route",
  "rule",
  "neighbour",
  "neighbor",
  "link",
  "netns",
  "monitor",
  "maddress",
  "tunnel",
] as const;

export function showIp(host: HostState, ns: Namespace, words: readonly string[]): Answer | undefined {
  const { options, rest } = readOptions(words);
  const [typed = "", verb, ...args] = rest;
  if (typed === "" || typed === "help")
    return lines(
      [
        "Usage: ip [ OPTIONS ] OBJECT { COMMAND | help }",
        "Here: address, link, route, rule, neigh and netns, to show and to change; `help` says more.",
      ],
      255,
    );
  if (/^-(V|Version)$/.test(typed)) return lines(["ip utility, iproute2-6.1.0, libbpf 1.1.0"]);
  const object = OBJECTS.find((name) => name.startsWith(typed));
  const asks = verb === undefined || SHOW.test(verb);
  switch (object) {
    case "address":
    case "link":
      return asks ? showDevices(host, ns, object, args, options) : undefined;
    case "route":
      if (verb === "get") return getRoute(ns, args);
      return asks ? showRoutes(ns, options.family ?? 4, args) : undefined;
    case "rule":
      return asks ? showRules(ns, options.family ?? 4, args) : undefined;
    case "neighbor":
    case "neighbour":
      return asks ? showNeighbours(ns, options.family, args) : undefined;
    case "netns":
      return showNamespaces(host, ns, verb, args);
    case "monitor":
    case "maddress":
    case "tunnel":
      throw new CommandError(`ip ${object}: not supported here; address, link, route, rule, neigh and netns are`, 255);
    default:
      return undefined;
  }
}

function readOptions(words: readonly string[]): { options: IpOptions; rest: readonly string[] } {
  const out = { brief: false, details: false, stats: 0, oneline: false };
  let family: 4 | 6 | undefined;
  let at = 0;
  for (; at < words.length; at++) {
    const word = words[at] as string;
    if (!word.startsWith("-") || word === "-V") break;
    if (word === "-4") family = 4;
    else if (word === "-6") family = 6;
    else if (word === "-br" || word === "-brief") out.brief = true;
    else if (word === "-d" || word === "-details") out.details = true;
    else if (word === "-s" || word === "-stats" || word === "-statistics") out.stats++;
    else if (word === "-o" || word === "-oneline") out.oneline = true;
    else if (/^-c(olor)?(=.*)?$/.test(word) || word === "-N" || word === "-r") continue;
    else if (word === "-f" || word === "-family") family = words[++at] === "inet6" ? 6 : 4;
    else if (/^-(j|json|p|pretty)$/.test(word))
      throw new CommandError("ip: JSON is not supported here; leave -j out", 255);
    else throw new CommandError(`Option "${word}" is unknown, try "ip -help".`, 255);
  }
  return { options: { ...out, ...(family !== undefined && { family }) }, rest: words.slice(at) };
}

function showNamespaces(
  host: HostState,
  ns: Namespace,
  verb: string | undefined,
  args: readonly string[],
): Answer | undefined {
  if (verb === undefined || SHOW.test(verb))
    return lines(
      host.namespaces
        .filter((one) => one.name !== ROOT)
        .map((one) => {
          const id = ns.links.find((link) => link.linkNetns === one.name)?.linkNetnsId;
          return id === undefined ? one.name : `${one.name} (id: ${id})`;
        }),
    );
  if (verb === "pids") {
    const name = args[0] ?? "";
    if (!host.namespaces.some((one) => one.name === name))
      throw new CommandError(`Cannot open network namespace "${name}": No such file or directory`, 1);
    return lines(host.processes.filter((one) => one.netns === name).map((one) => String(one.pid)));
  }
  if (verb === "identify") {
    const found = host.processes.find((one) => String(one.pid) === args[0])?.netns;
    return lines(found === undefined || found === ROOT ? [] : [found]);
  }
  return undefined;
}
