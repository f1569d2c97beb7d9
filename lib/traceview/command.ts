/** The shell command that shows an element on the real host. Nothing here runs anything: it is text for a person to paste. */
import type { Element, Place, StepEvent } from "../datapath/event.ts";

/** Quotes one word for a POSIX shell; words that need no quotes stay bare. */
export function shellWord(word: string): string {
  return /^[A-Za-z0-9_@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}

function shell(...words: string[]): string {
  return words.map(shellWord).join(" ");
}

/** Runs in the place's namespace; a guest's own is reached by logging in, so nothing is prefixed there. */
function inNetns(place: Place, ...words: string[]): string {
  const named = place.netns !== "root" && !place.netns.startsWith("guest:");
  return named ? shell("ip", "netns", "exec", place.netns, ...words) : shell(...words);
}

/** Command for an element found at a place. Multi-line for elements that take two looks. */
export function commandFor(element: Element, place: Place): string {
  switch (element.type) {
    case "flow":
      return shell("ovs-ofctl", "-O", "OpenFlow13", "dump-flows", element.bridge, `table=${element.table}`);
    case "group":
      return shell("ovs-ofctl", "-O", "OpenFlow13", "dump-groups", element.bridge, String(element.id));
    case "iptables-rule":
    case "iptables-policy":
      return inNetns(place, iptables(element.text), "-t", element.table, "-S", element.chain, "-v");
    case "route":
      return routeCommand(element.text, place);
    case "policy-rule":
      return inNetns(place, "ip", "rule", "show");
    case "neighbour":
      return inNetns(place, "ip", "neigh", "show", "dev", place.device);
    case "fdb":
      return inNetns(place, "bridge", "fdb", "show", "br", place.device);
    case "link":
      return inNetns(place, "ip", "-d", "link", "show", "dev", place.device);
    case "ovs-port":
      return shell("ovs-vsctl", "list", "Port", place.device);
    case "ovs-bridge":
      return shell("ovs-vsctl", "list", "Bridge", place.device);
    case "tunnel":
      return `${shell("ovs-ofctl", "show", "br-tun")}\n${shell("ovs-vsctl", "--columns=name,type,options", "find", "Interface", "type=vxlan")}`;
    case "sysctl":
      return inNetns(place, "sysctl", element.text.split(/[\s=]/)[0] ?? element.text);
    case "namespace":
      return shell("ip", "netns", "list");
    case "conntrack":
      return inNetns(place, "conntrack", "-L");
    case "dnsmasq":
      return shell("pgrep", "-a", "-f", "dnsmasq.*--interface");
    case "guest":
      return shell("ip", "-d", "address", "show", "dev", place.device);
    case "port":
      return shell("openstack", "port", "list", "--long");
    case "config":
      return shell("grep", "-rn", element.text.split(/\s*=/)[0] ?? element.text, "/etc/neutron");
    case "gap":
      return shell("ip", "-d", "link", "show", "dev", place.device);
  }
}

function iptables(text: string): string {
  return /\b(?:ip6|icmpv6|::)/.test(text) ? "ip6tables" : "iptables";
}

/** `ip route get` when the text names an address, else the whole table. */
function routeCommand(text: string, place: Place): string {
  const address = /^(?:to )?(\d+\.\d+\.\d+\.\d+|[0-9a-f]*:[0-9a-f:]+)(?:\s|$)/.exec(text)?.[1];
  if (address) return inNetns(place, "ip", "route", "get", address);
  return inNetns(place, "ip", "route", "show", "table", "all");
}

/** Command for a step of a trace, where there is something to look at; undefined for a frame or an inference. */
export function commandForStep(event: StepEvent): string | undefined {
  // A place in a project's own words (lib/explain/redact): no machine is called so.
  if (/\s/.test(event.host) && !event.netns.startsWith("guest:")) return undefined;
  switch (event.kind) {
    case "flow":
      return shell("ovs-ofctl", "-O", "OpenFlow13", "dump-flows", event.bridge, `table=${event.table}`);
    case "action":
    case "learn":
      return shell("ovs-ofctl", "-O", "OpenFlow13", "dump-flows", event.bridge);
    case "fdb":
    case "flood":
      return isLinuxBridge(event.bridge)
        ? inNetns(event, "bridge", "fdb", "show", "br", event.bridge)
        : shell("ovs-appctl", "fdb/show", event.bridge);
    case "rule":
      return inNetns(event, event.family === 6 ? "ip6tables" : "iptables", "-t", event.table, "-S", event.chain, "-v");
    case "conntrack":
      return inNetns(event, "conntrack", "-L", ...(event.zone ? ["-w", String(event.zone)] : []));
    case "nat":
      return inNetns(event, "iptables", "-t", "nat", "-S", "-v");
    case "route":
      return routeStep(event);
    case "neighbour":
      return event.source === "proxy"
        ? inNetns(event, "ip", "neigh", "show", "proxy")
        : inNetns(event, "ip", "neigh", "show", event.address, "dev", event.dev);
    case "encap":
    case "decap":
      return shell("ovs-vsctl", "--columns=name,options", "list", "Interface", event.port);
    case "drop":
      return commandFor(event.element, event);
    case "frame":
      return inNetns(event, "tcpdump", "-nei", event.device);
    case "rewrite":
    case "assume":
    case "deliver":
    case "exit":
    case "redacted":
      return undefined;
  }
}

function routeStep(event: Extract<StepEvent, { kind: "route" }>): string {
  const six = event.text.includes("::");
  return inNetns(event, "ip", ...(six ? ["-6"] : []), "route", "show", "table", event.table);
}

function isLinuxBridge(name: string): boolean {
  return /^(?:qbr|brq)/.test(name);
}
