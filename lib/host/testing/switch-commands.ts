/** Random commands of agents beside devices: switches, flows, rules, sets, programs and their files. Names are few, so that they meet. */
import fc from "fast-check";

const BRIDGES = ["br-int", "br-tun", "br-ex"];
const PORTS = ["qvo1", "tap2", "patch-a", "patch-b", "vxlan-1", "qr-4"];
const CHAINS = ["neutron-a", "neutron-b", "neutron-c"];
const SETS = ["NIPv4a", "NIPv6a"];
const NETWORKS = ["11111111-aaaa", "22222222-bbbb"];

const pick = <T>(list: readonly T[]) => fc.constantFrom(...list);
const bridge = pick(BRIDGES);
const port = pick(PORTS);
/** Names that no device of the host has. */
const virtual = pick(PORTS.slice(2));

const columns = fc.oneof(
  fc.tuple(port, fc.integer({ min: 1, max: 4095 })).map(([p, tag]) => `set Port ${p} tag=${tag}`),
  port.map((p) => `clear Port ${p} tag`),
  fc
    .tuple(port, fc.integer({ min: 0, max: 9 }))
    .map(([p, n]) => `set Port ${p} other_config:net_uuid=${n} trunks=${n},7`),
  port.map((p) => `remove Port ${p} other_config net_uuid`),
  fc
    .tuple(port, pick(["", "access", "trunk"]))
    .map(([p, m]) => (m ? `set Port ${p} vlan_mode=${m}` : `clear Port ${p} vlan_mode`)),
  fc.tuple(virtual, pick(["internal", "patch", "vxlan"])).map(([p, t]) => `set Interface ${p} type=${t}`),
  fc.tuple(port, port).map(([p, q]) => `set Interface ${p} options:peer=${q}`),
  fc
    .tuple(port, fc.integer({ min: 1, max: 4 }))
    .map(([p, n]) => `set Interface ${p} external-ids:iface-id=${n} external-ids:attached-mac=fa:16:3e:00:00:0${n}`),
  fc.tuple(bridge, pick(["secure", "standalone"])).map(([b, m]) => `set-fail-mode ${b} ${m}`),
  bridge.map((b) => `set-controller ${b} tcp:127.0.0.1:6633`),
  bridge.map((b) => `del-controller ${b}`),
  bridge.map((b) => `set Bridge ${b} protocols=OpenFlow10,OpenFlow13 other_config:mac-table-size=50000`),
);

const vsctl = fc.oneof(
  { weight: 3, arbitrary: bridge.map((b) => `-- --may-exist add-br ${b} -- set Bridge ${b} datapath_type=netdev`) },
  { weight: 1, arbitrary: bridge.map((b) => `-- --if-exists del-br ${b}`) },
  { weight: 6, arbitrary: fc.tuple(bridge, virtual).map(([b, p]) => `-- --may-exist add-port ${b} ${p}`) },
  {
    weight: 2,
    arbitrary: fc
      .tuple(bridge, virtual)
      .map(([b, p]) => `-- --may-exist add-port ${b} ${p} -- set Interface ${p} type=internal`),
  },
  { weight: 2, arbitrary: port.map((p) => `-- --if-exists del-port ${p}`) },
  { weight: 6, arbitrary: columns },
);

const match = pick([
  "",
  "in_port=1,",
  "in_port=2,dl_vlan=3,",
  "dl_vlan=3,dl_dst=fa:16:3e:00:00:01,",
  "arp,arp_tpa=10.0.0.1,",
  "tcp,nw_src=10.0.0.0/24,tp_dst=80,",
  "reg5=1,icmp6,icmp_type=136,",
]);
const actions = pick([
  "drop",
  "NORMAL",
  "output:2",
  "mod_vlan_vid:7,NORMAL",
  "strip_vlan,set_tunnel:0xa,output:3",
  "resubmit(,60)",
]);
const table = pick([0, 2, 60]);

const ofctl = fc.oneof(
  {
    weight: 6,
    arbitrary: fc
      .tuple(bridge, table, fc.integer({ min: 0, max: 3 }), match, actions, fc.integer({ min: 0, max: 2 }))
      .map(([b, t, p, m, a, c]) => `add-flow ${b} 'cookie=0x${c},table=${t},priority=${p},${m}actions=${a}'`),
  },
  {
    weight: 1,
    arbitrary: fc.tuple(bridge, table, match).map(([b, t, m]) => `del-flows ${b} '${`table=${t},${m}`.slice(0, -1)}'`),
  },
  {
    weight: 1,
    arbitrary: fc.tuple(bridge, table, actions).map(([b, t, a]) => `mod-flows ${b} 'table=${t},actions=${a}'`),
  },
  {
    weight: 1,
    arbitrary: fc
      .tuple(bridge, pick([1, 2]))
      .map(([b, g]) => `add-group ${b} group_id=${g},type=all,bucket=actions=output:1`),
  },
  { weight: 1, arbitrary: fc.tuple(bridge, pick([1, 2])).map(([b, g]) => `del-groups ${b} group_id=${g}`) },
);

const rule = pick([
  "-j ACCEPT",
  "-s 10.0.0.1 -j RETURN",
  "-p tcp --dport 80 -j DROP",
  "-m set --match-set NIPv4a src -j RETURN",
  '-m comment --comment "two words" -j neutron-b',
  "-m physdev --physdev-out tap1 --physdev-is-bridged -j neutron-c",
]);
const chain = pick([...CHAINS, "INPUT", "FORWARD"]);

const iptables = fc.oneof(
  { weight: 2, arbitrary: pick(CHAINS).map((c) => `-N ${c}`) },
  { weight: 6, arbitrary: fc.tuple(chain, rule).map(([c, r]) => `-A ${c} ${r}`) },
  {
    weight: 3,
    arbitrary: fc.tuple(chain, fc.integer({ min: 1, max: 4 }), rule).map(([c, n, r]) => `-I ${c} ${n} ${r}`),
  },
  { weight: 2, arbitrary: fc.tuple(chain, fc.integer({ min: 1, max: 4 })).map(([c, n]) => `-D ${c} ${n}`) },
  { weight: 1, arbitrary: chain.map((c) => `-F ${c}`) },
  { weight: 1, arbitrary: pick(CHAINS).map((c) => `-X ${c}`) },
  { weight: 1, arbitrary: pick(["ACCEPT", "DROP"]).map((p) => `-P FORWARD ${p}`) },
);

const ipset = fc.oneof(
  pick(SETS).map((s) => `create -exist ${s} hash:net family ${s.startsWith("NIPv6") ? "inet6" : "inet"}`),
  fc
    .tuple(pick(SETS), fc.integer({ min: 1, max: 4 }))
    .map(([s, n]) => `add -exist ${s} ${s.startsWith("NIPv6") ? "fd00::" : "10.0.0."}${n}`),
  fc
    .tuple(pick(SETS), fc.integer({ min: 1, max: 4 }))
    .map(([s, n]) => `del ${s} ${s.startsWith("NIPv6") ? "fd00::" : "10.0.0."}${n}`),
  pick(SETS).map((s) => `flush ${s}`),
  pick(SETS).map((s) => `destroy ${s}`),
);

const dhcp = (id: string, file: string) => `/var/lib/neutron/dhcp/${id}/${file}`;
const programs = fc.oneof(
  pick(NETWORKS).map((id) => `dnsmasq --no-hosts --pid-file=${dhcp(id, "pid")} --dhcp-hostsfile=${dhcp(id, "host")}`),
  pick(NETWORKS).map((id) => `haproxy -f /var/lib/neutron/ns-metadata-proxy/${id}.conf`),
  fc.integer({ min: 1, max: 5 }).map((pid) => `kill -9 ${pid}`),
  fc
    .tuple(pick(NETWORKS), fc.array(fc.integer({ min: 1, max: 9 }), { maxLength: 3 }))
    .map(
      ([id, ns]) =>
        `cat > ${dhcp(id, "host")} <<'EOF'\n${ns.map((n) => `fa:16:3e:00:00:0${n},host-${n}.x,10.0.0.${n}\n`).join("")}EOF`,
    ),
  fc
    .tuple(pick(NETWORKS), fc.integer({ min: 1, max: 9 }))
    .map(
      ([id, n]) =>
        `cat > ${dhcp(id, "opts")} <<'EOF'\ntag:t${n},option:router,10.0.0.${n}\n249,10.0.0.0/8,10.0.0.${n}\nEOF`,
    ),
  pick(NETWORKS).map((id) => `rm -rf /var/lib/neutron/dhcp/${id}`),
);

/** Lines of shell; some of them fail, as they do on a real host. */
export const switchLine: fc.Arbitrary<string> = fc.oneof(
  { weight: 6, arbitrary: vsctl.map((words) => `ovs-vsctl ${words}`) },
  { weight: 5, arbitrary: ofctl.map((words) => `ovs-ofctl -O OpenFlow13 ${words}`) },
  {
    weight: 5,
    arbitrary: fc
      .tuple(pick(["", "ip6tables ", "-t nat "]), iptables)
      .map(([t, words]) => (t.startsWith("ip6") ? t : `iptables ${t}`) + words),
  },
  { weight: 2, arbitrary: ipset.map((words) => `ipset ${words}`) },
  { weight: 3, arbitrary: programs },
);
