/** Text of conntrack, ipset, ss, brctl, Open vSwitch, dnsmasq, ps and oslo.config, as real tools print it. */
import { expect, test } from "vitest";
import { parseShowMacs, parseShowStp } from "./brctl.ts";
import { parseConntrack } from "./conntrack.ts";
import { parseAddnHosts, parseDhcpHosts, parseDhcpOptions, parseLeases } from "./dnsmasq.ts";
import { parseIni } from "./ini.ts";
import { parseIpsetSave } from "./ipset.ts";
import { parseOfctlShow } from "./ofctl-show.ts";
import { parseOvsFdb, parseOvsRoutes, parseTunnelNeighbours } from "./ovs-appctl.ts";
import { parseOvsConntrack } from "./ovs-conntrack.ts";
import { parseOvsdbTable } from "./ovsdb.ts";
import { parseNetnsPids, parsePs } from "./processes.ts";
import { parseListeners } from "./ss.ts";
import { parseSysctl } from "./sysctl.ts";

const notes: { reason: string; line?: number | undefined; text?: string | undefined }[] = [];
const note = (reason: string, line?: number, text?: string) => {
  notes.push({ reason, line, text });
};
const noted = () => notes.splice(0);

test("conntrack -L", () => {
  const text = `tcp      6 431975 ESTABLISHED src=192.168.250.31 dst=192.168.250.10 sport=37794 dport=5672 src=192.168.250.10 dst=192.168.250.31 sport=5672 dport=37794 [ASSURED] mark=0 use=1
icmp     1 24 src=172.16.11.208 dst=172.16.10.28 type=8 code=0 id=8328 [UNREPLIED] src=172.16.10.28 dst=172.16.11.208 type=0 code=0 id=8328 mark=67108864 zone=4116 use=1
udp      17 3 src=10.0.0.1 dst=10.0.0.2 sport=1 dport=2 zone-orig=3 packets=1 bytes=60 src=10.0.0.2 dst=10.0.0.1 sport=2 dport=1 zone-reply=4 [OFFLOAD] mark=1 secctx=system_u use=1
conntrack v1.4.7 (conntrack-tools): 3 flow entries have been shown.
`;
  const [tcp, icmp, udp] = parseConntrack(text, note);
  expect(tcp).toMatchObject({ proto: 6, state: "ESTABLISHED", timeout: 431975, zone: 0, mark: 0, flags: ["ASSURED"] });
  expect(tcp?.reply).toEqual({ src: "192.168.250.10", dst: "192.168.250.31", sport: 5672, dport: 37794 });
  expect(icmp).toMatchObject({ proto: 1, zone: 4116, mark: 67108864, flags: ["UNREPLIED"] });
  expect(icmp?.original).toEqual({ src: "172.16.11.208", dst: "172.16.10.28", icmpType: 8, icmpCode: 0, icmpId: 8328 });
  expect(udp).toMatchObject({ zoneOriginal: 3, zoneReply: 4, flags: ["OFFLOAD"] });
  expect(noted()).toEqual([]);
  expect(parseConntrack("tcp 6 1 src=10.0.0.1 dst=10.0.0.2\nnonsense\n", note)).toEqual([]);
  expect(noted().map((n) => n.line)).toEqual([1, 2]);
});

test("dpctl/dump-conntrack", () => {
  const text = `icmp,orig=(src=10.1.1.1,dst=10.1.1.2,id=7,type=8,code=0),reply=(src=10.1.1.2,dst=10.1.1.1,id=7,type=0,code=0),zone=7,mark=5
tcp,orig=(src=10.1.1.1,dst=10.1.1.2,sport=1,dport=2),reply=(src=10.1.1.2,dst=10.1.1.1,sport=2,dport=1),id=0,zone=7,status=SEEN_REPLY|CONFIRMED,mark=5,protoinfo=(state_orig=SYN_SENT,state_reply=CLOSED,flags_orig=0)
`;
  expect(parseOvsConntrack(text, note)).toEqual([
    {
      ...{ proto: 1, zone: 7, mark: 5, flags: [] },
      original: { src: "10.1.1.1", dst: "10.1.1.2", icmpType: 8, icmpCode: 0, icmpId: 7 },
      reply: { src: "10.1.1.2", dst: "10.1.1.1", icmpType: 0, icmpCode: 0, icmpId: 7 },
    },
    {
      ...{ proto: 6, zone: 7, mark: 5, flags: ["SEEN_REPLY", "CONFIRMED"], state: "SYN_SENT" },
      original: { src: "10.1.1.1", dst: "10.1.1.2", sport: 1, dport: 2 },
      reply: { src: "10.1.1.2", dst: "10.1.1.1", sport: 2, dport: 1 },
    },
  ]);
  expect(noted()).toEqual([]);
  expect(parseOvsConntrack("tcp,orig=(src=10.1.1.1),zone=x\nquic,zone=1\n", note)).toEqual([]);
  expect(noted().length).toBeGreaterThanOrEqual(3);
});

test("ipset save", () => {
  const text = `create NIPv4a- hash:net family inet hashsize 1024 maxelem 65536 bucketsize 12 initval 0x161a4bf9
create ports bitmap:port range 0-1024 timeout 0 comment
add NIPv4a- 10.0.0.0/8 nomatch
add ports 22 timeout 300 comment "the shell"
add nowhere 1.2.3.4
flush ports
`;
  const [nets, ports] = parseIpsetSave(text, note);
  expect(nets).toMatchObject({
    name: "NIPv4a-",
    type: "hash:net",
    family: "inet",
    members: [{ value: "10.0.0.0/8", options: { nomatch: true } }],
  });
  expect(ports).toMatchObject({ type: "bitmap:port", options: { range: "0-1024", timeout: "0", comment: "" } });
  expect(ports?.members).toEqual([{ value: "22", options: { timeout: "300", comment: "the shell" } }]);
  expect(noted().map((n) => n.line)).toEqual([5, 6]);
});

test("ss, sysctl", () => {
  const text = `tcp LISTEN 0      1024             [fe80::a9fe:a9fe]%tap9d85c9ee-10:80    [::]:* users:(("haproxy",pid=34411,fd=4))
udp UNCONN 0      0      127.0.0.53%lo:53 0.0.0.0:*
tcp LISTEN 0      1024   *:9697 *:* users:(("nginx",pid=2,fd=4),("nginx",pid=1,fd=4))
tcp ESTAB x y z
`;
  expect(parseListeners(text, note)).toEqual([
    { proto: "tcp", address: "fe80::a9fe:a9fe", dev: "tap9d85c9ee-10", port: 80, process: "haproxy" },
    { proto: "udp", address: "127.0.0.53", dev: "lo", port: 53 },
    { proto: "tcp", address: "*", port: 9697, process: "nginx" },
  ]);
  expect(noted().map((n) => n.line)).toEqual([4]);
  expect(parseSysctl("net.ipv4.ip_forward = 1\nnet.ipv4.conf.eth0/7.rp_filter = 2\n__proto__ = 1\n", note)).toEqual({
    "net.ipv4.ip_forward": "1",
    "net.ipv4.conf.eth0/7.rp_filter": "2",
  });
  expect(noted().map((n) => n.line)).toEqual([3]);
});

test("brctl", () => {
  const stp = `qbr1
 bridge id		8000.96b166a1c484
 flags

qvb1 (1)
 port id		8001			state		     forwarding
 flags
tap1 (2)
 port id		8002			state		       disabled
`;
  expect(parseShowStp(stp, note)).toEqual([
    { number: 1, name: "qvb1", state: "forwarding" },
    { number: 2, name: "tap1", state: "disabled" },
  ]);
  expect(
    parseShowMacs(
      "port no\tmac addr\t\tis local?\tageing timer\n  1\t96:b1:66:a1:c4:84\tyes\t\t   0.00\n  2\tfe:16:3e:9a:74:ae\tno\t\t  12.34\n",
      note,
    ),
  ).toEqual([
    { port: 1, mac: "96:b1:66:a1:c4:84", local: true },
    { port: 2, mac: "fe:16:3e:9a:74:ae", local: false },
  ]);
  expect(noted()).toEqual([]);
});

test("ovs-ofctl show", () => {
  const text = `OFPT_FEATURES_REPLY (OF1.3) (xid=0x2): dpid:000012cfbcf64b49
n_tables:254, n_buffers:0
capabilities: FLOW_STATS TABLE_STATS PORT_STATS GROUP_STATS QUEUE_STATS
OFPST_PORT_DESC reply (OF1.3) (xid=0x3):
 1(int (x)): addr:b6:1e:ac:69:ca:fa
     config:     PORT_DOWN NO_FLOOD
     state:      0
     speed: 0 Mbps now, 0 Mbps max
 LOCAL(br-int): addr:12:cf:bc:f6:4b:49
     config:     0
     state:      LINK_DOWN
OFPT_GET_CONFIG_REPLY (OF1.3) (xid=0x5): frags=normal miss_send_len=0
`;
  expect(parseOfctlShow(text, note)).toEqual({
    datapathId: "000012cfbcf64b49",
    ports: [
      { ofport: 1, name: "int (x)", mac: "b6:1e:ac:69:ca:fa", config: ["PORT_DOWN", "NO_FLOOD"], state: [] },
      { ofport: 65534, name: "br-int", mac: "12:cf:bc:f6:4b:49", config: [], state: ["LINK_DOWN"] },
    ],
  });
  expect(noted()).toEqual([]);
  parseOfctlShow(text.slice(0, 300), note);
  expect(noted().at(-1)?.reason).toContain("cut");
});

test("ovs-appctl", () => {
  expect(
    parseOvsFdb(
      " port  VLAN  MAC                Age\nLOCAL     0  e2:d7:e5:f0:f7:42  205\n    3  4095  fa:16:3e:11:19:b8  static\n    x     1  junk  0\n",
      note,
    ),
  ).toEqual([
    { port: 65534, vlan: 0, mac: "e2:d7:e5:f0:f7:42", age: 205 },
    { port: 3, vlan: 4095, mac: "fa:16:3e:11:19:b8", age: 0, static: true },
  ]);
  expect(
    parseOvsRoutes(
      "Route Table:\nCached: 0.0.0.0/0 dev eth0 GW 192.0.2.1 SRC 192.0.2.9\nUser: 10.0.0.0/8 MARK 3 dev br-phy GW 10.1.1.1 SRC 10.1.1.2\nCached: ::1/128 dev lo SRC ::1 local\nCached: junk\n",
      note,
    ),
  ).toEqual([
    { dst: "0.0.0.0/0", dev: "eth0", via: "192.0.2.1", src: "192.0.2.9", local: false },
    { dst: "10.0.0.0/8", dev: "br-phy", via: "10.1.1.1", src: "10.1.1.2", local: false },
    { dst: "::1/128", dev: "lo", src: "::1", local: true },
  ]);
  expect(
    parseTunnelNeighbours("IP     MAC    Bridge\n=====\n10.0.44.21      22:e0:73:b9:85:4c   br-phy\njunk\n", note),
  ).toEqual([{ address: "10.0.44.21", mac: "22:e0:73:b9:85:4c", bridge: "br-phy" }]);
  expect(noted().map((n) => n.line)).toEqual([4, 5, 4]);
});

test("OVSDB values: atoms, uuids, sets of none, one and many, maps", () => {
  const text =
    '{"data":[[["uuid","u1"],"x",["set",[]],5,["set",[1,2]],["map",[["a","b"],["n",3]]],true],[["uuid","u2"]],[["uuid","u3"],["odd"],0,0,0,0,0]],"headings":["_uuid","name","tag","one","many","map","flag"]}';
  const rows = parseOvsdbTable(text, { needed: ["name"], read: ["mtu"] }, note) ?? [];
  expect(rows.map((row) => row.text("_uuid"))).toEqual(["u1", "u3"]);
  const [row] = rows;
  expect([row?.text("name"), row?.number("tag"), row?.numbers("one"), row?.numbers("many"), row?.map("map")]).toEqual([
    "x",
    undefined,
    [5],
    [1, 2],
    { a: "b", n: "3" },
  ]);
  expect(noted().map((n) => n.reason)).toEqual([
    "column mtu is missing",
    "a row has not one cell for each column",
    "column name: not an OVSDB value",
  ]);
  expect(parseOvsdbTable(text, { needed: ["ports"], read: [] }, note)).toBeUndefined();
  expect(parseOvsdbTable("[]", { needed: [], read: [] }, note)).toBeUndefined();
  expect(noted()).toHaveLength(2);
});

test("dnsmasq files", () => {
  expect(
    parseDhcpHosts(
      "fa:16:3e:9f:93:e4,host-172-16-11-208.openstacklocal,172.16.11.208\nfa:16:3e:00:00:01,set:port-1,host-x,[2001:db8::1]\nhost-only,10.0.0.1\n",
      note,
    ),
  ).toMatchObject([
    { mac: "fa:16:3e:9f:93:e4", name: "host-172-16-11-208.openstacklocal", address: "172.16.11.208", tags: [] },
    { mac: "fa:16:3e:00:00:01", name: "host-x", address: "2001:db8::1", tags: ["port-1"] },
  ]);
  expect(
    parseDhcpOptions(
      "tag:subnet-1,option:router,172.16.11.1\ntag:subnet-1,249,0.0.0.0/0,172.16.11.1\noption:mtu,1450\noption6:dns-server,[::1]\n***\n",
      note,
    ),
  ).toMatchObject([
    { tag: "subnet-1", name: "router", value: "172.16.11.1" },
    { tag: "subnet-1", name: "249", value: "0.0.0.0/0,172.16.11.1" },
    { name: "mtu", value: "1450" },
    { name: "dns-server", value: "[::1]" },
  ]);
  expect(parseAddnHosts("172.16.11.1\thost-a.local host-a\nnope\n", note)).toEqual([
    { address: "172.16.11.1", names: ["host-a.local", "host-a"] },
  ]);
  expect(
    parseLeases(
      "1795258209 fa:16:3e:9f:93:e4 172.16.11.208 host-1 01:fa:16:3e:9f:93:e4\nduid 00:01:00:01\n0 11259375 2001:db8::5 * 00:01\nnope\n",
      note,
    ),
  ).toEqual([
    { expiry: 1795258209, mac: "fa:16:3e:9f:93:e4", address: "172.16.11.208", name: "host-1" },
    { expiry: 0, mac: "", address: "2001:db8::5", name: "" },
  ]);
  expect(noted().map((n) => n.line)).toEqual([3, 5, 2, 4]);
});

test("processes, with newlines and secrets in their command lines", () => {
  expect(parseNetnsPids("39 ovsdb-server --x\n41 sh -c echo\nmore of it\n", "root", note)).toEqual([
    { pid: 39, netns: "root", command: "ovsdb-server --x" },
    { pid: 41, netns: "root", command: "sh -c echo\nmore of it" },
  ]);
  const ps = `UID          PID    PPID  C STIME TTY          TIME CMD
root          39       1  0 10:15 ?        00:00:01 ovsdb-server /etc/openvswitch/conf.db
root          91       0  0 10:17 ?        00:00:07 agent --os-password hunter2 --url amqp://u:pw@h/
`;
  expect(parsePs(ps, note)).toEqual([
    { pid: 39, command: "ovsdb-server /etc/openvswitch/conf.db" },
    { pid: 91, command: "agent --os-password REDACTED --url amqp://u:REDACTED@h/" },
  ]);
  expect(noted()).toEqual([]);
});

test("configuration files", () => {
  const text = `# comment
[DEFAULT]
transport_url = rabbit://lab:p:w@10.0.0.1:5672,lab:x@10.0.0.2:5672/
metadata_proxy_shared_secret = abc
 def
host=a
[ovs]
bridge_mappings = extern:br-ex,
  physnet1:br-vlan
[agent]
extension = a
extension = b
junk
`;
  expect(parseIni(text, note)).toEqual({
    DEFAULT: {
      transport_url: expect.not.stringMatching(/p:w|:x@/),
      metadata_proxy_shared_secret: "REDACTED\nREDACTED",
      host: "a",
    },
    ovs: { bridge_mappings: "extern:br-ex,\nphysnet1:br-vlan" },
    agent: { extension: "a,b" },
  });
  expect(noted()).toEqual([{ reason: "neither a section nor an option", line: 13, text: undefined }]);
});
