/** Names woven into flow text: which port, network, VM, host or table a number of the text stands for. */
import type { NeutronPort } from "../../api/neutron.ts";
import { tableName } from "../../explain/tables.ts";
import type { OvsBridge } from "../../host/state.ts";
import type { HostContext } from "../context.ts";
import { ovsPortOwner, portTitle } from "../names.ts";

export interface Hint {
  token: string;
  name: string;
}

type Role = Parameters<typeof tableName>[0];

/** Everything that a flow of this bridge can name, prepared once. */
export interface Dictionary {
  ports: Map<string, string>;
  vlans: Map<number, string>;
  context: HostContext;
  role: Role;
  memo: Map<string, string | undefined>;
}

export function dictionaryOf(context: HostContext, bridge: OvsBridge, role: Role): Dictionary {
  const ports = new Map<string, string>([
    ["LOCAL", bridge.name],
    ["65534", bridge.name],
  ]);
  for (const port of bridge.ports) {
    const owner = ovsPortOwner(port, context.names);
    for (const iface of port.interfaces) {
      const remote = iface.options.remote_ip;
      const far = remote ? context.names.tunnelHosts.get(remote) : undefined;
      const title = owner ? portTitle(owner, context.names) : far;
      const name = title ? `${iface.name} · ${title}` : iface.name;
      if (iface.ofport !== undefined) ports.set(String(iface.ofport), name);
      ports.set(iface.name, name);
    }
  }
  const vlans = new Map<number, string>();
  for (const [tag, id] of context.vlans) {
    const network = context.names.networks.get(id);
    if (network) vlans.set(tag, network.name || id.slice(0, 8));
  }
  vlans.set(4095, "dead VLAN");
  return { ports, vlans, context, role, memo: new Map() };
}

/** One expression finds every token; the group that matched says what it is. */
const TOKENS = new RegExp(
  [
    "(?<inPort>\\bin_port=)(?<inPortV>[\\w.-]+)",
    "(?<output>\\boutput:|\\bact_outport=)(?<outputV>[\\w.-]+)",
    "(?<vlan>\\bdl_vlan=|\\bmod_vlan_vid:)(?<vlanV>\\d+)",
    "(?<tci>\\bvlan_tci=)(?<tciV>0x[0-9a-f]+)(?:/0x[0-9a-f]+)?",
    "(?<setVid>\\bset_field:)(?<setVidV>\\d+)->vlan_vid",
    "(?<tun>\\btun_id=|\\bset_tunnel(?:64)?:)(?<tunV>0x[0-9a-f]+|\\d+)",
    "(?<setTun>\\b(?:set_field|load):)(?<setTunV>0x[0-9a-f]+)->(?:tun_id|NXM_NX_TUN_ID\\[\\])",
    "(?<reg6>\\breg6=)(?<reg6V>0x[0-9a-f]+)",
    "(?<reg5>\\breg5=)(?<reg5V>0x[0-9a-f]+)",
    "(?<table>\\bgoto_table:|\\bresubmit\\([^,()]*,|\\bct\\([^()]*table=|\\blearn\\(table=)(?<tableV>\\d+)",
    "(?<mac>[0-9a-f]{2}(?::[0-9a-f]{2}){5})(?![:0-9a-f])",
    "(?<ip>\\b\\d{1,3}(?:\\.\\d{1,3}){3})\\b(?!/)",
  ].join("|"),
  "g",
);

/** Tokens are substrings of the text, each listed once, in the order in which they stand. */
export function hintsOf(text: string, dictionary: Dictionary): Hint[] {
  const hints: Hint[] = [];
  const seen = new Set<string>();
  for (const match of text.matchAll(TOKENS)) {
    const token = match[0];
    if (seen.has(token)) continue;
    seen.add(token);
    const name = nameOf(token, match.groups ?? {}, dictionary);
    if (name) hints.push({ token, name });
  }
  return hints;
}

function nameOf(token: string, groups: Record<string, string | undefined>, dictionary: Dictionary): string | undefined {
  const { memo } = dictionary;
  if (memo.has(token)) return memo.get(token);
  const name = lookUp(groups, dictionary);
  memo.set(token, name);
  return name;
}

function lookUp(groups: Record<string, string | undefined>, dictionary: Dictionary): string | undefined {
  const { ports, vlans, context, role } = dictionary;
  const { names } = context;
  const value = (key: string) => groups[key];
  const port = value("inPortV") ?? value("outputV");
  if (port !== undefined) return ports.get(port);
  const vlan = value("vlanV");
  if (vlan !== undefined) return vlanName(Number(vlan), dictionary);
  const vid = value("setVidV");
  // OpenFlow 1.2+ sets CFI (0x1000) in vlan_vid to say "tagged".
  if (vid !== undefined) return vlanName(Number(vid) & 0xfff, dictionary);
  const tci = value("tciV");
  if (tci !== undefined) return tci === "0x0" ? undefined : vlanName(Number(tci) & 0xfff, dictionary);
  const key = value("tunV") ?? value("setTunV");
  if (key !== undefined) return names.byTunnelKey.get(Number(key))?.name;
  const reg6 = value("reg6V");
  if (reg6 !== undefined) return vlans.get(Number(reg6));
  const reg5 = value("reg5V");
  if (reg5 !== undefined) return ports.get(String(Number(reg5)));
  const table = value("tableV");
  if (table !== undefined) return tableName(role, Number(table));
  const mac = value("mac");
  if (mac !== undefined) return titles(names.byMac.get(mac), dictionary);
  const address = value("ip");
  return address === undefined
    ? undefined
    : (titles(names.byAddress.get(address), dictionary) ?? names.tunnelHosts.get(address));
}

/** Local VLANs on br-int and br-tun; on a physical network's bridge the number may be the segment's own. */
function vlanName(vlan: number, { vlans, context, role }: Dictionary): string | undefined {
  const local = vlans.get(vlan);
  const segment = context.cloud.api.networks.find(
    (network) => network["provider:network_type"] === "vlan" && network["provider:segmentation_id"] === vlan,
  );
  if (role === "physical" && segment) return segment.name;
  return local ?? segment?.name;
}

function titles(ports: NeutronPort[] | undefined, { context }: Dictionary): string | undefined {
  const first = ports?.[0];
  if (!first) return undefined;
  const more = (ports?.length ?? 1) - 1;
  return portTitle(first, context.names) + (more > 0 ? ` +${more}` : "");
}
