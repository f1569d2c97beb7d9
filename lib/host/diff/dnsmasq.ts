/** The files of dnsmasq instances. */
import type { Command } from "../command/command.ts";
import { type DhcpFile, writeDhcpFile } from "../command/dhcp-files.ts";
import { ROOT } from "../edit.ts";
import type { DnsmasqInstance, HostState } from "../state.ts";

const DIRECTORY = "/var/lib/neutron/dhcp";

const PARTS: readonly (readonly [DhcpFile, keyof DnsmasqInstance])[] = [
  ["host", "hosts"],
  ["addn_hosts", "addnHosts"],
  ["opts", "options"],
  ["leases", "leases"],
  ["interface", "interface"],
];

/** Files that are new or changed; a reload tells the program where it runs on. */
export function dnsmasqFiles(actual: HostState, desired: HostState): Command[] {
  if (actual.dnsmasq === desired.dnsmasq) return [];
  const out: Command[] = [];
  const old = new Map(actual.dnsmasq.map((one) => [one.networkId, one]));
  for (const instance of desired.dnsmasq) {
    const before = old.get(instance.networkId);
    if (before === instance) continue;
    const files = PARTS.flatMap(([file, part]): Command[] => {
      if (before && before[part] === instance[part]) return [];
      const content = writeDhcpFile(file, instance);
      // Of a new instance the first file is written in any case: that makes it one.
      if (content === (before ? writeDhcpFile(file, before) : file === "host" ? undefined : "")) return [];
      const path = `${DIRECTORY}/${instance.networkId}/${file}`;
      return [{ netns: ROOT, run: { tool: "file", kind: "write", path, content } }];
    });
    out.push(...files);
    if (files.length > 0 && before?.running && before.command === instance.command) out.push(...reload(actual, before));
  }
  return out;
}

function reload(host: HostState, { networkId, netns }: DnsmasqInstance): Command[] {
  const process = host.processes.find(
    (one) => one.netns === netns && /(^|\/)dnsmasq\s/.test(one.command) && one.command.includes(networkId),
  );
  return process ? [{ netns: ROOT, run: { tool: "process", kind: "kill", signal: "HUP", pid: process.pid } }] : [];
}

/** Directories of networks that are served no longer. */
export function dnsmasqRemovals(actual: HostState, desired: HostState): Command[] {
  if (actual.dnsmasq === desired.dnsmasq) return [];
  const wanted = new Set(desired.dnsmasq.map((one) => one.networkId));
  return actual.dnsmasq
    .filter((one) => !wanted.has(one.networkId))
    .map(({ networkId }) => ({
      netns: ROOT,
      run: { tool: "file", kind: "remove", path: `${DIRECTORY}/${networkId}`, recursive: true },
    }));
}
