/** Text that iproute2 6.1 printed for devices, routes and rules made for it. */
import { expect, test } from "vitest";
import { parseAddresses } from "./address.ts";
import { parseBridgePorts, parseBridgeVlans } from "./bridge-port.ts";
import { parseFdb } from "./fdb.ts";
import { jsonObjects } from "./json.ts";
import { parseLinkStats, parseLinks } from "./link.ts";
import { parseNeighbours, parseProxies } from "./neighbour.ts";
import { parseNetnsJson, parseNetnsText } from "./netns.ts";
import { mergeRoutes, parseRoutes } from "./route.ts";
import { parseRules } from "./rule.ts";

const notes: string[] = [];
const note = (reason: string) => {
  notes.push(reason);
};
function noted(): string[] {
  return notes.splice(0);
}

const link = (name: string, more: string) =>
  `{"ifindex":5,"ifname":"${name}","flags":["BROADCAST","UP","LOWER_UP"],"mtu":1500,"operstate":"UP","link_type":"ether","address":"4a:00:00:00:00:01"${more}}`;

test("link kinds", () => {
  const text = `[${[
    link(
      "vx",
      ',"linkinfo":{"info_kind":"vxlan","info_data":{"id":5,"group":"239.1.1.1","local":"10.0.0.1","link":"d0","port":4789,"learning":true,"ttl":0}}',
    ),
    link(
      "eth0.7",
      ',"link":"eth0","linkinfo":{"info_kind":"vlan","info_data":{"protocol":"802.1Q","id":7,"flags":["REORDER_HDR"]}}',
    ),
    link(
      "g1",
      ',"link":null,"linkinfo":{"info_kind":"gretap","info_data":{"remote":"10.0.0.2","local":"10.0.0.1","ikey":"0.0.0.9","okey":"0.0.0.9"}}',
    ),
    link("mv", ',"link":"eth0","linkinfo":{"info_kind":"macvlan","info_data":{"mode":"bridge"}}'),
    link("bo", ',"linkinfo":{"info_kind":"bond","info_data":{"mode":"802.3ad"}}'),
    link(
      "br",
      ',"linkinfo":{"info_kind":"bridge","info_data":{"ageing_time":30000,"stp_state":0,"vlan_filtering":1,"nf_call_iptables":0}}',
    ),
    link("ge", ',"linkinfo":{"info_kind":"geneve","info_data":{"external":true,"port":6081}}'),
    link("v1", ',"link_index":9,"link_netnsid":3,"linkinfo":{"info_kind":"veth"}'),
    link("eth0", ',"promiscuity":2'),
    link("xf", ',"linkinfo":{"info_kind":"xfrm"}'),
    link("tun0", ',"linkinfo":{"info_kind":"tun","info_data":{"type":"tun"}}'),
  ].join(",")}]`;
  const links = parseLinks(text, note);
  expect(noted()).toEqual([]);
  const shape = Object.fromEntries(links.map(({ name, kind, ...rest }) => [name, { kind, ...rest }]));
  expect(shape.vx).toMatchObject({
    kind: "vxlan",
    tunnel: { key: 5, group: "239.1.1.1", local: "10.0.0.1", port: 4789, learning: true },
  });
  expect(shape["eth0.7"]).toMatchObject({ kind: "vlan", linkName: "eth0", vlan: { id: 7, protocol: "802.1Q" } });
  expect(shape.g1).toMatchObject({ kind: "gretap", tunnel: { key: 9, local: "10.0.0.1", remote: "10.0.0.2" } });
  expect(shape.g1?.linkName).toBeUndefined();
  expect(shape.mv).toMatchObject({ kind: "macvlan", macvlanMode: "bridge", linkName: "eth0" });
  expect(shape.bo).toMatchObject({ kind: "bond" });
  expect(shape.br).toMatchObject({
    kind: "bridge",
    bridge: { ageingTime: 30000, stp: false, vlanFiltering: true, nfCallIptables: false },
  });
  expect(shape.ge).toMatchObject({ kind: "geneve", tunnel: { external: true, port: 6081 } });
  expect(shape.v1).toMatchObject({ kind: "veth", linkIndex: 9, linkNetnsId: 3 });
  expect(shape.eth0).toMatchObject({ kind: "physical", promisc: true, up: true, carrier: true });
  expect(shape.xf).toMatchObject({ kind: "other", rawKind: "xfrm" });
  expect(shape.tun0).toMatchObject({ kind: "tun" });
});

test("addresses: secondary, peer, of no family that we know", () => {
  const text =
    '[{"ifname":"d0","addr_info":[{"family":"inet","local":"10.0.0.1","prefixlen":24,"scope":"global"},{"family":"inet","local":"10.9.0.1","address":"10.9.0.2","prefixlen":32,"scope":"global"},{"family":"inet","local":"10.0.0.5","prefixlen":24,"scope":"global","secondary":true},{"family":"inet6","local":"fe80::1","prefixlen":64,"scope":"link","tentative":true},{"family":"inet","local":"10.0.0.300","prefixlen":24},{"family":"inet","local":"10.0.0.3","prefixlen":240}]}]';
  expect(parseAddresses(text, note).map((a) => [a.address, a.prefix, a.secondary, a.peer, a.scope])).toEqual([
    ["10.0.0.1", 24, false, undefined, "global"],
    ["10.9.0.1", 32, false, "10.9.0.2", "global"],
    ["10.0.0.5", 24, true, undefined, "global"],
    ["fe80::1", 64, false, undefined, "link"],
  ]);
  expect(noted()).toEqual(["10.0.0.300/24 is not an address", "10.0.0.3/240 is not an address"]);
});

const ROUTES = `[
{"dst":"4.0.0.0/8","gateway":"10.0.0.9","dev":"d0","table":"77","prefsrc":"10.0.0.1","flags":["onlink","linkdown"],"metrics":[{"mtu":1400}]},
{"dst":"default","dev":"d0","scope":"link","metric":9,"flags":["linkdown"]},
{"dst":"1.0.0.0/8","flags":["linkdown"],"nexthops":[{"gateway":"10.0.0.2","dev":"d0","weight":3,"flags":["linkdown"]},{"gateway":"10.0.0.3","dev":"d0","weight":1,"flags":[]}]},
{"dst":"3.0.0.0/8","via":{"family":"inet6","host":"fe80::1"},"dev":"d0","flags":[]},
{"type":"unreachable","dst":"2.0.0.0/8","metric":4,"flags":[]},
{"type":"broadcast","dst":"10.0.0.255","dev":"d0","table":"local","protocol":"kernel","scope":"link","prefsrc":"10.0.0.1","flags":[]},
{"dst":"2001:db9::/32","from":"2001:dba::/32","dev":"d0","metric":1024,"flags":[],"pref":"medium"},
{"dst":"default","dev":"d0","metric":99,"flags":[],"pref":"medium"}]`;

test("routes of every form", () => {
  expect(parseRoutes(ROUTES, note)).toEqual([
    {
      family: 4,
      type: "unicast",
      dst: "4.0.0.0/8",
      table: "77",
      metric: 0,
      flags: ["onlink", "linkdown"],
      via: "10.0.0.9",
      dev: "d0",
      prefSrc: "10.0.0.1",
      onlink: true,
      mtu: 1400,
    },
    {
      family: 4,
      type: "unicast",
      dst: "0.0.0.0/0",
      table: "main",
      metric: 9,
      flags: ["linkdown"],
      dev: "d0",
      scope: "link",
    },
    {
      ...{ family: 4, type: "unicast", dst: "1.0.0.0/8", table: "main", metric: 0, flags: ["linkdown"] },
      nexthops: [
        { via: "10.0.0.2", dev: "d0", weight: 3, flags: ["linkdown"] },
        { via: "10.0.0.3", dev: "d0", weight: 1, flags: [] },
      ],
    },
    { family: 4, type: "unicast", dst: "3.0.0.0/8", table: "main", metric: 0, flags: [], via: "fe80::1", dev: "d0" },
    { family: 4, type: "unreachable", dst: "2.0.0.0/8", table: "main", metric: 4, flags: [] },
    {
      family: 4,
      type: "broadcast",
      dst: "10.0.0.255/32",
      table: "local",
      metric: 0,
      flags: [],
      dev: "d0",
      prefSrc: "10.0.0.1",
      scope: "link",
      protocol: "kernel",
    },
    {
      family: 6,
      type: "unicast",
      dst: "2001:db9::/32",
      table: "main",
      metric: 1024,
      flags: [],
      dev: "d0",
      src: "2001:dba::/32",
    },
    { family: 6, type: "unicast", dst: "::/0", table: "main", metric: 99, flags: [], dev: "d0" },
  ]);
  expect(noted()).toEqual([]);
});

test("routes that `ip -6` prints again count once", () => {
  const six = parseRoutes(`[${ROUTES.split("\n").slice(-2).join("\n")}`, note, 6);
  expect(six).toHaveLength(2);
  expect(mergeRoutes(parseRoutes(ROUTES, note), six)).toHaveLength(8);
  expect(noted()).toEqual([]);
});

test("rules of every form", () => {
  const text =
    '[{"priority":0,"src":"all","table":"local"},{"priority":5,"not":null,"src":"1.2.3.0","srclen":24,"dst":"5.6.7.0","dstlen":24,"fwmark":"0x1","fwmask":"0xff","ipproto":"tcp","sport":80,"dport_start":100,"dport_end":200,"table":"100"},{"priority":6,"src":"all","action":"unreachable"},{"priority":8,"src":"all","goto":32766},{"priority":9,"src":"all","nop":null},{"priority":10,"src":"all","table":"main","suppress_prefixlen":0},{"priority":11,"src":"all","l3mdev":null},{"priority":12,"src":"all","tos":"0x10","iif":"foo","iif_detached":null,"action":"prohibit"}]';
  expect(parseRules(text, 4, note)).toEqual([
    { family: 4, priority: 0, action: "lookup", table: "local" },
    {
      ...{
        family: 4,
        priority: 5,
        action: "lookup",
        not: true,
        src: "1.2.3.0/24",
        dst: "5.6.7.0/24",
        fwmark: { value: 1, mask: 255 },
      },
      ...{ ipProto: "tcp", sport: { from: 80, to: 80 }, dport: { from: 100, to: 200 }, table: "100" },
    },
    { family: 4, priority: 6, action: "unreachable" },
    { family: 4, priority: 8, action: "goto", goto: 32766 },
    { family: 4, priority: 9, action: "nop" },
    { family: 4, priority: 10, action: "lookup", table: "main", suppressPrefixLength: 0 },
    { family: 4, priority: 11, action: "lookup", unsupported: ["l3mdev"] },
    { family: 4, priority: 12, action: "prohibit", iif: "foo", unsupported: ["tos"] },
  ]);
  expect(noted()).toEqual([]);
});

test("neighbours, proxies, FDB, VLANs, port flags, counters, namespaces", () => {
  expect(
    parseNeighbours(
      '[{"dst":"10.0.0.2","dev":"d0","lladdr":"02:00:00:00:00:01","state":["PERMANENT"]},{"dst":"10.0.0.3","dev":"d0","state":["FAILED"]}]',
      note,
    ),
  ).toEqual([
    { address: "10.0.0.2", dev: "d0", mac: "02:00:00:00:00:01", state: ["PERMANENT"] },
    { address: "10.0.0.3", dev: "d0", state: ["FAILED"] },
  ]);
  expect(parseProxies('[{"dst":"10.0.0.77","dev":"d0","proxy":null}]', note)).toEqual([
    { address: "10.0.0.77", dev: "d0" },
  ]);
  expect(
    parseFdb(
      '[{"mac":"00:11:22:33:44:55","ifname":"vx","dst":"10.0.0.9","vni":7,"flags":["self"],"state":"permanent"},{"mac":"00:11:22:33:44:56","ifname":"d1","vlan":5,"flags":[],"master":"br"}]',
      note,
    ),
  ).toEqual([
    {
      mac: "00:11:22:33:44:55",
      dev: "vx",
      dst: "10.0.0.9",
      self: true,
      permanent: true,
      state: "permanent",
      flags: ["self"],
    },
    { mac: "00:11:22:33:44:56", dev: "d1", vlan: 5, master: "br", self: false, permanent: false, flags: [] },
  ]);
  expect(
    parseBridgeVlans(
      '[{"ifname":"d1","vlans":[{"vlan":1,"flags":["PVID","Egress Untagged"]},{"vlan":5,"vlanEnd":9}]}]',
      note,
    ).get("d1"),
  ).toEqual({
    pvid: 1,
    vlans: [
      { from: 1, to: 1, untagged: true },
      { from: 5, to: 9, untagged: false },
    ],
  });
  expect(
    parseBridgePorts(
      '[{"ifindex":3,"ifname":"d1","master":"br","state":"blocking","hairpin":true,"isolated":true,"learning":false,"flood":false}]',
      note,
    ).get("d1"),
  ).toEqual({
    ...{ state: "blocking", hairpin: true, isolated: true, learning: false, flood: false },
  });
  expect(
    parseLinkStats(
      '[{"ifname":"d1","stats64":{"rx":{"bytes":1,"packets":2,"errors":3,"dropped":4},"tx":{"bytes":5,"packets":6,"errors":7,"dropped":8}}}]',
      note,
    ).get("d1"),
  ).toEqual({
    ...{ rxBytes: 1, rxPackets: 2, rxErrors: 3, rxDropped: 4, txBytes: 5, txPackets: 6, txErrors: 7, txDropped: 8 },
  });
  const ids = [{ name: "qrouter-1", id: 2 }, { name: "blue" }];
  expect(parseNetnsJson('[{"name":"qrouter-1","id":2},{"name":"blue"}]', note)).toEqual(ids);
  expect(parseNetnsText("qrouter-1 (id: 2)\nblue\n", note)).toEqual(ids);
  expect(noted()).toEqual([]);
});

test("what is whole of damaged JSON is read, nested objects included", () => {
  const elements = [{ a: 1, list: [{ b: 2 }, { b: 3 }] }, { a: 4, text: '},{"a":5' }, { a: 6 }];
  const text = JSON.stringify(elements);
  for (let cut = 1; cut < text.length; cut++) {
    const read = jsonObjects(text.slice(0, cut), note);
    expect(noted().length).toBeGreaterThan(0);
    expect(read.filter((object) => "a" in object)).toEqual(
      elements.slice(0, read.filter((object) => "a" in object).length),
    );
  }
  expect(jsonObjects('{"a":1}', note)).toEqual([]);
  expect(jsonObjects("[1,[],null]", note)).toEqual([]);
  expect(noted()).toHaveLength(4);
});
