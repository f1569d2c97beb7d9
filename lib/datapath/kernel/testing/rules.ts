/** Random rule sets and ipsets for the router of netfilter.real.test.ts, as iptables-restore reads them. */
import type { Ipset } from "../../../host/state.ts";
import type { Random } from "./random.ts";

/** Devices and addresses of the router under test: a on 10.0.1.0/24, b on 10.0.2.0/24. */
export const SIDES = [
  { dev: "ra", router: "10.0.1.1", net: "10.0.1" },
  { dev: "rb", router: "10.0.2.1", net: "10.0.2" },
] as const;

export const PORTS = [22, 53, 80, 443, 8080];

export function randomSets(r: Random): Ipset[] {
  const host = () => `10.0.${r.int(1, 2)}.${r.int(2, 9)}`;
  const net = () => `10.0.${r.int(1, 2)}.${r.int(0, 1) * 4}/${r.pick([29, 30, 31])}`;
  const port = () => `${r.pick(["tcp", "udp"])}:${r.pick(PORTS)}`;
  const set = (name: string, type: string, member: () => string, nomatch: boolean, options = {}): Ipset => {
    const values = new Map<string, true | undefined>();
    for (let i = r.int(0, 5); i >= 0; i--) values.set(member(), nomatch && r.chance(0.3) ? true : undefined);
    const members: Ipset["members"] = [];
    for (const [value, no] of values) members.push({ value, options: no ? { nomatch: true } : {} });
    return { name, type, family: "inet", members, options };
  };
  return [
    set("s-ip", "hash:ip", host, false),
    set("s-net", "hash:net", () => (r.chance(0.5) ? net() : host()), true),
    set("s-ipport", "hash:ip,port", () => `${host()},${port()}`, false),
    set("s-netport", "hash:net,port", () => `${net()},${port()}`, true),
    set("s-ipportip", "hash:ip,port,ip", () => `${host()},${port()},${host()}`, false),
    set("s-ipportnet", "hash:ip,port,net", () => `${host()},${port()},${net()}`, true),
    set("s-bitmap", "bitmap:ip", () => `10.0.1.${r.int(0, 15)}`, false, { range: "10.0.1.0-10.0.1.255" }),
    {
      name: "s-list",
      type: "list:set",
      family: "inet",
      members: [
        { value: "s-ip", options: {} },
        { value: "s-net", options: {} },
      ],
      options: {},
    },
  ];
}

export function printSets(sets: readonly Ipset[]): string {
  const lines: string[] = [];
  for (const s of sets) {
    const family = s.type.startsWith("hash") ? " family inet" : "";
    const range = s.options.range ? ` range ${s.options.range}` : "";
    lines.push(`create ${s.name} ${s.type}${family}${range}`);
    for (const m of s.members) lines.push(`add ${s.name} ${m.value}${"nomatch" in m.options ? " nomatch" : ""}`);
  }
  return `${lines.join("\n")}\n`;
}

type Hook = "PREROUTING" | "INPUT" | "FORWARD" | "OUTPUT" | "POSTROUTING";
type Table = "raw" | "mangle" | "nat" | "filter";

const HOOKS: Record<Table, Hook[]> = {
  raw: ["PREROUTING", "OUTPUT"],
  mangle: ["PREROUTING", "INPUT", "FORWARD", "OUTPUT", "POSTROUTING"],
  nat: ["PREROUTING", "INPUT", "OUTPUT", "POSTROUTING"],
  filter: ["INPUT", "FORWARD", "OUTPUT"],
};

/** Flushes every table. */
export const EMPTY_RULES = (Object.keys(HOOKS) as Table[])
  .map((t) => `*${t}\n${HOOKS[t].map((h) => `:${h} ACCEPT [0:0]\n`).join("")}COMMIT\n`)
  .join("");

/** Rules by hook; each hook has two user chains of its own, the first may jump to the second. */
export function randomRules(r: Random): string {
  const lines: string[] = [];
  for (const table of Object.keys(HOOKS) as Table[]) {
    lines.push(`*${table}`);
    for (const h of HOOKS[table]) {
      lines.push(`:${h} ${table === "filter" && h === "FORWARD" && r.chance(0.2) ? "DROP" : "ACCEPT"} [0:0]`);
      lines.push(`:${h}-u1 - [0:0]`, `:${h}-u2 - [0:0]`);
    }
    for (const h of HOOKS[table]) {
      const dense = table === "filter" && h === "FORWARD" ? 6 : table === "nat" ? 4 : 2;
      for (const chain of [h, `${h}-u1`, `${h}-u2`]) {
        for (let i = r.int(0, dense); i > 0; i--) lines.push(`-A ${chain} ${randomRule(r, table, h, chain)}`);
      }
    }
    lines.push("COMMIT");
  }
  return `${lines.join("\n")}\n`;
}

function randomRule(r: Random, table: Table, hook: Hook, chain: string): string {
  const proto = r.pick([undefined, undefined, "tcp", "udp", "icmp"]);
  const words: string[] = [];
  const not = () => (r.chance(0.25) ? "! " : "");
  const address = () =>
    r.pick([
      `10.0.${r.int(1, 2)}.${r.int(2, 9)}`,
      `10.0.${r.int(1, 2)}.0/29`,
      `10.0.${r.int(1, 2)}.0/24`,
      "10.0.0.1/255.255.0.1",
    ]);
  if (r.chance(0.35)) words.push(`${not()}-s ${address()}`);
  if (r.chance(0.35)) words.push(`${not()}-d ${address()}`);
  if (hook !== "OUTPUT" && hook !== "POSTROUTING" && r.chance(0.25))
    words.push(`${not()}-i ${r.pick(["ra", "rb", "r+"])}`);
  if (hook !== "PREROUTING" && hook !== "INPUT" && r.chance(0.25))
    words.push(`${not()}-o ${r.pick(["ra", "rb", "r+"])}`);
  if (proto) words.push(`-p ${proto}`);
  else if (r.chance(0.1)) words.push("! -p tcp");
  if (proto && r.chance(0.6)) words.push(protoMatch(r, proto, not));
  if (r.chance(0.5)) words.push(otherMatch(r, table, hook, not));
  words.push(`-j ${randomTarget(r, table, hook, chain, proto)}`);
  return words.join(" ").replace("-j -g", "-g");
}

function protoMatch(r: Random, proto: string, not: () => string): string {
  if (proto === "icmp") return `-m icmp ${not()}--icmp-type ${r.pick(["8", "0", "3", "3/3", "11", "any"])}`;
  const choices = [
    `-m ${proto} ${not()}--dport ${r.pick(PORTS)}`,
    `-m ${proto} ${not()}--sport ${r.pick([":1023", "1024:", "20000:40000"])}`,
    `-m ${proto} ${not()}--dport 50:500`,
    `-m multiport ${not()}--dports ${r.pick(["22,80", "53,400:500", "8080"])}`,
    `-m multiport ${not()}--ports 80,443`,
  ];
  if (proto === "tcp")
    choices.push(
      `-m tcp ${not()}--syn`,
      `-m tcp ${not()}--tcp-flags SYN,ACK,RST ${r.pick(["SYN", "ACK", "SYN,ACK", "NONE"])}`,
    );
  return r.pick(choices);
}

function otherMatch(r: Random, table: Table, hook: Hook, not: () => string): string {
  const states = r.pick([
    "NEW",
    "ESTABLISHED",
    "RELATED",
    "INVALID",
    "RELATED,ESTABLISHED",
    "NEW,INVALID",
    "UNTRACKED",
  ]);
  const host = `10.0.${r.int(1, 2)}.${r.int(2, 9)}`;
  const choices = [
    `-m set ${not()}--match-set s-ip ${r.pick(["src", "dst"])}`,
    `-m set ${not()}--match-set s-net ${r.pick(["src", "dst"])}`,
    `-m set ${not()}--match-set s-ipport ${r.pick(["src", "dst"])},${r.pick(["src", "dst"])}`,
    `-m set ${not()}--match-set s-netport ${r.pick(["src", "dst"])},dst`,
    `-m set ${not()}--match-set s-ipportnet src,dst,dst`,
    `-m set ${not()}--match-set s-bitmap ${r.pick(["src", "dst"])}`,
    `-m set ${not()}--match-set s-list ${r.pick(["src", "dst"])}`,
    `-m mark ${not()}--mark ${r.pick(["0x1", "0x0", "0x2/0x2", "0x0/0xf0"])}`,
    `-m iprange ${not()}--src-range 10.0.1.3-10.0.1.6`,
    `-m iprange ${not()}--dst-range 10.0.2.3-10.0.2.6`,
    `-m length ${not()}--length ${r.pick(["0:40", "36:", "48:60"])}`,
    `-m ttl ${r.pick(["--ttl-lt 64", "--ttl-gt 62", "--ttl-eq 63"])}`,
    `-m tos ${not()}--tos 0x10/0xff`,
    `-m dscp ${not()}--dscp 0x04`,
    `-m addrtype ${not()}--dst-type ${r.pick(["LOCAL", "UNICAST"])}`,
    `-m addrtype ${not()}--src-type LOCAL`,
    `-m comment --comment "a comment with \\"quotes\\""`,
  ];
  if (hook !== "OUTPUT" && hook !== "POSTROUTING") {
    choices.push(
      `-m mac ${not()}--mac-source 02:00:00:00:0${r.int(1, 2)}:0${r.int(2, 9)}`,
      `-m set ${not()}--match-set s-ipportip src,dst,dst`,
    );
    choices.push("-m pkttype --pkt-type unicast");
  }
  if (table !== "raw") {
    const ct = [
      `-m state ${not()}--state ${states}`,
      `-m conntrack ${not()}--ctstate ${states}`,
      `-m conntrack ${not()}--ctstate ${r.pick(["SNAT", "DNAT", "NEW,DNAT"])}`,
      `-m conntrack ${not()}--ctorigsrc 10.0.1.0/29`,
      `-m conntrack ${not()}--ctorigdst ${host}`,
      `-m conntrack ${not()}--ctreplsrc ${host}`,
      `-m conntrack ${not()}--ctrepldst 10.0.2.0/29`,
      `-m conntrack ${not()}--ctproto ${r.pick(["tcp", "udp", "icmp"])}`,
      `-m conntrack ${not()}--ctorigdstport ${r.pick(PORTS)}`,
      `-m conntrack --ctdir ${r.pick(["ORIGINAL", "REPLY"])}`,
      `-m conntrack ${not()}--ctstatus ${r.pick(["SEEN_REPLY", "CONFIRMED", "ASSURED"])}`,
      `-m connmark ${not()}--mark ${r.pick(["0x1", "0x0/0xf"])}`,
    ];
    choices.push(...ct, ...ct.slice(0, 3));
  }
  return r.pick(choices);
}

function randomTarget(r: Random, table: Table, hook: Hook, chain: string, proto: string | undefined): string {
  const common = ["ACCEPT", "RETURN"];
  if (chain === hook) common.push(`${hook}-u1`, `${hook}-u1`, `${hook}-u2`, `-g ${hook}-u1`);
  if (chain === `${hook}-u1`) common.push(`${hook}-u2`, `-g ${hook}-u2`);
  if (r.chance(0.35)) return r.pick(common);
  const ported = proto === "tcp" || proto === "udp";
  const to = `10.0.${r.int(1, 2)}.${r.int(2, 9)}`;
  switch (table) {
    case "raw":
      return r.pick(
        [
          "CT --notrack",
          "CT --zone 5",
          "CT --zone 7",
          "CT --zone-orig 3",
          "DROP",
          "ACCEPT",
          "MARK --set-xmark 0x1/0xffffffff",
        ].filter((t) => !t.startsWith("MARK")),
      );
    case "mangle":
      return r.pick([
        "MARK --set-xmark 0x1/0xffffffff",
        "MARK --set-xmark 0x2/0xf",
        "MARK --or-mark 0x10",
        "CONNMARK --save-mark --nfmask 0xffffffff --ctmask 0xffffffff",
        "CONNMARK --restore-mark --nfmask 0xff --ctmask 0xff",
        "CONNMARK --set-xmark 0x1/0xf",
        "TTL --ttl-set 40",
        "TTL --ttl-dec 1",
        "TOS --set-tos 0x10/0xff",
        "DSCP --set-dscp 0x04",
        "DROP",
      ]);
    case "nat":
      if (hook === "PREROUTING") {
        return r.pick([
          `DNAT --to-destination ${to}${ported ? `:${r.pick(PORTS)}` : ""}`,
          `DNAT --to-destination ${to}`,
          ported ? `REDIRECT --to-ports ${r.pick(PORTS)}` : "REDIRECT",
          "NETMAP --to 10.0.2.0/24",
        ]);
      }
      if (hook === "OUTPUT") return r.pick([`DNAT --to-destination ${to}`, "ACCEPT"]);
      if (hook === "INPUT") return r.pick([`SNAT --to-source 10.0.${r.int(1, 2)}.${r.int(100, 105)}`, "ACCEPT"]);
      return r.pick([
        `SNAT --to-source 10.0.${r.int(1, 2)}.${r.int(100, 105)}`,
        ported ? `SNAT --to-source 10.0.2.1:${r.int(50000, 60000)}` : "MASQUERADE",
        "MASQUERADE",
        "NETMAP --to 10.0.1.0/24",
      ]);
    case "filter":
      return r.pick([
        "DROP",
        "DROP",
        "REJECT",
        "REJECT --reject-with icmp-host-prohibited",
        proto === "tcp" ? "REJECT --reject-with tcp-reset" : "REJECT --reject-with icmp-net-unreachable",
        "LOG",
      ]);
  }
}
