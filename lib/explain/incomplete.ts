/** Verdicts that hang on what the bundle does not hold: the file is named, and nothing is guessed. */
import type { Element, VerdictCode, VerdictEvent } from "../datapath/event.ts";
import type { Gap, Namespace, NamespacePart } from "../host/state.ts";
import type { Case } from "./intent.ts";

const FILES: Partial<Record<NamespacePart, RegExp>> = {
  links: /\/ip-j-d-link\.json$/,
  addresses: /\/ip-j-addr\.json$/,
  routes: /route-table-all\.json$/,
  rules: /\/ip-j(-6)?-rule\.json$/,
};

/** What a verdict of absence takes for granted that it knows. */
const NEEDS: Partial<Record<VerdictCode, NamespacePart[]>> = {
  ROUTER_INTERFACE_MISSING: ["links", "addresses"],
  PORT_NOT_PLUGGED: ["links"],
  NO_CARRIER_PEER: ["links"],
  NO_ROUTE: ["routes", "rules"],
  GATEWAY_MISSING: ["routes", "rules"],
  FLOATING_IP_NOT_CONFIGURED: ["addresses", "routes"],
};

/** The same verdict, or `unknown` with the file that was not read. */
export function withGaps(c: Case, v: VerdictEvent): VerdictEvent {
  if (v.outcome === "unknown") return nameFile(c, v);
  const gap =
    v.outcome === "exited" ? beyond(c) : v.outcome === "dropped" ? (absent(c, v) ?? unreadEnd(c, v)) : undefined;
  if (!gap) return v;
  const { resource: _, ...rest } = v;
  return { ...rest, outcome: "unknown", code: "STATE_INCOMPLETE", element: { type: "gap", text: textOf(gap) } };
}

function textOf(gap: Pick<Gap, "file" | "line" | "reason">): string {
  return `${gap.file}${gap.line === undefined ? "" : `:${gap.line}`}: ${gap.reason}`;
}

/** A frame for a guest, or in a tunnel, left to a host that the bundle does not have, or not wholly. */
function beyond(c: Case): Gap | undefined {
  const tunnelled = c.last?.packet.vxlan !== undefined;
  const port = c.last && c.catalog.portByMac.get(c.last.packet.vxlan?.eth_dst ?? c.last.packet.eth_dst);
  const name = port?.["binding:host_id"] || c.to?.guest?.host;
  const end = name ? c.hosts.get(name) : undefined;
  const unread = end?.gaps.find((g) => /\/ovs\/|ip-j-d-link|ip-j-addr/.test(g.file)) ?? end?.gaps[0];
  if (unread) return unread;
  const { gaps } = c.cloud.world;
  if (name && !end)
    return (
      gaps.find((g) => g.reason.includes(`host ${name},`)) ?? {
        host: name,
        file: `${name}/`,
        reason: `host ${name} is not in the bundle`,
      }
    );
  const dst = c.encaps.at(-1)?.dst;
  if (!tunnelled || dst === undefined) return undefined;
  const all = [...gaps, ...[...c.hosts.values()].flatMap((h) => h.gaps)];
  return (
    all.find((g) => g.text?.endsWith(`=${dst}`) || g.reason.endsWith(` ${dst}`)) ?? {
      host: dst,
      file: "the bundle",
      reason: `no host has the tunnel endpoint ${dst}`,
    }
  );
}

/** The part of the place's namespace that would tell was not read. */
function absent(c: Case, v: VerdictEvent): Gap | undefined {
  const ns = c.hosts.get(v.host)?.namespaces.find((n) => n.name === v.netns);
  return ns && unreadPart(c, v.host, ns, NEEDS[v.code] ?? []);
}

/** Nobody answered, and the target's host is not known well enough to say that it did not. */
function unreadEnd(c: Case, v: VerdictEvent): Gap | undefined {
  if (v.code !== "ARP_UNANSWERED" && v.code !== "FDB_STALE" && v.code !== "VLAN_MISMATCH") return undefined;
  const host = c.hosts.get(c.to?.guest?.host ?? "");
  const root = host?.namespaces.find((n) => n.name === "root");
  if (!host) return undefined;
  if (!root) return host.gaps[0];
  if (host.ovs?.bridges.some((b) => b.unread?.includes("ports")))
    return host.gaps.find((g) => /\/ovs\/ovs-vsctl-/.test(g.file));
  return unreadPart(c, host.name, root, ["links", "addresses"]);
}

function unreadPart(c: Case, host: string, ns: Namespace, parts: NamespacePart[]): Gap | undefined {
  const part = parts.find((p) => ns.unread?.includes(p));
  if (part === undefined) return undefined;
  const directory = ns.name === "root" ? "/root/" : `/netns/${ns.name}/`;
  const file = FILES[part];
  return (
    c.hosts.get(host)?.gaps.find((g) => g.file.includes(directory) && file?.test(g.file)) ?? {
      host,
      file: `${host}${directory}`,
      reason: `${part} could not be read`,
    }
  );
}

/** Words of what a walk could not judge, and the files that would have told. */
const TOLD_BY: readonly (readonly [RegExp, RegExp])[] = [
  [/match-set/, /ipset/],
  [/sysctl/, /sysctl/],
  [/ip6tables/, /ip6tables/],
  [/iptables/, /\/iptables/],
  [/FDB/, /fdb/],
  [/route|rule/, /route|rule/],
  [/neigh/, /neigh/],
];

function nameFile(c: Case, v: VerdictEvent): VerdictEvent {
  const { element } = v;
  const gaps = c.hosts.get(v.host)?.gaps ?? [];
  if (!element || gaps.some((g) => element.text.includes(g.file))) return v;
  const gap = gapOf(gaps, v, element);
  return gap ? { ...v, element: { ...element, text: `${element.text} (${textOf(gap)})` } } : v;
}

function gapOf(gaps: readonly Gap[], v: VerdictEvent, element: Element): Gap | undefined {
  const bridge = "bridge" in element ? element.bridge : /^(\S+):/.exec(element.text)?.[1];
  const ofBridge = gaps.filter((g) => bridge !== undefined && g.file.includes(`/ovs/${bridge}/`));
  const found = ofBridge.find((g) => /dump-flows|groups/.test(g.file)) ?? ofBridge[0];
  if (found) return found;
  const directory = v.netns === "root" ? "/root/" : `/netns/${v.netns}/`;
  const [, file] = TOLD_BY.find(([words]) => words.test(element.text)) ?? [];
  return file && gaps.find((g) => g.file.includes(directory) && file.test(g.file));
}
