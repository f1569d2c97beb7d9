/** pcap-filter(7), as far as it is typed every day: primitives joined by and, or, not and brackets. */
import { CommandError } from "../../host/command/command.ts";
import { cidrContains } from "../../net/address.ts";
import type { PacketView } from "../../net/packet.ts";

type Test = (packet: PacketView) => boolean;

export function compileFilter(words: readonly string[]): Test {
  if (words.length === 0) return () => true;
  const parser = new Parser(words);
  const test = parser.either();
  if (!parser.done) throw syntax();
  return test;
}

const syntax = () => new CommandError("tcpdump: can't parse filter expression: syntax error", 1);

const PROTOCOLS: Readonly<Record<string, Test>> = {
  arp: (p) => p.arp_op !== undefined,
  ip: (p) => p.eth_type === 0x0800,
  ip6: (p) => p.eth_type === 0x86dd,
  icmp: (p) => p.ip_proto === 1,
  icmp6: (p) => p.ip_proto === 58,
  tcp: (p) => p.ip_proto === 6,
  udp: (p) => p.ip_proto === 17 || p.vxlan !== undefined || p.geneve !== undefined,
};

class Parser {
  private at = 0;
  private readonly words: readonly string[];

  constructor(words: readonly string[]) {
    this.words = words;
  }

  get done(): boolean {
    return this.at >= this.words.length;
  }

  either(): Test {
    const first = this.both();
    if (!this.take("or", "||")) return first;
    const rest = this.either();
    return (p) => first(p) || rest(p);
  }

  private both(): Test {
    const first = this.single();
    if (!this.take("and", "&&")) return first;
    const rest = this.both();
    return (p) => first(p) && rest(p);
  }

  private single(): Test {
    if (this.take("not", "!")) {
      const test = this.single();
      return (p) => !test(p);
    }
    if (this.take("(")) {
      const test = this.either();
      if (!this.take(")")) throw syntax();
      return test;
    }
    return this.primitive();
  }

  private primitive(): Test {
    const word = this.next();
    const protocol = PROTOCOLS[word];
    if (protocol) {
      // `udp port 53`: the protocol qualifies what follows.
      if (!/^(port|host|src|dst)$/.test(this.words[this.at] ?? "")) return protocol;
      const rest = this.primitive();
      return (p) => protocol(p) && rest(p);
    }
    if (word === "vlan") {
      const id = /^\d+$/.test(this.words[this.at] ?? "") ? Number(this.next()) : undefined;
      return (p) => p.vlan !== undefined && (id === undefined || p.vlan === id);
    }
    if (word === "ether") return this.ether();
    if (word === "host") return this.address("either");
    if (word === "net") return this.address("either");
    if (word === "port") return this.port("either");
    if (word === "src" || word === "dst") {
      if (this.take("port")) return this.port(word);
      this.take("host") || this.take("net");
      return this.address(word);
    }
    if (word === "broadcast") return (p) => outerMac(p, "dst") === "ff:ff:ff:ff:ff:ff";
    throw new CommandError(
      `tcpdump: "${word}" is not supported in a filter here; arp, icmp, tcp, udp, ip, ip6, host, net, src, dst, port, vlan and ether are`,
      1,
    );
  }

  private ether(): Test {
    const word = this.next();
    const side = word === "host" ? "either" : word;
    if (side !== "either" && side !== "src" && side !== "dst") throw syntax();
    this.take("host");
    const mac = this.next().toLowerCase();
    return (p) => (side !== "dst" && outerMac(p, "src") === mac) || (side !== "src" && outerMac(p, "dst") === mac);
  }

  private address(side: "src" | "dst" | "either"): Test {
    const text = this.next();
    const holds = (address: string | undefined) =>
      address !== undefined && (address === text || (text.includes("/") && cidrContains(text, address)));
    return (p) => {
      const tunnel = p.vxlan ?? p.gre ?? p.geneve;
      const src = tunnel?.src ?? p.ip_src ?? p.arp_spa;
      const dst = tunnel?.dst ?? p.ip_dst ?? p.arp_tpa;
      return (side !== "dst" && holds(src)) || (side !== "src" && holds(dst));
    };
  }

  private port(side: "src" | "dst" | "either"): Test {
    const number = Number(this.next());
    return (p) => {
      if (p.vxlan || p.geneve) return side !== "src" && number === (p.vxlan ? 4789 : 6081);
      return (side !== "dst" && p.tp_src === number) || (side !== "src" && p.tp_dst === number);
    };
  }

  private take(...all: string[]): boolean {
    const found = all.includes(this.words[this.at] ?? "");
    if (found) this.at++;
    return found;
  }

  private next(): string {
    const word = this.words[this.at++];
    if (word === undefined) throw syntax();
    return word;
  }
}

/** In a tunnel's frame the outer addresses come first. */
function outerMac(p: PacketView, side: "src" | "dst"): string | undefined {
  const tunnel = p.vxlan ?? p.gre ?? p.geneve;
  if (!tunnel) return side === "src" ? p.eth_src : p.eth_dst;
  return side === "src" ? tunnel.eth_src : tunnel.eth_dst;
}
