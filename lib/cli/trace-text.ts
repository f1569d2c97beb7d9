/** A trace for people at a terminal: one line a frame, under it what decided, the verdict last. */
import type { TraceEvent } from "../datapath/event.ts";
import { describe as prose } from "../explain/describe.ts";
import type { PacketView } from "../net/packet.ts";

const CODES = { bold: "1", dim: "2", red: "31", green: "32", yellow: "33", cyan: "36" } as const;

export class TraceText {
  readonly #colours: boolean;
  #leg = "";

  constructor(colours: boolean) {
    this.#colours = colours;
  }

  /** The lines of one event, each ended. */
  lines(event: TraceEvent): string {
    if (event.kind === "verdict") {
      const good = event.outcome === "delivered" || event.outcome === "exited";
      const colour = good ? "green" : event.outcome === "unknown" ? "yellow" : "red";
      const at = `${event.host} ${event.netns === "root" ? "" : `${event.netns} `}${event.device}`;
      const out = [
        "",
        this.#paint(colour, `${event.outcome.toUpperCase()} ${event.code}`),
        `  ${event.summary}`,
        `  at ${at}, ${event.leg}`,
      ];
      if (event.element) out.push(`  ${event.element.type}: ${oneLine(event.element.text)}`);
      if (event.resource)
        out.push(
          `  ${event.resource.type} ${event.resource.name ? `${event.resource.name} ` : ""}(${event.resource.id})`,
        );
      return `${out.join("\n")}\n`;
    }
    let head = "";
    if (event.leg !== this.#leg) {
      this.#leg = event.leg;
      head = `\n${this.#paint("bold", event.leg)}\n`;
    }
    const branch = event.branch === "0" ? "" : ` ${this.#paint("dim", `[${event.branch}]`)}`;
    if (event.kind === "frame") {
      const place = `${event.host} ${event.netns === "root" ? "" : `${event.netns}/`}${event.device}`;
      const arrow = event.dir === "in" ? "→" : "←";
      return `${head}  ${this.#paint("cyan", `${arrow} ${place}`)} ${event.dir}  ${headers(event.packet)}${branch}\n`;
    }
    const what = oneLine(prose(event));
    const whose = event.resource
      ? this.#paint("dim", `  · ${event.resource.type} ${event.resource.name ?? event.resource.id}`)
      : "";
    const line = `      ${event.kind === "drop" ? this.#paint("red", what) : what}`;
    return `${head}${line}${whose}${branch}\n`;
  }

  #paint(colour: keyof typeof CODES, text: string): string {
    return this.#colours ? `\u001b[${CODES[colour]}m${text}\u001b[0m` : text;
  }
}

/** Names from a bundle are anybody's: no control characters reach the terminal. */
function oneLine(text: string): string {
  return text.replaceAll(/\p{Cc}+/gu, " ");
}

function headers(p: PacketView): string {
  const parts = [`${p.eth_src} > ${p.eth_dst}`];
  if (p.vlan !== undefined) parts.push(`vlan ${p.vlan}`);
  if (p.arp_op !== undefined)
    parts.push(p.arp_op === 1 ? `who has ${p.arp_tpa}, tell ${p.arp_spa}` : `${p.arp_spa} is at ${p.arp_sha}`);
  if (p.ip_src !== undefined) parts.push(`${p.ip_src} > ${p.ip_dst} ttl ${p.ttl}`);
  const tunnel = p.vxlan ?? p.geneve;
  if (tunnel) parts.push(`vni ${tunnel.vni} ${tunnel.src} > ${tunnel.dst}`);
  if (p.gre) parts.push(`gre ${p.gre.key} ${p.gre.src} > ${p.gre.dst}`);
  return oneLine(parts.join("  "));
}
