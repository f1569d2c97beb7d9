/** Random iptables, ip6tables, iptables-restore and ipset commands on a simulated host and in a real namespace: the same rules, the same errors. */
import { spawnSync } from "node:child_process";
import { afterAll, beforeAll, expect, it } from "vitest";
import { parseIpsetSave } from "../../../collect/parse/ipset.ts";
import { inNs, Lab } from "../../../datapath/kernel/testing/netns.ts";
import { Random } from "../../../datapath/openflow/testing/random.ts";
import type { IptablesRuleset } from "../../../net/iptables/ast.ts";
import { parseIptablesSave } from "../../../net/iptables/parse.ts";
import { newNamespace } from "../../kernel/device.ts";
import { apply } from "../../run.ts";
import type { HostState, Ipset, Namespace } from "../../state.ts";
import { CommandError } from "../command.ts";
import { parseCommand, printCommand } from "../shell.ts";
import { toolNamed } from "../tools.ts";

const COMMANDS = Number(process.env.UNDERLAY_DIFF_COMMANDS ?? 250);
const CHAINS = ["neutron-a", "neutron-b", "neutron-c"];
const TABLES: Readonly<Record<string, readonly string[]>> = {
  filter: ["INPUT", "FORWARD"],
  mangle: ["INPUT", "FORWARD"],
  nat: ["PREROUTING", "INPUT", "OUTPUT", "POSTROUTING"],
  raw: ["PREROUTING", "OUTPUT"],
};

const lab = new Lab();
let name: string;

beforeAll(() => {
  name = lab.namespace("ipt");
  // nf_tables makes a built-in chain with its first rule; until then some errors are others.
  for (const program of ["iptables", "ip6tables"])
    for (const [table, chains] of Object.entries(TABLES))
      for (const chain of chains) {
        inNs(name, program, ["-t", table, "-A", chain, "-j", "ACCEPT"]);
        inNs(name, program, ["-t", table, "-F", chain]);
      }
});

afterAll(() => {
  lab.dispose();
});

function rule(r: Random, six: boolean): string {
  const [one, net] = six ? ["fd00::1", "fd00:1:2::3/64"] : ["10.0.0.1", "10.1.2.3/16"];
  const parts = [
    r.chance(0.3) ? `-s ${r.pick([one, net, `! -s`]).replace("! -s", one)}` : "",
    r.chance(0.2) ? `! -d ${one}` : "",
    r.chance(0.2) ? `-i ${r.pick(["eth0", "tap1"])}` : "",
    r.chance(0.1) ? r.pick(["-o eth0", "-m physdev --physdev-out tap2", "-m owner --uid-owner 0"]) : "",
    r.pick([
      ...["", "", "-p tcp --dport 80", "-p udp -m udp --sport 67 --dport 68", "-p tcp -m multiport --dports 80,90:99"],
      ...["-p tcp --dport 80 90", "-p tcp --dprot 80", "-p tcp --dport ssh:25", "-p 99"],
      ...[six ? "-p icmpv6 --icmpv6-type router-advertisement" : "-p icmp --icmp-type echo-request", "-p tcp --syn"],
      six ? "-p icmpv6 --icmpv6-type 255/3" : "-p icmp --icmp-type 255/3",
      ...["-m state --state ESTABLISHED,RELATED", "-m conntrack --ctstate ESTABLISHED,RELATED", "-p 17"],
      ...[`-m set --match-set ${six ? "six" : "four"} src`, "-m set --match-set none dst", "-m mark --mark 1"],
      ...['-m comment --comment "two words"', "-m mac --mac-source fa:16:3e:00:00:01", "-m physdev --physdev-in tap1"],
      ...["-m physdev --physdev-is-bridged --physdev-out tap2", "-m mark --mark 0x4000000/0xffff0000"],
    ]),
  ];
  const target = r.pick([
    ...["ACCEPT", "DROP", "RETURN", "REJECT", "MARK --set-mark 5", "nowhere", ...CHAINS, ...CHAINS],
    ...[`SNAT --to-source ${one}`, `DNAT --to-destination ${one}`, "MASQUERADE", "REDIRECT", "REDIRECT --to-ports 80"],
    ...[`SNAT --to ${one}`, `DNAT --to ${one}`, "REDIRECT --to-port 80", "REJECT --reject-with port-unreach"],
    ...["MARK --or-mark 4", "MARK --and-mark 0xff00", "MARK --xor-mark 4"],
    ...["CT --zone 5", "CT --notrack", "CHECKSUM --checksum-fill", "ACCEPT beyond", "DROP --beyond", "REJECT beyond"],
  ]);
  return [...parts, `-j ${target}`].filter((part) => part !== "").join(" ");
}

function line(r: Random): string {
  const six = r.chance(0.3);
  const program = six ? "ip6tables" : "iptables";
  const name = r.pick(["filter", "filter", "mangle", "nat", "nat", "nat", "raw"]);
  const table = name === "filter" ? "" : ` -t ${name}`;
  const c = r.pick([...CHAINS, ...CHAINS, ...(TABLES[name] ?? [])]);
  const spec = () => rule(r, six);
  const n = r.below(5) + 1;
  const set = r.pick(["four", "six", "four"]);
  const member = set === "six" ? `fd00::${n}` : r.pick([`10.0.0.${n}`, `10.${n}.3.4/16`]);
  switch (r.below(14)) {
    case 0:
    case 1:
      return `${program}${table} -N ${r.pick(CHAINS)}`;
    case 2:
    case 3:
    case 4:
      return `${program}${table} -A ${c} ${spec()}`;
    case 5:
      return `${program}${table} -I ${c} ${n} ${spec()}`;
    case 6:
      return `${program}${table} -D ${c} ${r.chance(0.6) ? n : spec()}`;
    case 7:
      return `${program}${table} -R ${c} ${n} ${spec()}`;
    case 8:
      return r.pick([
        `${program}${table} -F ${c}`,
        `${program}${table} -X ${r.pick(CHAINS)}`,
        `${program}${table} -P ${c} DROP`,
        `${program} -C ${c} -j ACCEPT`,
      ]);
    case 9:
    case 10:
      return `${program}-restore -n <<'EOF'\n*${name}\n:${r.pick(CHAINS)} - [0:0]\n-A ${c} ${spec()}\n-I ${c} 1 ${spec()}\nCOMMIT\nEOF`;
    case 11:
      return `ipset create ${r.chance(0.5) ? "-exist " : ""}${set} hash:net family ${set === "six" ? "inet6" : "inet"}`;
    case 12:
      return `ipset ${r.pick(["add", "add -exist", "del"])} ${set} ${member}`;
    default:
      return r.pick([`ipset flush ${set}`, `ipset destroy ${set}`, `ipset add ${set} ${member}`]);
  }
}

function rulesText(ruleset: IptablesRuleset | undefined): string[] {
  return (ruleset?.tables ?? [])
    .flatMap((table) =>
      table.chains
        .filter((chain) => chain.policy !== "ACCEPT" || chain.rules.length > 0)
        .map((chain) => [table.name, chain.name, chain.policy, ...chain.rules.map((one) => one.text)].join("\n")),
    )
    .sort();
}

function setsText(sets: readonly Ipset[]): string[] {
  return sets
    .map((set) => [set.name, set.type, set.family, ...set.members.map((m) => m.value).sort()].join(" "))
    .sort();
}

function real(): unknown {
  const rules = ([4, 6] as const).map((family) => {
    const { ruleset, problems } = parseIptablesSave(
      inNs(name, family === 4 ? "iptables-save" : "ip6tables-save", []),
      family,
    );
    expect(problems).toEqual([]);
    return rulesText(ruleset);
  });
  return { rules, sets: setsText(parseIpsetSave(inNs(name, "ipset", ["save"]), () => {})) };
}

function simulated(ns: Namespace | undefined): unknown {
  return { rules: [rulesText(ns?.iptables), rulesText(ns?.ip6tables)], sets: setsText(ns?.ipsets ?? []) };
}

it(`${COMMANDS} random commands do the same, and fail alike`, () => {
  const r = new Random(11);
  let host: HostState = {
    name: "h",
    namespaces: [newNamespace("root")],
    dnsmasq: [],
    config: {},
    processes: [],
    gaps: [],
  };
  let taken = 0;
  for (let i = 0; i < COMMANDS; i++) {
    const text = line(r);
    const command = parseCommand(text);
    expect(parseCommand(printCommand(command))).toEqual(command);
    let failure = "";
    try {
      host = apply(host, command);
      taken++;
    } catch (error) {
      if (!(error instanceof CommandError)) throw error;
      failure = error.message.trim();
    }
    const { words, input } = toolNamed(command.run.tool).print(command.run);
    const ran = spawnSync("ip", ["netns", "exec", name, ...words], { encoding: "utf8", input });
    const said = ran.status === 0 ? "" : ran.stderr.trim();
    // Of several mistakes in its input, iptables-restore finds some at the end only.
    if (text.includes("-restore")) expect(failure !== "", `${text}\n${said}`).toBe(said !== "");
    else expect(failure.split("\n")[0], text).toBe(said.split("\n")[0]);
    expect(simulated(host.namespaces[0]), text).toEqual(real());
  }
  expect(taken).toBeGreaterThan(COMMANDS / 4);
});
