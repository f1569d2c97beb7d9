/**
 * The five hooks of one namespace, tables in kernel order: raw, conntrack, mangle, nat, filter, security
 * (include/uapi/linux/netfilter_ipv4.h, NF_IP_PRI_*). Rules are those of `ns.iptables` and `ns.ip6tables`.
 */
import type { Namespace } from "../../host/state.ts";
import type { IptablesTable } from "../../net/iptables/ast.ts";
import { type Packet, viewPacket } from "../../net/packet.ts";
import type { Element, VerdictCode } from "../event.ts";
import { type Conntrack, type CtZones, formatConnection, translate } from "./conntrack.ts";
import { type IcmpError, icmpError } from "./icmp.ts";
import type { MatchSubject } from "./match.ts";
import type { Note } from "./note.ts";
import { type CompiledChain, type CompiledRule, compileRuleset } from "./ruleset.ts";
import type { Skb } from "./skb.ts";
import { applyTarget, isHarmless } from "./target.ts";
import { isIcmp } from "./tuple.ts";

export type Hook = "PREROUTING" | "INPUT" | "FORWARD" | "OUTPUT" | "POSTROUTING";

export interface NetfilterContext {
  ns: Namespace;
  conntrack: Conntrack;
  note?: Note;
}

export interface HookInput {
  hook: Hook;
  packet: Packet;
  skb: Skb;
  /** `-i`: the device that the IP stack sees (the bridge, for a bridged packet). Absent at OUTPUT and POSTROUTING. */
  in?: string;
  /** `-o`. Absent at PREROUTING and INPUT. */
  out?: string;
}

export type HookVerdict =
  | { kind: "accept"; packet: Packet; skb: Skb }
  | { kind: "drop"; code: VerdictCode; element: Element; packet: Packet; skb: Skb }
  /**
   * The packet dies. The namespace sends `error` as a packet of its own (route it, then OUTPUT, POSTROUTING); without it
   * the kernel is silent.
   */
  | { kind: "reject"; code: VerdictCode; element: Element; error?: IcmpError; packet: Packet; skb: Skb }
  | { kind: "unknown"; reason: string; element?: Element };

type Stage = IptablesTable["name"] | "conntrack" | "confirm";

/** What runs at each hook, by priority. */
const STAGES: Record<Hook, readonly Stage[]> = {
  PREROUTING: ["raw", "conntrack", "mangle", "nat"],
  INPUT: ["mangle", "filter", "security", "nat", "confirm"],
  FORWARD: ["mangle", "filter", "security"],
  OUTPUT: ["raw", "conntrack", "mangle", "nat", "filter", "security"],
  POSTROUTING: ["mangle", "nat", "confirm"],
};

const MAX_DEPTH = 64;
/** Jumps of one hook. The kernel follows chains that fork and meet again for hours; nobody writes thousands of them. */
const MAX_JUMPS = 2000;

/**
 * Takes a packet through one hook. What is not IP passes untouched. Never throws on odd rule sets: what cannot be
 * decided is `unknown`, with the rule. After OUTPUT the caller must route again when addresses or mark have changed.
 */
export function traverse(input: HookInput, ctx: NetfilterContext): HookVerdict {
  const { ip } = input.packet;
  if (!ip) return { kind: "accept", packet: input.packet, skb: input.skb };
  const part = ip.version === 4 ? "iptables" : "ip6tables";
  // Half a rule set decides nothing: any rule may be the one that is missing.
  if (ctx.ns.unread?.includes(part)) return { kind: "unknown", reason: `${part} of ${ctx.ns.name} could not be read` };
  const run = new HookRun(input, ctx, ip.version);
  for (const stage of STAGES[input.hook]) {
    const end =
      stage === "conntrack"
        ? run.track()
        : stage === "confirm"
          ? run.confirm()
          : stage === "nat"
            ? run.nat()
            : run.table(stage);
    if (end) return end;
  }
  return { kind: "accept", packet: run.packet, skb: run.skb };
}

type End = Exclude<HookVerdict, { kind: "accept" }>;
/** How a chain ended: accepted by a rule or policy, run to its end, or the packet's end. */
type ChainEnd = "accept" | "return" | End;

class HookRun {
  packet: Packet;
  skb: Skb;
  readonly #input: HookInput;
  readonly #ctx: NetfilterContext;
  readonly #family: 4 | 6;
  #jumps = 0;

  constructor(input: HookInput, ctx: NetfilterContext, family: 4 | 6) {
    this.packet = input.packet;
    this.skb = input.skb;
    this.#input = input;
    this.#ctx = ctx;
    this.#family = family;
  }

  track(): End | undefined {
    // Already judged: a packet on loopback, or NOTRACK.
    if (this.skb.ct) return undefined;
    const t = this.skb.ctTemplate;
    const zones: CtZones = { original: 0, reply: 0 };
    if (t && t.direction !== "reply") zones.original = t.zone;
    if (t && t.direction !== "original") zones.reply = t.zone;
    const ct = this.#ctx.conntrack.track(this.packet, zones);
    this.skb = { ...this.skb, ct, ctTemplate: undefined };
    this.#ctx.note?.({
      kind: "conntrack",
      zone: ct.zone,
      state: ct.state,
      ...(ct.connection && { text: formatConnection(ct.connection) }),
    });
    return undefined;
  }

  confirm(): End | undefined {
    const clash = this.skb.ct && this.#ctx.conntrack.confirm(this.skb.ct);
    if (clash === undefined) return undefined;
    const element: Element = { type: "conntrack", text: clash };
    return { kind: "drop", code: "CONNTRACK_INVALID", element, packet: this.packet, skb: this.skb };
  }

  /** The nat table is asked by a connection's first packet only; then its bindings hold (nf_nat_inet_fn). */
  nat(): End | undefined {
    const ct = this.skb.ct;
    const c = ct?.connection;
    if (!ct || !c) return undefined;
    const { hook } = this.#input;
    const side = hook === "PREROUTING" || hook === "OUTPUT" ? "dst" : "src";
    const asks = ct.state === "new" || (ct.state === "related" && !isIcmp(this.packet.ip?.proto ?? 0));
    if (asks && !(side === "src" ? c.srcDone : c.dstDone)) {
      const end = this.table("nat");
      if (end) return end;
      this.#assume(this.#ctx.conntrack.bind(ct, side), "free port");
    }
    const before = this.packet;
    this.packet = translate(before, ct, side);
    if (this.packet !== before) this.#noteNat(before, side);
    return undefined;
  }

  table(name: IptablesTable["name"]): End | undefined {
    const { ns } = this.#ctx;
    const ruleset = this.#family === 4 ? ns.iptables : ns.ip6tables;
    const chain = ruleset && compileRuleset(ruleset).get(name)?.get(this.#input.hook);
    if (!chain) return undefined;
    const end = this.#chain(chain, 0);
    if (end === "accept") return undefined;
    if (end !== "return") return end;
    if (chain.policy !== "DROP") return undefined;
    const element: Element = { type: "iptables-policy", table: name, chain: chain.name, text: `-P ${chain.name} DROP` };
    return { kind: "drop", code: "FIREWALL_DENIED", element, packet: this.packet, skb: this.skb };
  }

  #chain(chain: CompiledChain, depth: number): ChainEnd {
    if (depth > MAX_DEPTH)
      return { kind: "unknown", reason: `chains of table ${chain.table} jump in a circle at ${chain.name}` };
    for (const r of chain.rules) {
      const answer = r.test(this.#subject());
      if (answer === false) continue;
      if (answer !== true) {
        if (isHarmless(r.rule.target)) continue;
        return { kind: "unknown", reason: answer, element: elementOf(chain, r) };
      }
      const end = this.#apply(chain, r, depth);
      if (end !== undefined) return end;
    }
    return "return";
  }

  /** Undefined: go on with the next rule. */
  #apply(chain: CompiledChain, r: CompiledRule, depth: number): ChainEnd | undefined {
    const { target } = r.rule;
    if (target.kind !== "none") this.#noteRule(chain, r);
    if (target.kind === "jump" || target.kind === "goto") {
      if (!r.chain)
        return { kind: "unknown", reason: `chain ${target.chain} is missing`, element: elementOf(chain, r) };
      if (++this.#jumps > MAX_JUMPS)
        return { kind: "unknown", reason: `more than ${MAX_JUMPS} jumps between chains`, element: elementOf(chain, r) };
      const end = this.#chain(r.chain, depth + 1);
      if (end !== "return") return end;
      return target.kind === "goto" ? "return" : undefined;
    }
    const effect = applyTarget(target, {
      ns: this.#ctx.ns,
      conntrack: this.#ctx.conntrack,
      hook: this.#input.hook,
      packet: this.packet,
      skb: this.skb,
      in: this.#input.in ?? "",
      out: this.#input.out ?? "",
    });
    switch (effect.kind) {
      case "accept":
        return "accept";
      case "return":
        return "return";
      case "continue":
        if (effect.packet) this.packet = effect.packet;
        if (effect.skb) this.skb = effect.skb;
        return undefined;
      case "nat":
        if (this.skb.ct) this.#assume(this.#ctx.conntrack.bind(this.skb.ct, effect.side, effect.range), r.rule.text);
        return "accept";
      case "drop":
        return {
          kind: "drop",
          code: this.#code(chain, r),
          element: elementOf(chain, r),
          packet: this.packet,
          skb: this.skb,
        };
      case "reject": {
        const { l4 } = this.packet;
        // The kernel's own echo reply goes out under the lock of the ICMP socket: an error about it cannot (icmp_xmit_lock).
        const echo = (l4?.kind === "icmp" && l4.type === 0) || (l4?.kind === "icmp6" && l4.type === 129);
        const locked = this.#input.hook === "OUTPUT" && echo;
        const error = locked ? undefined : icmpError(this.#ctx.ns, this.packet, effect.reason, { skb: this.skb });
        const end: End = {
          kind: "reject",
          code: this.#code(chain, r),
          element: elementOf(chain, r),
          packet: this.packet,
          skb: this.skb,
        };
        return error ? { ...end, error } : end;
      }
      case "unknown":
        return { kind: "unknown", reason: effect.reason, element: elementOf(chain, r) };
    }
  }

  #subject(): MatchSubject {
    const { note } = this.#ctx;
    return {
      ns: this.#ctx.ns,
      hook: this.#input.hook,
      packet: this.packet,
      skb: this.skb,
      in: this.#input.in ?? "",
      out: this.#input.out ?? "",
      ...(note && { assume: (what: string, basis: string) => note({ kind: "assume", what, basis }) }),
    };
  }

  /** Neutron's chains tell what a drop means: `-s` anti-spoofing, `-i`, `-o` and the fallback security groups (iptables_firewall.py). */
  #code(chain: CompiledChain, r: CompiledRule): VerdictCode {
    if (/^neutron-.+-s[0-9a-f]{8}-[0-9a-f]$/.test(chain.name)) return "PORT_SECURITY_BLOCKED";
    if (!/^neutron-.+-(?:sg-fallback|[io][0-9a-f]{8}-[0-9a-f])$/.test(chain.name)) return "FIREWALL_DENIED";
    const state = r.rule.matches.find((m) => m.kind === "state");
    return state?.kind === "state" && state.state?.value === "INVALID" ? "CONNTRACK_INVALID" : "SECURITY_GROUP_DENIED";
  }

  #assume(what: string | undefined, basis: string): void {
    if (what !== undefined) this.#ctx.note?.({ kind: "assume", what, basis });
  }

  #noteRule(chain: CompiledChain, r: CompiledRule): void {
    const t = r.rule.target;
    this.#ctx.note?.({
      kind: "rule",
      family: this.#family,
      table: chain.table,
      chain: chain.name,
      index: r.index,
      target: t.kind === "jump" || t.kind === "goto" ? t.chain : t.kind === "opaque" ? t.name : t.kind,
      text: r.rule.text,
      hook: this.#input.hook,
    });
  }

  #noteNat(before: Packet, side: "src" | "dst"): void {
    const { note } = this.#ctx;
    if (!note) return;
    note({
      kind: "nat",
      nat: side === "src" ? "snat" : "dnat",
      from: endOf(before, side),
      to: endOf(this.packet, side),
      packet: viewPacket(this.packet),
    });
  }
}

/** Address, with the port where there is one. */
function endOf(p: Packet, side: "src" | "dst"): string {
  const address = p.ip?.[side] ?? "";
  if (!p.l4 || p.l4.kind === "icmp" || p.l4.kind === "icmp6") return address;
  return `${p.ip?.version === 6 ? `[${address}]` : address}:${p.l4[side]}`;
}

function elementOf(chain: CompiledChain, r: CompiledRule): Element {
  return { type: "iptables-rule", table: chain.table, chain: chain.name, index: r.index, text: r.rule.text };
}
