/** Verdicts that hang on what the bundle does not hold: the file is named, and nothing is guessed. */
import type { Element, VerdictCode, VerdictEvent } from "../datapath/event.ts";
import type { Gap, HostState } from "../host/state.ts";
import { type Scope, scopeOf } from "./incomplete-scope.ts";
import type { Case } from "./intent.ts";

/** Files of a namespace and of Open vSwitch, by what they tell. Unread flows and chains end a walk where it needs them. */
const LINKS = /\/(ip-j-d-link|bridge-j-d-link|bridge-j-vlan)\.json$/;
const ADDRESSES = /\/ip-j-addr\.json$/;
const NAMESPACES = /\/(ip-j-netns\.json|ip-netns\.txt|netns\/[^/]+)$/;
const SWITCH = /\/ovs(\/ovs-vsctl-list-(Bridge|Port|Interface)\.json|\/br[^/]*)?$/;
const SYSCTLS = /\/netns\/[^/]+\/sysctl-net\.txt$/;
const ROUTES = /\/ip-j(-6)?-(route-table-all|rule)\.json$/;
const UNDERLAY = /\/ovs\/(route-show|tnl-neigh-show)\.txt$/;
const ANYWHERE = [LINKS, ADDRESSES, NAMESPACES, SWITCH, SYSCTLS, ROUTES];

interface Need {
  /** What the verdict takes for granted that it knows. */
  files: readonly RegExp[];
  /** Concluded on one host alone, or from what all did not do. */
  reach: "host" | "cloud";
}

const here = (...files: RegExp[]): Need => ({ files, reach: "host" });
const anywhere = (...files: RegExp[]): Need => ({ files: [...ANYWHERE, ...files], reach: "cloud" });

/** Verdicts of absence: each is as good as what was read. */
const NEEDS: Partial<Record<VerdictCode, Need>> = {
  PORT_NOT_PLUGGED: here(LINKS, SWITCH),
  NO_CARRIER_PEER: here(LINKS, SWITCH, NAMESPACES),
  NAMESPACE_MISSING: here(NAMESPACES),
  NO_ROUTE: here(LINKS, ADDRESSES),
  GATEWAY_MISSING: here(LINKS, ADDRESSES),
  FORWARDING_OFF: here(/\/sysctl-net\.txt$/),
  RP_FILTER: here(/\/sysctl-net\.txt$/, ADDRESSES),
  BRIDGE_MAPPING_MISSING: here(SWITCH),
  REMOTE_UNREACHABLE: here(UNDERLAY, LINKS, ADDRESSES, SWITCH),
  DHCP_NO_LEASE: here(/\/dnsmasq\/[^/]+(\/(host|opts))?$/),
  DHCP_NO_SERVER: anywhere(/\/dnsmasq\/[^/]+(\/cmdline\.txt)?$/),
  DHCP_UNREACHABLE: anywhere(),
  TUNNEL_MISSING: anywhere(),
  L2POP_ENTRY_MISSING: anywhere(),
  ARP_UNANSWERED: anywhere(UNDERLAY),
  FDB_STALE: anywhere(UNDERLAY),
  VLAN_MISMATCH: anywhere(),
  FLOW_DROP: anywhere(),
  ROUTER_INTERFACE_MISSING: anywhere(),
  FLOATING_IP_NOT_CONFIGURED: anywhere(),
  NAT_MISSING: here(LINKS, ADDRESSES),
  METADATA_UNREACHABLE: anywhere(),
  EXITED_PHYSICAL_NETWORK: anywhere(),
};

/** The same verdict, or `unknown` with the file that was not read. */
export function withGaps(c: Case, v: VerdictEvent): VerdictEvent {
  if (v.outcome === "unknown") return nameFile(c, v);
  const need = NEEDS[v.code];
  if (v.outcome === "delivered" || !need || !fromAbsence(c, v)) return v;
  const scope = scopeOf(c, v);
  // A copy that nobody could follow might have been the one.
  const lost = c.lost.find((d) => d.leg === v.leg && scope.hosts.some((h) => h.name === d.host));
  const { resource: _, ...rest } = v;
  if (lost) {
    const { host, netns, device, branch, element } = lost;
    return nameFile(c, { ...rest, host, netns, device, branch, outcome: "unknown", code: "STATE_INCOMPLETE", element });
  }
  const gap = gapBehind(c, v, need, scope);
  if (!gap) return v;
  return { ...rest, outcome: "unknown", code: "STATE_INCOMPLETE", element: { type: "gap", text: textOf(gap) } };
}

/** A flow that drops a question is the cause only when nobody else should have answered it. */
function fromAbsence(c: Case, v: VerdictEvent): boolean {
  if (v.code !== "FLOW_DROP") return true;
  return c.last?.packet.arp_tpa !== undefined || (v.element?.type === "flow" && /[,\s]arp[,\s]/.test(v.element.text));
}

function textOf(gap: Pick<Gap, "file" | "line" | "reason">): string {
  return `${gap.file}${gap.line === undefined ? "" : `:${gap.line}`}: ${gap.reason}`;
}

function gapBehind(c: Case, v: VerdictEvent, need: Need, scope: Scope): Gap | undefined {
  // What a guest has comes from the API alone.
  if (v.netns.startsWith("guest:") && need.reach === "host") return ofAnswers(c, /\/(subnets|ports)\.json$/);
  const family = c.probe.to?.includes(":") ? 6 : 4;
  const there = scope.hosts.find((h) => h.name === v.host);
  if (need.reach === "host") {
    const all = v.code === "NO_CARRIER_PEER" || v.code === "NAMESPACE_MISSING";
    const gap = there && ofHost(there, need, all ? () => true : scope.concerns, family);
    return gap ?? (v.code === "NO_CARRIER_PEER" ? ofAnswers(c, /\/(networks|ports)\.json$/) : undefined);
  }
  if (v.code === "EXITED_PHYSICAL_NETWORK") {
    const gap = v.netns !== "root" && there ? ofHost(there, need, () => true, family) : undefined;
    if (gap) return gap;
  }
  for (const host of scope.hosts) {
    const gap = ofHost(host, need, scope.concerns, family);
    if (gap) return gap;
  }
  const [name] = scope.missing;
  if (name !== undefined) return notThere(c, name);
  return ofAnswers(c, /\/(networks|subnets|ports)\.json$/) ?? endpoint(c, v);
}

function notThere(c: Case, name: string): Gap {
  return (
    c.cloud.world.gaps.find((g) => g.host === name || g.reason.includes(`host ${name},`)) ?? {
      host: name,
      file: name,
      reason: `host ${name} is not in the bundle`,
    }
  );
}

function ofHost(host: HostState, need: Need, concerns: (netns: string) => boolean, family: 4 | 6): Gap | undefined {
  return host.gaps.find((g) => {
    if (!need.files.some((file) => file.test(g.file))) return false;
    // A device that nobody here knows ends the walk where a frame meets it.
    if (LINKS.test(g.file) && g.reason.endsWith("which is not supported")) return false;
    // A command line that cannot be asked for is that of no process.
    if (g.file.endsWith("/cmdline.txt") && g.reason.includes("failed with status")) return false;
    if (g.file.includes("/ip-j-6-") && family === 4) return false;
    const netns = /^[^/]+\/netns\/([^/]+)/.exec(g.file)?.[1];
    return netns === undefined || concerns(netns);
  });
}

/** An answer of the API that is missing as a whole, or is none: what single objects lack is told of them. */
function ofAnswers(c: Case, file: RegExp): Gap | undefined {
  return c.cloud.world.gaps.find(
    (g) => g.host === "api" && (g.file === "api" || file.test(g.file)) && !/^(port|object) /.test(g.reason),
  );
}

/** A frame left in a tunnel to an address that no host of the bundle has. */
function endpoint(c: Case, v: VerdictEvent): Gap | undefined {
  const dst = c.encaps.at(-1)?.dst;
  if (v.outcome !== "exited" || c.last?.packet.vxlan === undefined || dst === undefined) return undefined;
  return (
    c.cloud.gaps.find((g) => g.text?.endsWith(`=${dst}`) || g.reason.endsWith(` ${dst}`)) ?? {
      host: dst,
      file: "the bundle",
      reason: `no host has the tunnel endpoint ${dst}`,
    }
  );
}

/** Words of what a walk could not judge, and the files that would have told. */
const TOLD_BY: readonly (readonly [RegExp, RegExp])[] = [
  [/match-set/, /ipset/],
  [/sysctl/, /sysctl/],
  [/of kind/, /ip-j-d-link/],
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
  return gap ? { ...v, element: { type: "gap", text: `${textOf(gap)} (${element.text})` } } : v;
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
