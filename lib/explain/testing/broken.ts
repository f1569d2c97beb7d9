/** A recorded cloud to break, one thing at a time. */
import type { CollectedCloud } from "../../collect/cloud.ts";
import type { HostState, Link, Namespace, OvsBridge, OvsPort } from "../../host/state.ts";
import type { IptablesRule } from "../../net/iptables/ast.ts";
import type { Flow } from "../../net/openflow/ast.ts";
import { parseFlowDump } from "../../net/openflow/parse.ts";

/** A cloud to break: its own copy, found by name. */
export class Broken {
  readonly cloud: CollectedCloud;
  constructor(cloud: CollectedCloud) {
    this.cloud = { ...cloud, world: structuredClone(cloud.world), api: structuredClone(cloud.api) };
  }
  host(name: string): HostState {
    return this.cloud.world.hosts.find((h) => h.name === name)!;
  }
  ns(host: string, prefix: string): Namespace {
    return this.host(host).namespaces.find((n) => n.name.startsWith(prefix))!;
  }
  link(host: string, netns: string, prefix: string): Link {
    return this.ns(host, netns).links.find((l) => l.name.startsWith(prefix))!;
  }
  bridge(host: string, name: string): OvsBridge {
    return this.host(host).ovs!.bridges.find((b) => b.name === name)!;
  }
  port(host: string, bridge: string, name: string): OvsPort {
    return this.bridge(host, bridge).ports.find((p) => p.name === name)!;
  }
  /** Open vSwitch forgets what it learned on a port whose tag changes. */
  retag(host: string, bridge: string, name: string, tag: number): void {
    const port = this.port(host, bridge, name);
    port.tag = tag;
    const b = this.bridge(host, bridge);
    b.fdb = b.fdb.filter((e) => e.port !== port.interfaces[0]!.ofport);
  }
  removeFlows(host: string, bridge: string, which: (f: Flow, text: string) => boolean): void {
    const b = this.bridge(host, bridge);
    const left = b.flows.filter((f) => !which(f, f.match.fields.map((m) => `${m.name}=${m.value}`).join(",")));
    if (left.length === b.flows.length) throw new Error("no such flow");
    b.flows = left;
  }
  removeRules(host: string, netns: string, table: string, which: (r: IptablesRule) => boolean): void {
    let removed = 0;
    for (const t of this.ns(host, netns).iptables!.tables)
      if (t.name === table)
        for (const c of t.chains) {
          const left = c.rules.filter((r) => !which(r));
          removed += c.rules.length - left.length;
          c.rules = left;
        }
    if (removed === 0) throw new Error("no such rule");
  }
  removeLink(host: string, netns: string, name: string): void {
    const ns = this.ns(host, netns);
    if (!ns.links.some((l) => l.name === name)) throw new Error("no such link");
    ns.links = ns.links.filter((l) => l.name !== name);
    ns.addresses = ns.addresses.filter((a) => a.dev !== name);
    ns.routes = ns.routes.filter((r) => r.dev !== name);
    ns.neighbours = ns.neighbours.filter((n) => n.dev !== name);
  }
  removeNamespace(host: string, prefix: string): void {
    const h = this.host(host);
    const gone = this.ns(host, prefix);
    h.namespaces = h.namespaces.filter((n) => n !== gone);
  }
  sysctl(host: string, netns: string, key: string, value: string): void {
    this.ns(host, netns).sysctls[key] = value;
  }
  /** Flows as ovs-ofctl prints them. */
  addFlows(host: string, bridge: string, ...texts: string[]): void {
    const dump = parseFlowDump(texts.join("\n"));
    if (dump.errors.length > 0) throw new Error(JSON.stringify(dump.errors));
    this.bridge(host, bridge).flows.push(...dump.flows);
  }
  /** Moves a port, with what it is, to another bridge. */
  move(host: string, from: string, to: string, name: string): void {
    const port = this.unplug(host, from, name);
    port.interfaces[0]!.ofport = 900;
    this.bridge(host, to).ports.push(port);
  }
  unplug(host: string, bridge: string, name: string): OvsPort {
    const port = this.port(host, bridge, name);
    const b = this.bridge(host, bridge);
    b.ports = b.ports.filter((p) => p !== port);
    const { ofport } = port.interfaces[0]!;
    b.fdb = b.fdb.filter((e) => e.port !== ofport);
    return port;
  }
}
