/** dnsmasq: how it was started, whether it runs, and its files. Left out: leases, and the order of a file's lines. */
import type { HostState } from "../../host/state.ts";
import type { Entry } from "./entry.ts";

export function* serviceEntries(host: HostState): Iterable<Entry> {
  for (const one of host.dnsmasq) {
    const place = { netns: one.netns };
    const resource = { type: "network", id: one.networkId } as const;
    const entry = (name: string, value: string): Entry => ({ part: "dnsmasq", place, name, value, resource });
    yield entry("command", one.command);
    yield entry("running", String(one.running));
    for (const { line } of one.hosts) yield entry(`host ${line}`, "");
    for (const { line } of one.options) yield entry(`option ${line}`, "");
    for (const { address, names } of one.addnHosts) yield entry(`name ${address}`, names.join(" "));
  }
}
