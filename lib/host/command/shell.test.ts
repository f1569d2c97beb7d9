import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { apply, applyAll } from "../run.ts";
import { bareHost, command } from "../testing/commands.ts";
import type { Command } from "./command.ts";
import { parseCommand, parseCommands, printCommand } from "./shell.ts";
import { parseScript, printInvocation } from "./words.ts";

describe("words of a shell line", () => {
  test("any words come back from the line that they are printed as", () => {
    const word = fc.string({ unit: fc.constantFrom(..."ab '\"\\$`;&|<>()#=\t\n*é") });
    const input = fc.option(fc.string({ unit: fc.constantFrom("a", "\n", "EOF", " ", "$x", "'") }), { nil: undefined });
    fc.assert(
      fc.property(fc.array(word, { minLength: 1, maxLength: 5 }), input, (words, text) => {
        // A heredoc ends with a line end, or is empty.
        const body = text === undefined || text === "" || text.endsWith("\n") ? text : `${text}\n`;
        const line = { words, ...(body !== undefined && { input: body }) };
        expect(parseScript(printInvocation(line))).toEqual([line]);
      }),
    );
  });

  test("a script: comments, continued lines, sequences, heredocs, redirections", () => {
    const script = `
# a comment
one 'two  three' "fo\\"ur" \\
  five; six && NAME=value seven > /file
eight <<EOF
line
EOF
nine >> /log # and a comment
`;
    expect(parseScript(script)).toEqual([
      { words: ["one", "two  three", 'fo"ur', "five"] },
      { words: ["six"] },
      { words: ["seven"], environment: ["NAME=value"], output: { file: "/file", append: false } },
      { words: ["eight"], input: "line\n" },
      { words: ["nine"], output: { file: "/log", append: true } },
    ]);
  });

  test("what is not supported is refused", () => {
    expect(() => parseScript("ip link | cat")).toThrow("syntax error near unexpected token `|'");
    expect(() => parseScript("ip link set $X up")).toThrow("variables are not supported");
    expect(() => parseScript("ip 'link")).toThrow("unexpected EOF while looking for matching `''");
    expect(() => parseCommand("frobnicate now")).toThrow("frobnicate: command not found");
  });
});

describe("commands as lines", () => {
  test("parsed again, a printed command is the same", () => {
    fc.assert(
      fc.property(command, (one) => {
        expect(parseCommand(printCommand(one))).toEqual(one);
      }),
      { numRuns: 1000 },
    );
  });

  test.each([
    ["ip l s eth0 up", "ip link set eth0 up"],
    ["ip a a 10.0.0.1/24 dev eth0", "ip addr add 10.0.0.1/24 dev eth0"],
    ["ip r a default via 10.0.0.254", "ip route add default via 10.0.0.254"],
    ["/sbin/ip -n q1 link set dev eth0 up", "ip netns exec q1 ip link set eth0 up"],
    ["ip netns exec q1 ip netns exec q2 ip link set eth0 up", "ip netns exec q2 ip link set eth0 up"],
    ["ip -6 route add ::/0 via fe80::1 dev eth0", "ip -6 route add ::/0 via fe80::1 dev eth0"],
    ["ip route add blackhole 10.0.0.0/8", "ip route add blackhole 10.0.0.0/8"],
    ["ip rule add from 10.0.0.1/32 table 16 pref 5", "ip rule add from 10.0.0.1/32 lookup 16 priority 5"],
    ["ip rule add fwmark 1/0xff table 9", "ip rule add fwmark 0x1/0xff lookup 9"],
    ["ip link add link eth1 name eth1.100 type vlan id 100", "ip link add link eth1 name eth1.100 type vlan id 100"],
    [
      "ip link add vxlan-7 type vxlan id 7 group 224.0.0.1 dev eth1 dstport 8472 nolearning",
      "ip link add vxlan-7 type vxlan id 7 group 224.0.0.1 dev eth1 dstport 8472 nolearning",
    ],
    ["ip link set br0 type bridge stp_state 0 ageing_time 0", "ip link set br0 type bridge stp_state 0 ageing_time 0"],
    ["ip neigh add proxy 10.0.0.9 dev eth0", "ip neigh add proxy 10.0.0.9 dev eth0"],
    [
      "bridge fdb add 02:00:00:00:00:01 dev vx self permanent dst 10.0.0.2",
      "bridge fdb add 02:00:00:00:00:01 dev vx dst 10.0.0.2",
    ],
    ["bridge vlan add vid 5-7 dev eth0 pvid untagged", "bridge vlan add dev eth0 vid 5-7 pvid untagged"],
    ["sysctl net/ipv4/conf/eth0.5/rp_filter=0", "sysctl -w net.ipv4.conf.eth0/5.rp_filter=0"],
  ])("%s", (typed, printed) => {
    expect(printCommand(parseCommand(typed))).toBe(printed);
  });

  test.each([
    ["ip frob", 'Object "frob" is unknown, try "ip help".'],
    ["ip link frob", 'Command "frob" is unknown, try "ip link help".'],
    ["ip link set", 'Not enough of information: "dev" argument is required.'],
    ["ip link set eth0 mtu", 'Command line is not complete. Try option "help"'],
    ["ip addr add 10.0.0.300/24 dev eth0", 'Error: any valid prefix is expected rather than "10.0.0.300/24".'],
    ["ip addr add 10.0.0.3/24", 'Not enough information: "dev" argument is required.'],
    ["brctl frob", "never heard of command [frob]"],
    ["brctl addif br0", "Incorrect number of arguments for command"],
    ["ip netns exec q1", "No command specified"],
  ])("%s is refused", (line, message) => {
    expect(() => parseCommand(line)).toThrow(message);
  });

  test("an unknown namespace", () => {
    const run = () => apply(bareHost(), parseCommand("ip netns exec qrouter-1 ip link set lo up"));
    expect(run).toThrow('Cannot open network namespace "qrouter-1": No such file or directory');
  });

  test.each(["system", "netdev"])("an internal port of a switch of type %s goes to another namespace", (type) => {
    const ovs = { otherConfig: {}, externalIds: {}, bridges: [], routes: [], tunnelNeighbours: [] };
    const lines = `ovs-vsctl add-br br0 -- set Bridge br0 datapath_type=${type}; ip netns add q1
      ovs-vsctl add-port br0 p1 -- set Interface p1 type=internal; ip link set p1 netns q1; ip -n q1 link set p1 up`;
    const host = applyAll({ ...bareHost(), ovs }, parseCommands(lines));
    expect(
      host.namespaces.map(({ name, links }) => links.some((link) => link.name === "p1" && link.up) && name),
    ).toEqual([false, "q1"]);
  });
});

/** Lines for plugging a VIF (issue of 2013), with names filled in; `setfd` with the time that it wants. */
const TAP = `
ip tuntap add tap1e2b09d7-e9 mode tap
ip link set tap1e2b09d7-e9 address fe:16:3e:1e:2b:09
ip link set tap1e2b09d7-e9 up
`;

const LINUX_BRIDGE = `
ip link add link eth1 name eth1.100 type vlan id 100
ip link set eth1.100 up
brctl addbr brqc6e38a5a-2a
brctl setfd brqc6e38a5a-2a 0
brctl stp brqc6e38a5a-2a off
ip link set brqc6e38a5a-2a up
brctl addif brqc6e38a5a-2a eth1.100
brctl addif brqc6e38a5a-2a tap1e2b09d7-e9
`;

const HYBRID = `
brctl addbr qbr1e2b09d7-e9
ip link add qvb1e2b09d7-e9 type veth peer name qvo1e2b09d7-e9
ip link set qvb1e2b09d7-e9 up
ip link set qvb1e2b09d7-e9 promisc on
ip link set qvo1e2b09d7-e9 up
ip link set qvo1e2b09d7-e9 promisc on
ip link set qbr1e2b09d7-e9 up
brctl addif qbr1e2b09d7-e9 qvb1e2b09d7-e9
`;

const ROUTER = "qrouter-ccf5f323-2a41-41d1-8bb6-b772a8ae17fc";

const ROUTER_PORT = `
ip link set qr-012c9d13-85 address fa:16:3e:f2:a8:56
ip link set qr-012c9d13-85 netns ${ROUTER}
ip netns exec ${ROUTER} ip link set qr-012c9d13-85 up
ip netns exec ${ROUTER} ip -4 addr add 10.10.10.1/24 brd 10.10.10.255 scope global dev qr-012c9d13-85
`;

const FORWARDING = `ip netns exec ${ROUTER} sysctl -w net.ipv4.ip_forward=1`;

function lines(text: string): string[] {
  return text.trim().split("\n");
}

describe("the lines that agents were listed with", () => {
  test.each([TAP, LINUX_BRIDGE, HYBRID, ROUTER_PORT, FORWARDING])("%s", (text) => {
    expect(parseCommands(text).map(printCommand)).toEqual(lines(text));
  });

  const eth1 = parseCommands("ip link add eth1 type dummy; ip link set eth1 up");

  /** What the difference says of a host to which these lines were told, without what is not listed. */
  test.each([
    ["tap", [], TAP],
    ["hybrid", [], HYBRID],
    ["VLAN", [...eth1, ...parseCommands(TAP)], LINUX_BRIDGE],
    ["router", parseCommands(`ip netns add ${ROUTER}; ip link add qr-012c9d13-85 type dummy`), ROUTER_PORT],
  ] satisfies [string, Command[], string][])("planned: %s", async (_, first, text) => {
    const { diff } = await import("../diff/diff.ts");
    const before = applyAll(bareHost(), first);
    const after = applyAll(before, parseCommands(text));
    const told = diff(before, after).map(printCommand);
    const listed = new Set(lines(text));
    expect(told.filter((line) => listed.has(line))).toEqual(lines(text));
    // A bridge is told more than the listing of the hybrid VIF has: what the other one has.
    expect(told.filter((line) => !listed.has(line) && !/^brctl (setfd|stp) qbr/.test(line))).toEqual([]);
  });
});
