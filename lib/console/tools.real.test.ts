/** Listings of a host made in the kernel: the console prints them, of the same host read as data, as the tools print them. */
import { beforeAll, describe, expect, test } from "vitest";
import type { HostState } from "../host/state.ts";
import { runLine } from "./shell.ts";
import { cloudWith, realHost } from "./testing/real-host.ts";

const SET_UP = `
ip link set lo up
ip link add qbr1 type bridge; ip link set qbr1 up
ip link add qvb1 type veth peer name qvo1; ip link set qvb1 master qbr1; ip link set qvb1 up; ip link set qvo1 up
ip netns add qrouter-1; ip link add tap1 type veth peer name qr-1 netns qrouter-1; ip link set tap1 up
ip -n qrouter-1 link set qr-1 up; ip -n qrouter-1 addr add 10.0.0.1/24 brd + dev qr-1
ip -n qrouter-1 addr add 10.0.0.9/24 brd + dev qr-1
ip tuntap add t0 mode tap; ip link set t0 up; ip link set t0 master qbr1
ip addr add 192.168.1.5/24 dev qvo1; ip addr add 192.168.1.6/32 dev qvo1
ip link add vx type vxlan id 10 dstport 4789 local 192.168.1.5 nolearning
bridge fdb add aa:bb:cc:dd:ee:01 dev vx dst 10.1.1.1
ip link add veth1 type veth peer name veth2; ip link set veth1 up
ip route add default via 192.168.1.1
ip route add 10.5.0.0/16 via 192.168.1.1 metric 100 proto static
ip route add unreachable 10.6.0.0/16
ip route add 10.7.0.0/16 dev qvo1 table 16
ip rule add from 1.2.3.4 lookup 16 priority 57482
ip rule add fwmark 0x4000/0xffff iif qvo1 table 17
ip neigh add 192.168.1.77 lladdr aa:bb:cc:00:00:01 dev qvo1 nud permanent
ip neigh add proxy 192.168.1.99 dev qvo1
ipset create foo hash:net family inet; ipset add foo 10.0.0.1; ipset add foo 10.1.0.0/16
iptables -N neutron-x
iptables -A INPUT -s 10.0.0.0/24 -p tcp -m tcp --dport 22 -m state --state RELATED,ESTABLISHED -j ACCEPT
iptables -A INPUT -p icmp -m icmp --icmp-type 8 -j neutron-x
iptables -A INPUT -m physdev --physdev-in tap1234 --physdev-is-bridged -m comment --comment "hello world" -j neutron-x
iptables -A neutron-x -p udp -m udp --sport 67 --dport 68 -j RETURN
iptables -A neutron-x -d 224.0.0.0/4 -j REJECT
iptables -A neutron-x -s 10.0.0.5 -m mac --mac-source fa:16:3e:00:00:01 -j RETURN
iptables -A neutron-x -p tcp -m multiport --dports 80:90,443 -j DROP
iptables -A neutron-x -m mark --mark 0x1/0xffff -j DROP
iptables -A neutron-x -m connmark ! --mark 0x0/0xffff0000 -j CONNMARK --restore-mark --nfmask 0xffff0000 --ctmask 0xffff0000
iptables -A neutron-x -m conntrack ! --ctstate DNAT -j ACCEPT
iptables -A neutron-x -m set --match-set foo src -j RETURN
iptables -A neutron-x ! -i qg-1 ! -o qg-1 -j ACCEPT
iptables -A neutron-x -m addrtype --dst-type LOCAL -j LOG --log-prefix "x: "
iptables -A neutron-x -m limit --limit 1/sec --limit-burst 10 -j ACCEPT
iptables -A neutron-x -p vrrp -j ACCEPT
iptables -A neutron-x ! -s 10.0.0.0/16 ! -d 10.1.0.5 -j ACCEPT
iptables -A neutron-x -m iprange --src-range 1.1.1.1-1.1.1.5
iptables -t nat -A PREROUTING -d 169.254.169.254/32 -i qr-+ -p tcp -m tcp --dport 80 -j REDIRECT --to-ports 9697
iptables -t nat -A POSTROUTING -s 10.0.0.5/32 -j SNAT --to-source 172.24.4.5 --random-fully
iptables -t nat -A PREROUTING -d 172.24.4.5/32 -j DNAT --to-destination 10.0.0.5
iptables -t mangle -A PREROUTING -i qr-1 -j MARK --set-xmark 0x4000000/0xffff0000
iptables -t mangle -A PREROUTING -j CONNMARK --save-mark --nfmask 0xffff0000 --ctmask 0xffff0000
iptables -t raw -A PREROUTING -m physdev --physdev-in qvb1 -j CT --zone 4097
iptables -t mangle -A POSTROUTING -p udp -m udp --dport 68 -j CHECKSUM --checksum-fill
ip6tables -A INPUT -p ipv6-icmp -m icmp6 --icmpv6-type 135 -j ACCEPT
ip6tables -A INPUT -s fe80::/64 -d ff02::1:2/128 -p udp -m udp --dport 547 -j DROP
`;

const LISTINGS = [
  ...[
    "ip a",
    "ip addr show dev qvo1",
    "ip -4 a",
    "ip -6 addr show dev qvo1",
    "ip -br a",
    "ip -br link",
    "ip -o a",
    "ip -o link",
  ],
  ...["ip link", "ip link show qvb1", "ip link show master qbr1", "ip link show type veth", "ip link show up"],
  ...["ip link show nosuch", "ip addr show nosuch", "ip -s link show lo", "ip -s -s link show lo"],
  ...["ip route", "ip r show dev qvo1", "ip route show table 16", "ip route show table 99", "ip route show default"],
  ...["ip -6 route", "ip route show table all", "ip route get 10.5.1.1", "ip route get 192.168.1.9"],
  ...[
    "ip route get 10.6.1.1",
    "ip route show via 192.168.1.1",
    "ip route show proto static",
    "ip route show scope link",
  ],
  ...["ip route add 10.8.0.0/16 dev qvo1 src 1.2.3.4", "ip rule show prio 57482", "ip rule show from 1.2.3.4"],
  ...["ip rule del prio 9", "ip link show veth1", "ip -br link show veth2", "ip link add vy type vxlan id 16777216"],
  ...["ip route get 192.168.1.5", "ip rule", "ip -6 rule", "ip neigh", "ip neigh show dev qvo1"],
  ...[
    "ip neigh show proxy",
    "ip netns",
    "ip netns list",
    "ls /run/netns",
    "ip -n qrouter-1 a",
    "ip netns exec qrouter-1 ip route",
  ],
  ...["ip netns exec nosuch ip a", "ip netns exec qrouter-1 ip neigh", "ip frobnicate"],
  ...["bridge fdb", "bridge fdb show dev vx", "bridge fdb show br qbr1", "bridge link", "bridge link show dev qvb1"],
  ...["bridge vlan", "bridge vlan show dev nosuch", "brctl show", "brctl show qbr1", "brctl show nosuch"],
  ...["iptables -L", "iptables -L -n", "iptables -L -n -v --line-numbers", "iptables -S", "iptables -nvxL neutron-x"],
  ...["iptables -t nat -L", "iptables -t nat -nL", "iptables -t nat -S", "iptables -t nat -L PREROUTING -v"],
  ...["iptables -t mangle -L -n", "iptables -t mangle -L -v", "iptables -t raw -L -n -v", "iptables -L INPUT 2"],
  ...["iptables -t security -S", "iptables -D INPUT 99", "ip6tables -L", "ip6tables -L -n", "ip6tables -S INPUT"],
  ...[
    "iptables-save",
    "iptables-save -t nat",
    "ip6tables-save",
    "ipset save",
    "ipset list -n",
    "ipset test foo 10.1.2.3",
  ],
  ...["ipset list nosuch", "sysctl net.ipv4.ip_forward", "sysctl -n net.ipv4.ip_forward", "sysctl net.ipv4.nosuch"],
  ...["ip addr show qvo1 permanent", "ip addr show qvo1 permanent scope global", "ip -4 addr show primary"],
  ...["iptables -A INPUT -j NOPE", "iptables -A INPUT -m nosuch -j ACCEPT", "iptables -A INPUT -p tcp --dport 99999"],
  ...[
    "iptables -A INPUT -m state --state NEW,FOO",
    "iptables -A INPUT -m conntrack --ctstate FOO",
    "iptables -A INPUT -p foo",
  ],
  ...["iptables -A INPUT -p 256", "iptables -A INPUT -s 1.1.1.1 -s 2.2.2.2", "iptables -A INPUT -j DROP -j ACCEPT"],
  ...[
    "iptables -A INPUT -m multiport --dports 1,2",
    "iptables -A INPUT -j REJECT --reject-with foo",
    "iptables -N DNAT",
  ],
  ...["iptables -N a_chain_with_a_name_too_long_", 'iptables -N "a b"', "iptables -A INPUT -p tcp --dport nosuch"],
  ...["iptables -A INPUT -p icmp --icmp-type foo", "ip6tables -A INPUT -p icmpv6 --icmpv6-type foo"],
  ...["iptables -A INPUT -p tcp --sport 90:80 -j ACCEPT", "iptables -A INPUT -p tcp --dport 1:2:3 -j ACCEPT"],
  ...["iptables -t nat -A POSTROUTING -j SNAT", "iptables -t nat -A PREROUTING -j DNAT --random"],
  ...[
    "sysctl -w net.ipv4.ip_forward=banana",
    "sysctl -w net.ipv4.conf.lo.arp_filter=0",
    "sysctl -nw net.ipv4.conf.lo.arp_filter=0",
  ],
  ...["ip a | grep inet6 | wc -l", "ip a | grep -c qvo", "ip link | head -n 2", "ip -br link | grep -v UP"],
  ...["ip route | grep -E 'default|static'", "cat /proc/sys/net/ipv4/ip_forward", "ip -o link | sort | tail -1"],
  ...["ping -c 1 10.6.0.1", "ping -nqc1 -W1 10.6.0.1", "iptables -tnat -nvL PREROUTING", "iptables -LINPUT -nv"],
  ...["iptables -S -v", "iptables -t nat -vS", "iptables -S neutron-x 3 -v"],
  ...["iptables --table=nat -S", "iptables -w5 -nL INPUT", "iptables-save -tnat"],
  ...[
    "ip link | tail -n +2",
    "ip link | sort -rn | head -2",
    "ip -br link | uniq -c",
    "ip link | grep -nA1 -E 'lo:|qvo1'",
  ],
  ...["kill -l", "kill -l 9 TERM SIGHUP 137", "tcpdump -D", "ip netns exec qrouter-1 tcpdump -D", "ss -s | tail -n 7"],
];

/** What a host's state does not hold: how long, how many, which memory. */
function still(text: string): string {
  return text
    .replace(/ on \w{3} \w{3} .* \d{4}$/gm, "")
    .replace(/\[\d+:\d+\]/g, "[]")
    .replace(/policy ACCEPT \S+ packets, \S+ bytes/g, "policy")
    .replace(/ tentative/g, "")
    .replace(/^(\d*) +\d+ +\d+ (?=\S+ +\S+ +--)/gm, "$1 ");
}

describe("a host in the kernel", () => {
  let host: HostState;
  let texts: string[];
  beforeAll(async () => {
    ({ host, texts } = await realHost(SET_UP, LISTINGS));
  }, 60_000);

  test.each(LISTINGS.map((line, i) => [line, i] as const))("%s", (line, i) => {
    const answer = runLine({ cloud: cloudWith(host), host: host.name, frames: [], now: 0 }, line, {});
    expect(still(answer.output)).toBe(still(texts[i] ?? ""));
  });
});
