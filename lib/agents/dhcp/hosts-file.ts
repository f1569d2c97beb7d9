/** `host` and `addn_hosts`. Source: neutron/agent/linux/dhcp.py Dnsmasq._output_hosts_file, _output_addn_hosts_file. */
import type { DnsmasqInstance } from "../../host/state.ts";
import type { PortView } from "../view.ts";
import type { Entry } from "./entries.ts";

type HostLine = DnsmasqInstance["hosts"][number];
type AddnLine = DnsmasqInstance["addnHosts"][number];

const CLIENT_ID: readonly string[] = ["client-id", "61"];

export function isClientId(name: string): boolean {
  return CLIENT_ID.includes(name);
}

const hostLines = new WeakMap<Entry, readonly HostLine[]>();
const addnLines = new WeakMap<Entry, AddnLine>();

export function hostLine(entry: Entry): readonly HostLine[] {
  const known = hostLines.get(entry);
  if (known) return known;
  const made = makeHostLine(entry);
  hostLines.set(entry, made);
  return made;
}

export function addnLine(entry: Entry): AddnLine {
  const known = addnLines.get(entry);
  if (known) return known;
  const made = { address: entry.address, names: [entry.fqdn, entry.hostname] };
  addnLines.set(entry, made);
  return made;
}

function makeHostLine(entry: Entry): HostLine[] {
  const { port, tag, address, fqdn } = entry;
  const tags = tag === "" ? [] : ["dhcpv6"];
  const options = port.extraDhcpOptions;
  const set = `port-${port.id}`;
  if (entry.noDhcp)
    return entry.noOptions || options.length === 0
      ? []
      : [{ mac: port.mac, tags: [...tags, set], line: `${port.mac},${tag}set:${set}` }];
  if (!entry.subnet?.enableDhcp) return [];
  const client = clientId(port);
  const rest = options.length > (client === undefined ? 0 : 1);
  const id = client === undefined ? "" : `id:${client},`;
  const bracketed = address.includes(":") ? `[${address}]` : address;
  return [
    {
      mac: port.mac,
      tags: rest ? [...tags, set] : tags,
      line: `${port.mac},${tag}${id}${fqdn},${bracketed}${rest ? `,set:${set}` : ""}`,
      name: fqdn,
      address,
    },
  ];
}

function clientId(port: PortView): string | undefined {
  return port.extraDhcpOptions.find((one) => isClientId(one.name))?.value;
}
