/** The embedded cloud by hand: what administrators type changes its hosts, and shows in pings, captures and history. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { ConsoleProgress, ConsoleReply, ConsoleSession } from "../api/console.ts";
import { demoDir } from "../clouds/places.ts";
import { readBundle } from "../collect/bundle.ts";
import { TrafficLog } from "../console/traffic/log.ts";
import { type EmbeddedCloud, openEmbedded, storePlace } from "../embedded.ts";
import type { Guest } from "../host/world.ts";
import type { Server } from "../server.ts";
import { cloudOf } from "../simulation/world.ts";
import { agentsOf } from "./agents.ts";
import { answerLine, consoleInfo, consoleQuestion } from "./console.ts";

let data: string;
let opened: EmbeddedCloud;
let parts: Pick<Server, "embedded" | "traffic" | "clouds">;

beforeAll(async () => {
  data = mkdtempSync(path.join(tmpdir(), "underlay-console-"));
  opened = await openEmbedded({
    place: storePlace(data, {}),
    env: {},
    signal: new AbortController().signal,
    report(error) {
      throw error;
    },
  });
  const clouds = {
    cloud: (id: string) =>
      id === "embedded" ? Promise.resolve(cloudOf(opened.simulation.moment())) : readBundle(path.join(demoDir(), id)),
  };
  // Of the store, consoles ask for clouds alone.
  parts = { embedded: async () => opened, traffic: new TrafficLog(), clouds: clouds as Server["clouds"] };
}, 60_000);
afterAll(async () => {
  await opened.close();
  rmSync(data, { recursive: true });
});

async function type(
  host: string,
  line: string,
  session: ConsoleSession = {},
  cloud = "embedded",
): Promise<ConsoleReply> {
  return answerLine(parts, { cloud, host, user: "admin" }, { line, session });
}
/** Output of a line that must succeed. */
async function told(host: string, line: string, session: ConsoleSession = {}): Promise<string> {
  const reply = await type(host, line, session);
  expect(reply.output, line).not.toMatch(/not supported|not found/);
  expect(reply.status, `${line}\n${reply.output}`).toBe(0);
  return reply.output;
}
function guest(name: string): Guest {
  const found = cloudOf(opened.simulation.moment()).world.guests.find((one) => one.name === name);
  if (!found) throw new Error(`no guest ${name}`);
  return found;
}
const inside = (name: string): ConsoleSession => ({ guest: guest(name).portId });
const addressOf = (name: string) => guest(name).fixedIps[0]?.address ?? "";

describe("a line on a host", () => {
  test("changes it, as the next line shows, and stands in its history", async () => {
    expect(await told("compute1", "ip link add br9 type bridge && ip link set br9 up; ip -br link show br9")).toMatch(
      /^br9 +(UP|DOWN|UNKNOWN) /,
    );
    expect(await told("compute1", "brctl show | grep br9")).toMatch(/^br9\t\t8000\./);
    const last = opened.simulation.history("compute1", "br9").at(-1);
    expect(last?.commands).toEqual(["ip link add br9 type bridge", "ip link set br9 up"]);
    expect(last?.causes[0]?.what).toMatch(/^admin typed ip link add br9/);
    // A device gets the MTU that its port asks for; a tunnel has none that could change.
    await told("compute1", "ovs-vsctl add-port br-int br9 -- set Interface br9 mtu_request=1300");
    expect(await told("compute1", "ip link show br9")).toContain(" mtu 1300 ");
    await told("compute1", "ovs-vsctl del-port br9");
    await told("compute1", "ip link del br9");
    expect((await type("compute1", "ip link show br9")).output).toBe('Device "br9" does not exist.\n');
  });

  test("says in the tool's words what is wrong, and goes on or stops as a shell does", async () => {
    const { output, status } = await type("compute1", "ip link set nosuch up; hostname");
    expect(output).toBe('Cannot find device "nosuch"\ncompute1\n');
    expect(status).toBe(0);
    expect((await type("compute1", "ip link set nosuch up && hostname")).output).not.toContain("compute1");
    expect((await type("compute1", "rm /x")).output).toBe("rm: cannot remove '/x': No such file or directory\n");
    for (const line of ["rm -rf /", "rm -rf /etc/neutron", "hostname x", "sudo -u x ip a", "dnsmasq"]) {
      const refused = await type("compute1", line);
      expect([refused.changes, refused.status !== 0, refused.output !== ""], line).toEqual([0, true, true]);
    }
    expect((await type("compute1", "iptables-restore")).output).toMatch(/heredoc/);
    expect((await type("compute1", "cat > /x <<'EOF'\na\nEOF")).notes.join()).toMatch(/\/x is not kept/);
    expect((await type("compute1", "ovs-ofctl del-flows br-int table=250,tcp_dst=80")).output).toMatch(
      /\|ofp_match\|INFO\|normalization changed ofp_match, details:\n.*\| pre: tp_dst=80\n.*\|post: \n$/,
    );
    expect((await type("compute1", "frobnicate")).output).toMatch(/command not found/);
    expect((await type("compute1", "ip a | awk '{print $1}'")).output).toMatch(/not supported behind a pipe/);
    expect((await type("compute1", 'ip link "')).status).toBe(2);
    expect((await type("compute1", "echo $HOME")).output).toMatch(/variables are not supported/);
  });

  test("goes into a namespace and out again", async () => {
    const netns = (await told("network1", "ip netns | grep qdhcp")).split("\n")[0] ?? "";
    const { session } = await type("network1", `ip netns exec ${netns} bash`);
    expect(session).toEqual({ netns });
    expect(await told("network1", "ip -br addr", session)).toMatch(/^tap\S+ .*172\.16\./m);
    expect((await type("network1", "exit", session)).session).toEqual({});
  });

  test("may be long, and it is said how long", async () => {
    const ask = (line: string) =>
      consoleQuestion(new Request("http://x", { method: "POST", body: JSON.stringify({ line }) }));
    expect((await ask("hostname")).line).toBe("hostname");
    await expect(ask("x".repeat(60_001))).rejects.toThrow("A line has at most 60,000 characters.");
  });

  test("of a recording answers and changes nothing", async () => {
    expect((await type("compute1", "ip -br link show qvocb9bcee4-5d", {}, "legacy")).output).toMatch(
      /^qvocb9bcee4-5d@/,
    );
    const { output, changes } = await type("compute1", "ip link set qvocb9bcee4-5d down", {}, "legacy");
    expect(output).toMatch(/recording/);
    expect(changes).toBe(0);
    expect((await consoleInfo(parts, "legacy", "compute1")).readOnly).toMatch(/recording/);
  });
});

describe("programs", () => {
  const dead = async () =>
    (await agentsOf(parts, "embedded")).filter((one) => one.stopped).map((one) => `${one.binary} ${one.host}`);

  test("of agents are ended and started as their services, by name and by number", async () => {
    const pid = (await told("network1", "pgrep -f neutron-dhcp-agent")).trim();
    expect((await type("network1", `kill ${pid}; ps | grep dhcp-agent`)).output).toBe("");
    expect(await dead()).toEqual(["neutron-dhcp-agent network1"]);
    expect((await type("network1", "ps -ef | grep -c dhcp-agent")).output).toBe("0\n");
    expect((await type("network1", "systemctl is-active neutron-dhcp-agent")).output).toBe("inactive\n");
    expect((await type("network1", `kill ${pid}`)).output).toBe(`kill: (${pid}) - No such process\n`);
    await told("network1", "service neutron-dhcp-agent start && pgrep -f dhcp-agent");
    expect(await dead()).toEqual([]);
    await told("network1", "pkill -9 -f 'neutron-(l3|dhcp)-agent'");
    expect(await dead()).toEqual(["neutron-dhcp-agent network1", "neutron-l3-agent network1"]);
    await told("network1", "systemctl start 'neutron-*'");
    expect(await dead()).toEqual([]);
    expect(await told("network1", "systemctl status neutron-l3-agent")).toMatch(
      /Active: active \(running\)\n +Main PID: \d+ \(neutron-l3-agen\)\n.*\n.*neutron-l3-agent --config-file/,
    );
    for (const line of [
      "kill 1",
      "systemctl stop openvswitch-switch",
      "systemctl stop nosuch",
      "pgrep neutron-dhcp-agent",
    ]) {
      const refused = await type("network1", line);
      expect([refused.changes, refused.status !== 0, refused.output !== ""], line).toEqual([0, true, true]);
    }
  });

  test("that an agent had started come back when it is started again", async () => {
    const count = async () => Number((await type("network1", "pgrep -c dnsmasq")).output);
    const before = await count();
    const { notes, output } = await type("network1", "pkill dnsmasq; pgrep -c dnsmasq");
    expect(output).toBe("0\n");
    expect(notes).toEqual([expect.stringMatching(/dnsmasq stays ended until its agent is started again/)]);
    await told("network1", "systemctl restart neutron-dhcp-agent");
    expect(await count()).toBe(before);
  });
});

describe("files and programs", () => {
  test("are found where an engineer looks for them", async () => {
    expect(await told("compute1", "uname -n; hostname -I")).toMatch(/^compute1\n192\.168\.250\.31 10\.0\.44\.31 \n$/);
    expect(await told("compute1", "grep local_ip /etc/neutron/plugins/ml2/openvswitch_agent.ini")).toMatch(
      /^local_ip = /,
    );
    expect(await told("compute1", "cat /sys/class/net/eth1/mtu; ls /sys/class/net | grep -c eth1")).toBe("1600\n1\n");
    expect(await told("network1", "ls /var/run/netns | grep -c qdhcp")).not.toBe("0\n");
    const pid = (await told("network1", "pgrep -o dnsmasq")).trim();
    expect(await told("network1", `cat /proc/${pid}/cmdline`)).toMatch(/^dnsmasq\0--no-hosts\0/);
    expect(await told("compute1", `ethtool -i ${guest("cirros-vm1").tap} | head -1; pidof ovs-vswitchd`)).toMatch(
      /^driver: tun\n\d+\n/,
    );
    expect(await told("compute1", "ss -lnt")).toMatch(/^State .*\nLISTEN 0 +0 +127\.0\.0\.1:6640 +0\.0\.0\.0:\*\n/);
    expect((await told("compute1", "ss -lnu")).trim().split("\n")).toHaveLength(1);
    expect((await type("compute1", "tail -3 /var/log/neutron/l3-agent.log")).output).toMatch(
      /write no logs; .* under Commands/,
    );
  });

  test("are those of older texts, too, which only show", async () => {
    expect(await told("compute1", "ifconfig br-phy")).toMatch(
      /^br-phy: flags=4\d+<UP,BROADCAST,RUNNING,(PROMISC,)?MULTICAST> {2}mtu 1600\n {8}inet 10\.0\.44\.31 {2}netmask 255\.255\.255\.0 {2}broadcast \S+\n/,
    );
    expect(await told("compute1", "route -n")).toContain(
      "\n10.0.44.0       0.0.0.0         255.255.255.0   U     0      0        0 br-phy\n",
    );
    const link = "ip neigh replace 10.0.44.9 lladdr aa:bb:cc:00:00:01 dev br-phy nud permanent";
    expect(await told("compute1", `${link}; arp -n 10.0.44.9; ip neigh del 10.0.44.9 dev br-phy`)).toMatch(
      /\n10\.0\.44\.9 {16}ether {3}aa:bb:cc:00:00:01 {3}CM {20}br-phy\n$/,
    );
    for (const line of ["ifconfig br-phy down", "route add default gw 10.0.44.1", "arp -d 10.0.44.9"])
      expect((await type("compute1", line)).output).toMatch(/only shows here; `ip /);
    expect(await told("network1", "cat /var/lib/neutron/dhcp/*/host | grep -c openstacklocal")).not.toBe("0\n");
  });

  test("tell what an instance is plugged into", async () => {
    const { name, tap, mac } = guest("cirros-vm1");
    const bridge = tap.replace("tap", "qbr");
    expect(await told("compute1", `virsh dumpxml ${name} | grep bridge`)).toContain(`<source bridge='${bridge}'/>`);
    expect(await told("compute1", `virsh domiflist instance-${guest(name).serverId?.slice(0, 8)}`)).toMatch(
      new RegExp(`^ ${tap} +bridge +${bridge} +virtio +${mac}$`, "m"),
    );
  });
});

describe("packets", () => {
  test("tell the way that they take, hop by hop", async () => {
    const target = addressOf("cirros-vm3");
    expect(await told("compute1", `traceroute -n ${target}`, inside("cirros-vm1"))).toMatch(
      new RegExp(`^traceroute to .*\\n 1  172\\.16\\.10\\.1  0\\.\\d+ ms .*\\n 2  ${target}  0\\.\\d+ ms .*\\n$`),
    );
    const nobody = await type("compute1", "traceroute -m 3 172.16.10.99", inside("cirros-vm1"));
    expect(nobody.output).toMatch(/\n 1 {2}\* \* \*\n 2 {2}\* \* \*\n 3 {2}\* \* \*\n$/);
    expect(nobody.notes.join()).toMatch(/172\.16\.10\.99/);
  });

  test("are pinged from an instance, and captured where they passed", async () => {
    const from = guest("cirros-vm1");
    const output = await told("compute1", `ping -c 2 ${addressOf("cirros-vm2")}`, inside("cirros-vm1"));
    expect(output).toMatch(/2 packets transmitted, 2 received, 0% packet loss/);
    expect(output).toMatch(/icmp_seq=2 ttl=64 time=0\.\d+ ms\n/);
    expect(output).toMatch(/\nrtt min\/avg\/max\/mdev = (0\.\d{3}[/ ]){4}ms\n$/);
    const capture = await told("compute1", `tcpdump -ne -i ${from.tap} icmp`);
    expect(capture).toContain(`${from.mac} > `);
    expect(capture.match(/ICMP echo request, id \d+, seq [12],/g)).toHaveLength(2);
    expect(capture.match(/ICMP echo reply/g)).toHaveLength(2);
    const wire = await told("compute1", "tcpdump -ni eth1 udp port 4789");
    expect(wire).toMatch(/VXLAN, flags \[I\] \(0x08\), vni 10\n.*ICMP echo request/);
    const many = await type("compute1", `ping -q -c 101 ${addressOf("cirros-vm2")}`, inside("cirros-vm1"));
    expect(many.notes).toEqual(["Only 100 of the 101 packets were sent: one line sends no more."]);
  });

  test("are counted by the flows, rules and devices that they pass", async () => {
    const [from, to] = [guest("cirros-vm1"), guest("cirros-vm2")];
    const counted = async (host: string, line: string, pattern: RegExp) =>
      Number(pattern.exec(await told(host, line))?.[1] ?? Number.NaN);
    const port = from.tap.replace("tap", "qvo");
    const look = async () => [
      await counted("compute1", `ip -s link show ${from.tap}`, /RX: .*\n +\d+ +(\d+)/),
      await counted(
        "compute1",
        "iptables -S neutron-openvswi-FORWARD -v",
        new RegExp(`--physdev-in ${from.tap} .*-c (\\d+)`),
      ),
      await counted("compute1", `ovs-ofctl dump-ports br-int ${port}`, /rx pkts=(\d+)/),
      await counted("compute1", `ovs-ofctl dump-flows br-int table=25 | grep ${from.mac}`, /n_packets=(\d+)/),
      await counted(to.host, "ovs-ofctl dump-flows br-tun | grep tun_id=0xa", /n_packets=(\d+)/),
      await counted(to.host, "ovs-ofctl dump-ports br-int patch-tun", /rx pkts=(\d+)/),
      await counted(to.host, "ovs-ofctl dump-ports br-tun patch-int", /tx pkts=(\d+).*errs=\?/),
      await counted(to.host, "iptables -t raw -L PREROUTING -nv", /policy ACCEPT (\d+) packets/),
    ];
    const before = await look();
    expect(before.every((one) => one >= 0)).toBe(true);
    await told("compute1", `ping -c 3 ${addressOf("cirros-vm2")}`, inside("cirros-vm1"));
    const after = await look();
    const more = after.map((one, i) => one - (before[i] ?? 0));
    // Three requests, and where it is seen, the question whose address it is, which br-tun answers.
    expect(more).toEqual([4, 3, 4, 4, 3, 4, 4, 6]);
    await told("compute1", "iptables -t raw -Z PREROUTING 1");
    expect((await look()).slice(1)).toEqual(after.slice(1));
    expect(await told("compute1", "iptables -t raw -L PREROUTING 1 -nv")).toMatch(/^ +0 +0 /);
    // Counters are no part of what agents and the check compare: no change of the host.
    expect((await type("compute1", "iptables -Z; iptables -t raw -Z")).changes).toBe(0);
    expect((await look())[1]).toBe(0);
    expect((await look())[2]).toBe(after[2]);
    expect(
      opened.simulation
        .moment()
        .hosts.some((one) => one.ovs?.bridges.some(({ flows }) => flows.some((flow) => flow.packets > 0))),
    ).toBe(false);
  });

  test("are learned and forgotten by a switch, whose ports its datapath has", async () => {
    await told("compute1", `ping -c 1 ${addressOf("cirros-vm2")}`, inside("cirros-vm1"));
    expect(await told("compute1", "ovs-appctl fdb/show br-int")).toContain(guest("cirros-vm1").mac);
    expect(await told("compute1", "ovs-appctl fdb/flush br-int && ovs-appctl fdb/show br-int")).not.toContain("fa:16");
    expect(await told("compute1", "ovs-appctl dpif/show")).toMatch(
      /\n {4}patch-tun \d+\/none: \(patch: peer=patch-int\)\n/,
    );
    expect(await told("compute1", "ovs-appctl dpctl/show")).toMatch(/port \d+: vxlan_sys_4789 \(vxlan\)\n/);
    expect((await type("compute1", "ovs-dpctl show")).output).toMatch(
      /`ovs-appctl dpctl\/show` shows one in userspace/,
    );
    expect((await type("compute1", "ovs-dpctl dump-flows")).output).toMatch(/not supported here, show is: .* no cache/);
    expect((await type("compute1", "ovs-ofctl snoop br-int")).output).toMatch(/snoop is not supported here; show, /);
  });

  test("are followed by whoever can ask for the next ones, until there are as many as were wanted", async () => {
    const { tap } = guest("cirros-vm1");
    const ask = async (line: string, follow: ConsoleProgress | null | undefined = null) =>
      answerLine(parts, { cloud: "embedded", host: "compute1", user: "admin" }, { line, session: {}, follow });
    const line = `timeout 1m tcpdump -c 2 -ni ${tap} icmp and host 172.16.10.254`;
    const first = await ask(line);
    expect(first.output).toMatch(/listening on \S+, .*\n$/);
    expect(first.follow?.seconds).toBe(60);
    expect(first.follow?.farewell).toContain("0 packets captured\n");
    await type("compute1", `ping -c 1 ${addressOf("cirros-vm2")}`, inside("cirros-vm1"));
    expect((await ask(line, first.follow?.progress)).output).toBe("");
    const last = `tcpdump -c 2 -ni ${tap} icmp`;
    const { output, follow } = await ask(last, first.follow?.progress);
    expect(output).toMatch(/^[\d:.]+ IP .* ICMP echo request, .*\n[\d:.]+ IP .* echo reply, .*\n2 packets captured\n/);
    expect(follow).toBeUndefined();
    const one = await ask(`tcpdump -c 3 -ni ${tap} icmp`, {
      after: first.follow?.progress.after ?? 0,
      captured: 2,
      received: 9,
    });
    expect(one.output.match(/ICMP/g)).toHaveLength(1);
    expect((await ask(`tcpdump -ni ${tap} | cat`)).follow).toBeUndefined();
  });

  test("are lost, and it is said where", async () => {
    const { tap } = guest("cirros-vm1");
    await told("compute1", `ip link set ${tap} down`);
    const reply = await type("compute1", `ping -c 1 ${addressOf("cirros-vm2")}`, inside("cirros-vm1"));
    expect(reply.output).toMatch(/1 packets transmitted, 0 received, (\+1 errors, )?100% packet loss/);
    expect(reply.notes.join()).toContain(tap);
    await told("compute1", `ip link set ${tap} up`);
    const nobody = await type("compute1", "ping -c 1 172.16.10.99", inside("cirros-vm1"));
    expect(nobody.output).toContain("+1 errors");
    expect(nobody.notes.join()).toMatch(/172\.16\.10\.99/);
    await told("compute1", `ping -c 1 ${addressOf("cirros-vm2")}`, inside("cirros-vm1"));
  });

  test("leave traces of themselves on every host that they crossed, which nothing but tools sees", async () => {
    const before = opened.simulation.moment().hosts;
    const [from, to] = [guest("cirros-vm1"), guest("cirros-vm3")];
    const [source, target] = [addressOf("cirros-vm1"), addressOf("cirros-vm3")];
    await told("compute1", `ping -c 1 ${target}`, inside("cirros-vm1"));
    const connection = `src=${source} dst=${target} type=8`;
    expect(await told("compute1", "conntrack -L")).toMatch(`icmp     1 29 ${connection}`);
    expect(await told(to.host, "conntrack -L")).toContain(connection);
    expect(await told("compute1", "ovs-appctl fdb/show br-int")).toContain(from.mac);
    expect(await told(to.host, "ovs-appctl fdb/show br-int")).toContain(to.mac);

    const all = (await told("network1", "ip netns | grep -o 'qrouter-[^ ]*'")).trim().split("\n");
    const found = await Promise.all(all.map((netns) => type("network1", `conntrack -L`, { netns })));
    const router: ConsoleSession = { netns: all[found.findIndex(({ output }) => output.includes(connection))] ?? "" };
    const neighbours = () => told("network1", "ip neigh", router);
    expect(await neighbours()).toMatch(new RegExp(`^${source} dev qr-\\S+ lladdr ${from.mac} REACHABLE`, "m"));
    expect(await neighbours()).toMatch(new RegExp(`^${target} dev qr-\\S+ lladdr ${to.mac} REACHABLE`, "m"));
    expect((await type("network1", "ping -c 1 172.16.11.77", router)).status).toBe(1);
    const failed = /^172\.16\.11\.77 dev (\S+) +FAILED/m.exec(await neighbours());
    expect(failed).not.toBeNull();

    // Whoever deletes them changes nothing that an agent has made.
    expect((await type("network1", `ip neigh del ${target} dev ${failed?.[1]}; conntrack -F`, router)).changes).toBe(0);
    expect(await neighbours()).not.toContain(target);
    expect(await told("network1", "conntrack -C", router)).toBe("0\n");
    expect(opened.simulation.moment().hosts).toEqual(before);
  });

  test("ask who has an address, and where the switch would send them", async () => {
    const router = (await told("network1", "ip netns | grep qrouter")).trim().split("\n");
    const device = (netns: string) => told("network1", `ip netns exec ${netns} ip -br addr | grep 172.16.10.1/`);
    for (const netns of router) {
      if ((await type("network1", `ip -n ${netns} addr | grep -q 172.16.10.1/`)).status !== 0) continue;
      const dev = /^(\S+?)(@| )/.exec(await device(netns))?.[1] ?? "";
      parts.traffic.memories = [];
      const asked = await told("network1", `ip netns exec ${netns} arping -c 1 -I ${dev} ${addressOf("cirros-vm1")}`);
      const own = /link\/ether (\S+)/.exec(await told("network1", `ip -n ${netns} link show ${dev}`))?.[1];
      expect(await told("compute1", "ovs-appctl fdb/show br-int")).toMatch(
        new RegExp(`${own}[^]*${guest("cirros-vm1").mac}`),
      );
      // iputils' own: the kernel did not ask.
      expect(await told("network1", `ip -n ${netns} neigh`)).not.toContain(addressOf("cirros-vm1"));
      expect(await told("compute1", "conntrack -C")).toBe("0\n");
      expect(asked).toContain(
        `Unicast reply from ${addressOf("cirros-vm1")} [${guest("cirros-vm1").mac.toUpperCase()}]`,
      );
    }
    const { tap, mac } = guest("cirros-vm1");
    const qvo = tap.replace("tap", "qvo");
    const flow = `in_port=${qvo},arp,dl_src=${mac},dl_dst=ff:ff:ff:ff:ff:ff,arp_op=1`;
    expect(await told("compute1", `ovs-appctl ofproto/trace br-int ${flow}`)).toContain('bridge("br-int")');
  });
});

/** "Human Defined DVR": a floating IP without Neutron, line by line as its author types it, with this cloud's names. */
describe("the human-defined floating IP", () => {
  test("works from outside and from within", async () => {
    const vm = addressOf("dvr-vm1");
    const floating = "172.24.4.222";
    expect((await type("outside", `ping -c 1 ${floating}`)).status).toBe(1);
    const netns = /qrouter-\S+/.exec(await told("compute1", "ip netns"))?.[0] ?? "";
    const fip = /fip-\S+/.exec(await told("compute1", "ip netns"))?.[0] ?? "";
    const router: ConsoleSession = { netns };
    const rfp = /rfp-[^@ ]+/.exec(await told("compute1", "ip -br link", router))?.[0] ?? "";
    const fpr = rfp.replace("rfp", "fpr");
    const near = /inet (169\.254\.\d+\.\d+)\/31/.exec(await told("compute1", `ip addr show ${rfp}`, router))?.[1];
    const far = /inet (169\.254\.\d+\.\d+)\/31/.exec(
      await told("compute1", `ip addr show ${fpr}`, { netns: fip }),
    )?.[1];

    await told("compute1", `ip -4 addr add ${floating}/32 scope global dev ${rfp} brd ${floating}`, router);
    const nat = "iptables -t nat -A neutron-l3-agent";
    await told("compute1", `${nat}-OUTPUT -d ${floating}/32 -j DNAT --to-destination ${vm}`, router);
    await told("compute1", `${nat}-PREROUTING -d ${floating}/32 -j DNAT --to-destination ${vm}`, router);
    await told("compute1", `${nat}-float-snat -s ${vm}/32 -j SNAT --to-source ${floating}`, router);
    await told("compute1", `ip -4 rule add from ${vm} priority 57482 table 16 type unicast`, router);
    await type("compute1", `ip route add default via ${far} dev ${rfp} table 16`, router);
    expect(await told("compute1", "ip route show table 16", router)).toContain(`default via ${far} dev ${rfp} `);
    await told("compute1", `ip -4 route replace ${floating}/32 via ${near} dev ${fpr}`, { netns: fip });
    expect(await told("compute1", "ip route", { netns: fip })).toContain(`${floating} via ${near} dev ${fpr} \n`);

    expect(await told("outside", `ping -c 3 ${floating}`)).toMatch(/3 packets transmitted, 3 received, 0% packet loss/);
    await told("compute1", "ping -c 1 172.24.4.1", inside("dvr-vm1"));
    const fg = /fg-[^@ ]+/.exec(await told("compute1", "ip -br link", { netns: fip }))?.[0] ?? "";
    expect(await told("compute1", `tcpdump -n -i ${fg} icmp`, { netns: fip })).toContain(
      `${floating} > 172.24.4.1: ICMP`,
    );
  });

  test("its flows carry an instance of another host when agents' flows are gone", async () => {
    const [a, b] = [guest("dvr-vm1"), guest("dvr-vm2")];
    const ping = () => type(a.host, `ping -c 1 ${addressOf("dvr-vm2")}`, { guest: a.portId });
    expect((await ping()).status).toBe(0);
    for (const host of [a.host, b.host]) await told(host, "ovs-ofctl -O OpenFlow13 del-flows br-tun");
    expect((await ping()).status).toBe(1);
    for (const [{ host, tap }, other] of [
      [a, b],
      [b, a],
    ] as const) {
      const port = async (name: string) => (await told(host, `ovs-vsctl get Interface ${name} ofport`)).trim();
      const tag = (await told(host, `ovs-vsctl get Port ${tap.replace("tap", "qvo")} tag`)).trim();
      const patch = await port("patch-int");
      const remote = (await told(other.host, "ip -4 -o addr show br-phy | grep -oE 'inet [0-9.]+' | head -1"))
        .trim()
        .split(" ")[1];
      const all = await told(host, "ovs-vsctl --columns=name find Interface type=vxlan");
      const tunnels = [...all.matchAll(/: (\S+)/g)].map((m) => m[1] as string);
      const options = await Promise.all(
        tunnels.map((name) => told(host, `ovs-vsctl get Interface ${name} options:remote_ip`)),
      );
      const tunnel = await port(tunnels[options.findIndex((one) => one.includes(`"${remote}"`))] ?? "");
      for (const flow of [
        `table=0,priority=1,in_port=${patch},actions=resubmit(,1)`,
        "table=1,priority=0,actions=resubmit(,2)",
        "table=2,priority=0,dl_dst=00:00:00:00:00:00/01:00:00:00:00:00,actions=resubmit(,20)",
        "table=2,priority=0,dl_dst=01:00:00:00:00:00/01:00:00:00:00:00,actions=resubmit(,22)",
        "table=20,priority=0,actions=resubmit(,22)",
        `table=22,dl_vlan=${tag},actions=strip_vlan,set_tunnel:0x14,output:${tunnel}`,
        `table=0,priority=1,in_port=${tunnel},actions=resubmit(,4)`,
        `table=4,priority=1,tun_id=0x14,actions=mod_vlan_vid:${tag},resubmit(,9)`,
        `table=9,priority=1,dl_src=${other.mac},actions=output:${patch}`,
      ])
        await told(host, `ovs-ofctl -O OpenFlow13 add-flow br-tun ${flow}`);
    }
    const reply = await ping();
    expect(reply.output, reply.notes.join()).toMatch(/1 received/);
  });
});
