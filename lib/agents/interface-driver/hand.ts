/**
 * A host under an agent's hands: an agent looks what is there, and runs commands for what is missing. Plans made so cannot
 * promise what commands do not give.
 */
import { CommandError, type ToolCommand } from "../../host/command/command.ts";
import type { IpCommand } from "../../host/command/ip/command.ts";
import { editNamespace, findLink, findNamespace, ROOT } from "../../host/edit.ts";
import { initial } from "../../host/kernel/sysctl-initial.ts";
import { apply } from "../../host/run.ts";
import type { HostState, Link, Namespace } from "../../host/state.ts";

export class Hand {
  private now: HostState;

  constructor(host: HostState) {
    this.now = host;
  }

  get host(): HostState {
    return this.now;
  }

  run(netns: string, run: ToolCommand): void {
    this.now = apply(this.now, { netns, run });
  }

  ip(netns: string, run: IpCommand): void {
    this.run(netns, run);
  }

  /** What the system may refuse, because Neutron's users asked for it: the agent writes it to its log, and goes on. */
  attempt(netns: string, run: ToolCommand): void {
    try {
      this.run(netns, run);
    } catch (error) {
      if (!(error instanceof CommandError)) throw error;
    }
  }

  namespace(name: string): Namespace | undefined {
    return findNamespace(this.now, name);
  }

  link(netns: string, name: string): Link | undefined {
    const ns = this.namespace(netns);
    return ns && findLink(ns, name);
  }

  /** For what no single command says: a whole set of rules, a process and its socket. */
  edit(netns: string, changes: Partial<Namespace>): void {
    this.now = editNamespace(this.now, netns, changes);
  }

  replace(host: HostState): void {
    this.now = host;
  }

  /** Settings of a namespace that are not so yet. */
  sysctl(netns: string, wanted: Readonly<Record<string, string>>): void {
    const known = this.namespace(netns)?.sysctls ?? {};
    const settings = Object.entries(wanted)
      .filter(([name, value]) => (known[name] ?? initial(name)) !== value)
      .map(([name, value]) => ({ name, value }));
    for (const one of settings) this.run(netns, { tool: "sysctl", settings: [one] });
  }

  /** neutron/agent/linux/ip_lib.py ensure_namespace */
  ensureNamespace(name: string): void {
    if (this.namespace(name)) return;
    this.ip(ROOT, { tool: "ip", action: "netns-add", name });
    this.sysctl(name, { "net.ipv4.conf.all.promote_secondaries": "1" });
    this.ip(name, { tool: "ip", action: "link-set", name: "lo", up: true });
  }
}
