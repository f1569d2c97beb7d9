/** Lines that Quantum's and Neutron's agents and operators run, up to today's names, are read and printed alike. */
import { describe, expect, test } from "vitest";
import { parseCommand, printCommand } from "./shell.ts";

const NETNS = "qdhcp-c6e38a5a-2adf-42a5-8c6f-5eab99208869";
const DHCP = "/var/lib/quantum/dhcp/c6e38a5a-2adf-42a5-8c6f-5eab99208869";

describe("lines of agents", () => {
  test.each([
    "ovs-vsctl -- --may-exist add-port br-int qvo1e2b09d7-e9 -- set Interface qvo1e2b09d7-e9 external-ids:iface-id=1e2b09d7-e9d6-4aba-964e-79fdd8bcf3ba external-ids:iface-status=active external-ids:attached-mac=fa:16:3e:ea:ad:8d external-ids:vm-uuid=49b6d841-163f-4aab-b309-149727c227b4",
    "ovs-vsctl -- --if-exists del-port br-int patch-tun",
    "ovs-ofctl del-flows br-int",
    "ovs-vsctl list-ports br-int",
    "ovs-vsctl get Interface qvo1e2b09d7-e9 external_ids",
    "ovs-vsctl set Port qvo1e2b09d7-e9 tag=1",
    "ovs-ofctl del-flows br-int in_port=6",
    "ovs-vsctl --timeout=2 -- --if-exists del-port br-int qr-012c9d13-85",
    "ovs-vsctl --timeout=2 -- --if-exists del-port br-ex qg-388798a1-55",
    "ovs-vsctl -- --may-exist add-port br-int qr-012c9d13-85 -- set Interface qr-012c9d13-85 type=internal -- set Interface qr-012c9d13-85 external-ids:iface-id=012c9d13-8554-4b39-96b8-e4bd2e787559 -- set Interface qr-012c9d13-85 external-ids:iface-status=active -- set Interface qr-012c9d13-85 external-ids:attached-mac=fa:16:3e:f2:a8:56",
    `ip netns exec ${NETNS} kill -9 13695`,
    `QUANTUM_RELAY_SOCKET_PATH=/var/lib/quantum/dhcp/lease_relay QUANTUM_NETWORK_ID=c6e38a5a-2adf-42a5-8c6f-5eab99208869 ip netns exec ${NETNS} dnsmasq --no-hosts --no-resolv --strict-order --bind-interfaces --interface=tap9739ea30-d6 --except-interface=lo --domain=openstacklocal --pid-file=${DHCP}/pid --dhcp-hostsfile=${DHCP}/host --dhcp-optsfile=${DHCP}/opts --dhcp-script=/usr/bin/quantum-dhcp-agent-dnsmasq-lease-update --leasefile-ro --dhcp-range=set:tag0,10.10.11.0,static,120s`,
    "iptables -t nat -A neutron-l3-agent-OUTPUT -d 2.2.2.100/32 -j DNAT --to-destination 192.168.10.222",
    "iptables -t nat -A neutron-l3-agent-PREROUTING -d 2.2.2.100/32 -j DNAT --to-destination 192.168.10.222",
    "iptables -t nat -A neutron-l3-agent-float-snat -s 192.168.10.222/32 -j SNAT --to-source 2.2.2.100",
    "conntrack -D -f ipv4 -w 4097 -s 10.0.0.4",
    "ipset add -exist NIPv4a9acd9c6-464c-402b-b934- 172.16.10.237",
  ])("%s", (line) => {
    expect(printCommand(parseCommand(line))).toBe(line);
  });

  test.each([
    [
      "ovs-ofctl add-flow br-int hard_timeout=0,idle_timeout=0,priority=1,actions=normal",
      "ovs-ofctl add-flow br-int priority=1,actions=NORMAL",
    ],
    [
      'ovs-vsctl -- --columns=external_ids,name,ofport find Interface external_ids:iface-id="1e2b09d7-e9d6-4aba-964e-79fdd8bcf3ba"',
      "ovs-vsctl -- --columns=external_ids,name,ofport find Interface external_ids:iface-id=1e2b09d7-e9d6-4aba-964e-79fdd8bcf3ba",
    ],
    [
      "ip netns exec qrouter-0e38e30f-4fae-4f48-be4c-76d2fb803b23 /sbin/iptables-restore <<'EOF'\n# Generated\n*filter\n:quantum-l3-agent-INPUT - [0:0]\n[0:0] -A INPUT -j quantum-l3-agent-INPUT\nCOMMIT\nEOF",
      "ip netns exec qrouter-0e38e30f-4fae-4f48-be4c-76d2fb803b23 iptables-restore <<'EOF'\n*filter\n:quantum-l3-agent-INPUT - [0:0]\n[0:0] -A INPUT -j quantum-l3-agent-INPUT\nCOMMIT\nEOF",
    ],
    [
      "ovs-ofctl add-flow br-tun table=0,priority=1,in_port=1,actions=resubmit(,1)"
        .replace("table", "'table")
        .concat("'"),
      "ovs-ofctl add-flow br-tun 'priority=1,in_port=1,actions=resubmit(,1)'",
    ],
    [
      "ovs-ofctl add-flow br-tun 'table=1,priority=1,dl_vlan=2,dl_src=fa:16:3e:de:07:79,actions=mod_dl_src:fa:16:3f:02:d7:f2,resubmit(,2)'",
      "ovs-ofctl add-flow br-tun 'table=1,priority=1,dl_vlan=2,dl_src=fa:16:3e:de:07:79,actions=mod_dl_src:fa:16:3f:02:d7:f2,resubmit(,2)'",
    ],
    [
      "ovs-ofctl add-flow br-tun 'table=2,priority=0,dl_dst=00:00:00:00:00:00/01:00:00:00:00:00 actions=resubmit(,20)'",
      "ovs-ofctl add-flow br-tun 'table=2,priority=0,dl_dst=00:00:00:00:00:00/01:00:00:00:00:00,actions=resubmit(,20)'",
    ],
    [
      "ovs-ofctl add-flow br-tun table=22,dl_vlan=2,actions=strip_vlan,set_tunnel:0x1a,output:2,output:3",
      "ovs-ofctl add-flow br-tun table=22,dl_vlan=2,actions=strip_vlan,set_tunnel:0x1a,output:2,output:3",
    ],
    [
      "ovs-ofctl add-flow br-tun 'table=9,priority=1,tun_id=0x1a,actions=mod_vlan_vid:2,resubmit(,9)'",
      "ovs-ofctl add-flow br-tun 'table=9,priority=1,tun_id=0x1a,actions=mod_vlan_vid:2,resubmit(,9)'",
    ],
    [
      "ovs-ofctl add-flow br-tun table=9,priority=1,dl_src=fa:16:3f:02:d7:f2,actions=output:1",
      "ovs-ofctl add-flow br-tun table=9,priority=1,dl_src=fa:16:3f:02:d7:f2,actions=output:1",
    ],
  ])("%s", (line, printed) => {
    const command = parseCommand(line);
    expect(printCommand(command)).toBe(printed);
    expect(parseCommand(printed)).toEqual(command);
  });
});
