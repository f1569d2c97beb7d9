/** dnsmasq instances: `dnsmasq/<network id>/` of a host's directory. */
import type { DnsmasqInstance, Namespace, Process } from "../host/state.ts";
import type { HostFiles } from "./files.ts";
import { parseAddnHosts, parseDhcpHosts, parseDhcpOptions, parseLeases } from "./parse/dnsmasq.ts";
import { redactCommand } from "./secrets.ts";

export async function readDnsmasq(
  files: HostFiles,
  namespaces: Namespace[],
  processes: Process[],
): Promise<DnsmasqInstance[]> {
  const out: DnsmasqInstance[] = [];
  for (const networkId of files.directories("dnsmasq/")) {
    out.push(await readInstance(files, networkId, namespaces, processes));
  }
  for (const { name } of namespaces) {
    const networkId = /^qdhcp-(.+)$/.exec(name)?.[1];
    if (networkId !== undefined && !out.some((instance) => instance.networkId === networkId)) {
      files.log.add(`dnsmasq/${networkId}`, `namespace ${name} is there, and nothing of its dnsmasq`);
    }
  }
  return out;
}

async function readInstance(
  files: HostFiles,
  networkId: string,
  namespaces: Namespace[],
  processes: Process[],
): Promise<DnsmasqInstance> {
  const dir = `dnsmasq/${networkId}`;
  const process = processes.find(({ command }) => /(^|\/)dnsmasq\s/.test(command) && command.includes(networkId));
  const cmdline = await files.read(`${dir}/cmdline.txt`, { emptyOk: true });
  const printed = redactCommand(cmdline?.text.trim() ?? "");
  const running = process !== undefined || (/(^|\/)dnsmasq\s/.test(printed) && printed.includes(networkId));
  const hosts = await files.read(`${dir}/host`, { emptyOk: true, endsWithNewline: true });
  const options = await files.read(`${dir}/opts`, { emptyOk: true });
  const addnHosts = await files.read(`${dir}/addn_hosts`, { emptyOk: true, endsWithNewline: true });
  const leases = await files.read(`${dir}/leases`, { emptyOk: true, endsWithNewline: true });
  const device = await files.read(`${dir}/interface`, { optional: true });
  const netns = `qdhcp-${networkId}`;
  const instance: DnsmasqInstance = {
    networkId,
    netns: process?.netns ?? (namespaces.some((ns) => ns.name === netns) ? netns : "root"),
    command: process?.command ?? printed,
    running,
    hosts: hosts ? parseDhcpHosts(hosts.text, files.log.for(`${dir}/host`)) : [],
    options: options ? parseDhcpOptions(options.text, files.log.for(`${dir}/opts`)) : [],
    addnHosts: addnHosts ? parseAddnHosts(addnHosts.text, files.log.for(`${dir}/addn_hosts`)) : [],
    leases: leases ? parseLeases(leases.text, files.log.for(`${dir}/leases`)) : [],
  };
  if (device && device.text.trim() !== "") instance.interface = device.text.trim();
  return instance;
}
