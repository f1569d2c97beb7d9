/** One thing broken in a recorded cloud at a time: the verdict must name the cause and the very element. */
import { beforeAll, describe, expect, it } from "vitest";
import type { TraceQuery } from "../api/http.ts";
import { readBundle } from "../collect/bundle.ts";
import type { CollectedCloud } from "../collect/cloud.ts";
import type { VerdictCode, VerdictEvent } from "../datapath/event.ts";
import { Broken } from "./testing/broken.ts";
import { traceCloud } from "./trace.ts";

type Name = "legacy" | "dvr";

const VM1 = "cb9bcee4-5d";
const VM2 = "56700a49-25";
const VM2_MAC = "fa:16:3e:6a:93:ba";
const VM3_MAC = "fa:16:3e:9f:93:e4";
const ping = (from: string, to: string, more: Partial<TraceQuery> = {}): TraceQuery => ({
  from,
  to,
  proto: "icmp",
  ...more,
});
const VM1_TO_VM2 = ping("cirros-vm1", "cirros-vm2");
const VM1_TO_VM3 = ping("cirros-vm1", "cirros-vm3");
const VLAN = ping("vlan-vm1", "vlan-vm2");

interface Fault {
  name: string;
  on?: Name;
  break(b: Broken, name: Name): void;
  query: TraceQuery | ((name: Name) => TraceQuery);
  code: VerdictCode;
  element: RegExp;
  /** `host netns device`, beginnings of each. */
  at?: string;
}

const fip = (name: Name) => (name === "legacy" ? "172.24.4.97" : "172.24.4.104");

const FAULTS: Fault[] = [
  {
    name: "a floating IP is made by hand, without its route in the fip namespace",
    on: "dvr",
    break: (b) => {
      const { addresses } = b.ns("compute1", "qrouter-");
      const own = addresses.find((one) => one.dev.startsWith("rfp-"))!;
      addresses.push({ ...own, address: fip("dvr"), prefix: 32 });
      const outer = b.ns("compute1", "fip-");
      outer.routes = outer.routes.filter((one) => !one.dst.startsWith(fip("dvr")));
      Object.assign(b.cloud.api, { floatingIps: [] });
    },
    query: ping("outside", fip("dvr")),
    code: "ARP_UNANSWERED",
    element: /^172\.24\.4\.104 dev eth0/,
    at: "outside root eth0",
  },
  {
    name: "the sender's port is dead",
    break: (b) => {
      b.retag("compute1", "br-int", `qvo${VM1}`, 4095);
    },
    query: VM1_TO_VM2,
    code: "DEAD_VLAN",
    element: /qvocb9bcee4-5d.*4095/,
  },
  {
    name: "the target's port is dead",
    break: (b) => {
      b.retag("compute2", "br-int", `qvo${VM2}`, 4095);
    },
    query: VM1_TO_VM2,
    code: "DEAD_VLAN",
    element: /qvo56700a49-25.*4095|dl_vlan=4095/,
  },
  {
    name: "the target's tag is another network's",
    break: (b) => {
      b.retag("compute1", "br-int", "qvo762569f4-9f", 77);
    },
    query: ping("cirros-vm1", "cirros-vm4"),
    code: "VLAN_MISMATCH",
    element: /qvo762569f4-9f.*77/,
  },
  {
    name: "the remote target's tag is another network's",
    break: (b) => {
      b.retag("compute2", "br-int", "qvo24f05962-a0", 77);
    },
    query: VLAN,
    code: "VLAN_MISMATCH",
    element: /qvo24f05962-a0.*77/,
  },
  {
    name: "the tunnel port to the target's host is gone",
    break: (b) => {
      const t = b.bridge("compute1", "br-tun");
      t.ports = t.ports.filter((p) => p.interfaces[0]!.options.remote_ip !== "10.0.44.32");
    },
    query: VM1_TO_VM2,
    code: "TUNNEL_MISSING",
    element: /10\.0\.44\.32|output:\d/,
  },
  {
    name: "the tunnel port back to the sender's host is gone",
    break: (b) => {
      const t = b.bridge("compute2", "br-tun");
      t.ports = t.ports.filter((p) => p.interfaces[0]!.options.remote_ip !== "10.0.44.31");
    },
    query: VM1_TO_VM2,
    code: "TUNNEL_MISSING",
    element: /10\.0\.44\.31/,
    at: "compute2",
  },
  {
    name: "no l2population entry for the target, unicast, ARP and flood",
    break: (b) => {
      b.removeFlows(
        "compute1",
        "br-tun",
        (f, m) => (f.table >= 20 && f.table <= 22 && m.includes("dl_vlan")) || (f.table === 20 && m.includes(VM2_MAC)),
      );
    },
    query: VM1_TO_VM2,
    code: "L2POP_ENTRY_MISSING",
    element: /table=22/,
    at: "compute1 root br-tun",
  },
  {
    name: "the target's host is not in the flood list",
    break: (b) => {
      const t = b.bridge("compute1", "br-tun");
      b.removeFlows(
        "compute1",
        "br-tun",
        (f, m) => (f.table === 20 && m.includes(VM2_MAC)) || (f.table === 21 && m.includes("172.16.10.126")),
      );
      const port = t.ports.flatMap((p) => p.interfaces).find((i) => i.options.remote_ip === "10.0.44.32")!.ofport;
      for (const f of t.flows)
        if (f.table === 22) f.actions = f.actions.filter((a) => !(a.kind === "output" && a.port === port));
    },
    query: VM1_TO_VM2,
    code: "L2POP_ENTRY_MISSING",
    element: /table=22/,
    at: "compute1 root br-tun",
  },
  {
    name: "the receiver does not know the tunnel key",
    break: (b) => {
      b.removeFlows("compute2", "br-tun", (f, m) => f.table === 4 && m.includes("tun_id=0xa"));
    },
    query: VM1_TO_VM2,
    code: "TUNNEL_KEY_UNKNOWN",
    element: /table=4/,
    at: "compute2 root br-tun",
  },
  {
    name: "the tunnel's far address has no route",
    break: (b) => {
      const o = b.host("compute1").ovs!;
      o.routes = o.routes.filter((r) => !r.dst.startsWith("10.0.44.0"));
    },
    query: VM1_TO_VM2,
    code: "REMOTE_UNREACHABLE",
    element: /10\.0\.44\.32/,
  },
  {
    name: "br-int lost its flow to table 60",
    break: (b) => {
      b.removeFlows("compute1", "br-int", (f) => f.table === 60);
    },
    query: VM1_TO_VM2,
    code: "NO_FLOW_MATCH",
    element: /table=60|table 60|br-int/,
    at: "compute1 root br-int",
  },
  {
    name: "the VLAN translation on the physical bridge is gone",
    break: (b) => {
      b.removeFlows("compute1", "br-vlan", (_f, m) => /dl_vlan/.test(m));
    },
    query: VLAN,
    code: "FLOW_DROP",
    element: /in_port=\d+ actions=drop/,
    at: "compute1 root br-vlan",
  },
  {
    name: "the VLAN translation on the target's br-int is gone",
    break: (b) => {
      b.removeFlows("compute2", "br-int", (_f, m) => m.includes("dl_vlan=1000"));
    },
    query: VLAN,
    code: "FLOW_DROP",
    element: /in_port=\d+ actions=drop/,
    at: "compute2 root br-int",
  },
  {
    name: "the guest's ARP entry in table 24 is for another address",
    break: (b) => {
      b.removeFlows("compute1", "br-int", (f, m) => f.table === 24 && m.includes("172.16.10.237"));
    },
    query: VM1_TO_VM2,
    code: "ARP_SPOOF_BLOCKED",
    element: /table=24/,
    at: "compute1 root br-int",
  },
  {
    name: "the guest's MAC is not allowed in table 25",
    break: (b) => {
      b.removeFlows("compute1", "br-int", (f, m) => f.table === 25 && m.includes("fa:16:3e:5f:49:6f"));
    },
    query: VM1_TO_VM2,
    code: "PORT_SECURITY_BLOCKED",
    element: /table=25|table 25|br-int/,
  },
  {
    name: "the s-chain does not allow the address",
    break: (b) => {
      b.removeRules("compute1", "root", "filter", (r) => r.text.includes("-scb9bcee4-5 -s"));
    },
    query: VM1_TO_VM2,
    code: "PORT_SECURITY_BLOCKED",
    element: /scb9bcee4-5.*DROP/,
    at: "compute1 root qbrcb9bcee4-5d",
  },
  {
    name: "the target's security group rules are gone",
    break: (b) => {
      b.removeRules("compute2", "root", "filter", (r) => r.text.includes("-i56700a49-2 ") && r.text.endsWith("RETURN"));
    },
    query: VM1_TO_VM2,
    code: "SECURITY_GROUP_DENIED",
    element: /sg-fallback.*DROP/,
    at: "compute2 root qbr56700a49-25",
  },
  {
    name: "the sender's egress rules are gone",
    break: (b) => {
      b.removeRules("compute1", "root", "filter", (r) =>
        /-ocb9bcee4-5 (-j RETURN|-m state --state RELATED)/.test(r.text),
      );
    },
    query: VM1_TO_VM2,
    code: "SECURITY_GROUP_DENIED",
    element: /sg-fallback.*DROP/,
    at: "compute1 root qbrcb9bcee4-5d",
  },
  {
    name: "the security group lost a member of its set",
    break: (b) => {
      for (const s of b.ns("compute2", "root").ipsets) s.members = [];
      b.removeRules("compute2", "root", "filter", (r) => r.text.includes("-i56700a49-2 -p icmp"));
    },
    query: VM1_TO_VM2,
    code: "SECURITY_GROUP_DENIED",
    element: /sg-fallback.*DROP/,
  },
  {
    name: "replies are not allowed back",
    break: (b) => {
      b.removeRules("compute1", "root", "filter", (r) => r.text.includes("-icb9bcee4-5 ") && r.text.endsWith("RETURN"));
    },
    query: VM1_TO_VM2,
    code: "SECURITY_GROUP_DENIED",
    element: /sg-fallback.*DROP/,
    at: "compute1 root qbrcb9bcee4-5d",
  },
  {
    name: "the sender's tap is down",
    break: (b) => {
      b.link("compute1", "root", `tap${VM1}`).up = false;
    },
    query: VM1_TO_VM2,
    code: "LINK_DOWN",
    element: /tapcb9bcee4-5d/,
    at: `compute1 root tap${VM1}`,
  },
  {
    name: "the target's qvo is down",
    break: (b) => {
      b.link("compute2", "root", `qvo${VM2}`).up = false;
    },
    query: VM1_TO_VM2,
    code: "LINK_DOWN",
    element: /qvo56700a49-25/,
    at: `compute2 root qvo${VM2}`,
  },
  {
    name: "the target's qbr is down",
    break: (b) => {
      b.link("compute2", "root", `qbr${VM2}`).up = false;
    },
    query: VM1_TO_VM2,
    code: "LINK_DOWN",
    element: /qbr56700a49-25/,
  },
  {
    name: "the physical card is down",
    break: (b) => {
      b.link("compute1", "root", "eth1").up = false;
    },
    query: VM1_TO_VM2,
    code: "LINK_DOWN",
    element: /eth1/,
    at: "compute1 root eth1",
  },
  {
    name: "the VLAN card of the target's host is down",
    break: (b) => {
      b.link("compute2", "root", "eth3").up = false;
    },
    query: VLAN,
    code: "LINK_DOWN",
    element: /eth3/,
    at: "compute2 root eth3",
  },
  {
    name: "the target's tap is gone",
    break: (b) => {
      b.removeLink("compute2", "root", `tap${VM2}`);
    },
    query: VM1_TO_VM2,
    code: "PORT_NOT_PLUGGED",
    element: /tap56700a49-25/,
    at: "compute2 root",
  },
  {
    name: "the sender's tap is gone",
    break: (b) => {
      b.removeLink("compute1", "root", `tap${VM1}`);
    },
    query: VM1_TO_VM2,
    code: "PORT_NOT_PLUGGED",
    element: /tapcb9bcee4-5d/,
    at: "compute1 root",
  },
  {
    name: "the target's veth pair is gone",
    break: (b) => {
      b.removeLink("compute2", "root", `qvo${VM2}`);
      b.removeLink("compute2", "root", `qvb${VM2}`);
    },
    query: VM1_TO_VM2,
    code: "PORT_NOT_PLUGGED",
    element: /qv[bo]56700a49-25/,
    at: "compute2 root",
  },
  {
    name: "the sender's veth pair is gone",
    break: (b) => {
      b.removeLink("compute1", "root", `qvo${VM1}`);
      b.removeLink("compute1", "root", `qvb${VM1}`);
    },
    query: VM1_TO_VM2,
    code: "PORT_NOT_PLUGGED",
    element: /qv[bo]cb9bcee4-5d/,
    at: "compute1 root",
  },
  {
    name: "the target's port is bound to no host",
    break: (b) => {
      const p = b.cloud.api.ports.find((x) => x.id.startsWith(VM2))!;
      p["binding:host_id"] = "";
      p["binding:vif_type"] = "unbound";
      b.cloud.world.guests.find((g) => g.portId === p.id)!.host = "";
      for (const f of ["br-tun"])
        b.removeFlows("compute1", f, (x, m) => m.includes(VM2_MAC) || (x.table === 21 && m.includes("172.16.10.126")));
    },
    query: VM1_TO_VM2,
    code: "PORT_NOT_BOUND",
    element: /56700a49/,
  },
  {
    name: "the guest's network card is too small for the packet",
    break: () => {},
    query: ping("cirros-vm1", "cirros-vm2", { size: 1600, df: true }),
    code: "MTU_EXCEEDED",
    element: /1450/,
    at: "compute1 guest:cirros-vm1",
  },
  {
    name: "the underlay's MTU is too small",
    break: (b) => {
      b.link("compute1", "root", "eth1").mtu = 1400;
      b.link("compute1", "root", "br-phy").mtu = 1400;
    },
    query: ping("cirros-vm1", "cirros-vm2", { size: 1400 }),
    code: "MTU_EXCEEDED",
    element: /br-phy|eth1/,
    at: "compute1 root",
  },
  {
    name: "the time to live runs out on the router",
    break: () => {},
    query: ping("cirros-vm1", "cirros-vm3", { ttl: 1 }),
    code: "TTL_EXCEEDED",
    element: /qrouter/,
  },
  {
    name: "the router does not forward",
    on: "legacy",
    break: (b) => {
      const n = b.ns("network1", "qrouter");
      for (const k of Object.keys(n.sysctls))
        if (k.endsWith("forwarding") || k === "net.ipv4.ip_forward") n.sysctls[k] = "0";
    },
    query: VM1_TO_VM3,
    code: "FORWARDING_OFF",
    element: /forward/,
    at: "network1 qrouter",
  },
  {
    name: "the distributed router does not forward",
    on: "dvr",
    break: (b) => {
      const n = b.ns("compute1", "qrouter");
      for (const k of Object.keys(n.sysctls))
        if (k.endsWith("forwarding") || k === "net.ipv4.ip_forward") n.sysctls[k] = "0";
    },
    query: VM1_TO_VM3,
    code: "FORWARDING_OFF",
    element: /forward/,
    at: "compute1 qrouter",
  },
  {
    name: "strict reverse path filter against a route",
    on: "legacy",
    break: (b) => {
      const n = b.ns("network1", "qrouter");
      n.sysctls["net.ipv4.conf.all.rp_filter"] = "1";
      n.routes = n.routes.filter((r) => r.dst !== "172.16.10.0/24");
    },
    query: VM1_TO_VM3,
    code: "RP_FILTER",
    element: /rp_filter/,
    at: "network1 qrouter",
  },
  {
    name: "the router's namespace is gone",
    on: "legacy",
    break: (b) => b.removeNamespace("network1", "qrouter"),
    query: VM1_TO_VM3,
    code: "NAMESPACE_MISSING",
    element: /qrouter-dbf66ea4/,
    at: "network1",
  },
  {
    name: "the router is down, and has no namespace",
    on: "legacy",
    break: (b) => {
      b.removeNamespace("network1", "qrouter");
      for (const router of b.cloud.api.routers) router.admin_state_up = false;
    },
    query: VM1_TO_VM3,
    code: "NAMESPACE_MISSING",
    element: /qrouter-dbf66ea4\S+ \(router10_11 has admin_state_up false\)/,
    at: "network1",
  },
  {
    name: "the distributed router's namespace is gone",
    on: "dvr",
    break: (b) => b.removeNamespace("compute1", "qrouter"),
    query: VM1_TO_VM3,
    code: "NAMESPACE_MISSING",
    element: /qrouter-6318f426/,
    at: "compute1",
  },
  {
    name: "the snat namespace is gone",
    on: "dvr",
    break: (b) => b.removeNamespace("network1", "snat"),
    query: ping("cirros-vm2", "172.24.4.1"),
    code: "NAMESPACE_MISSING",
    element: /snat-6318f426/,
    at: "network1",
  },
  {
    name: "the router's second interface is gone",
    on: "legacy",
    break: (b) => b.removeLink("network1", "qrouter", "qr-7265cdca-fe"),
    query: VM1_TO_VM3,
    code: "ROUTER_INTERFACE_MISSING",
    element: /172\.16\.11\.0\/24|qr-7265cdca-fe/,
    at: "network1 qrouter",
  },
  {
    name: "the router's first interface is gone",
    on: "legacy",
    break: (b) => b.removeLink("network1", "qrouter", "qr-4af8330d-85"),
    query: VM1_TO_VM3,
    code: "ROUTER_INTERFACE_MISSING",
    element: /qr-4af8330d-85/,
    at: "network1 qrouter",
  },
  {
    name: "the router port is down",
    on: "legacy",
    break: (b) => {
      b.link("network1", "qrouter", "qr-4af8330d-85").up = false;
    },
    query: VM1_TO_VM3,
    code: "LINK_DOWN",
    element: /qr-4af8330d-85/,
    at: "network1 qrouter",
  },
  {
    name: "the router's default route is gone",
    on: "legacy",
    break: (b) => {
      const n = b.ns("network1", "qrouter");
      n.routes = n.routes.filter((r) => r.dst !== "0.0.0.0/0");
    },
    query: ping("cirros-vm2", "8.8.8.8"),
    code: "GATEWAY_MISSING",
    element: /default route/,
    at: "network1 qrouter",
  },
  {
    name: "the router's gateway is a ghost",
    on: "legacy",
    break: (b) => {
      const n = b.ns("network1", "qrouter");
      for (const r of n.routes) if (r.dst === "0.0.0.0/0") r.via = "172.24.4.222";
    },
    query: ping("cirros-vm2", "8.8.8.8"),
    code: "GATEWAY_MISSING",
    element: /172\.24\.4\.222/,
    at: "network1 qrouter",
  },
  {
    name: "the router does not translate",
    on: "legacy",
    break: (b) =>
      b.removeRules(
        "network1",
        "qrouter",
        "nat",
        (r) => r.text.includes("-snat -o qg-") || r.text.includes("float-snat -s"),
      ),
    query: ping("cirros-vm2", "172.24.4.1"),
    code: "NAT_MISSING",
    element: /172\.16\.10\.126/,
    at: "network1 qrouter",
  },
  {
    name: "snat does not translate",
    on: "dvr",
    break: (b) => b.removeRules("network1", "snat", "nat", (r) => r.text.includes("-snat -o qg-")),
    query: ping("cirros-vm2", "172.24.4.1"),
    code: "NAT_MISSING",
    element: /172\.16\.10\.126/,
    at: "network1 snat",
  },
  {
    name: "the floating IP has no DNAT",
    on: "dvr",
    break: (b) => b.removeRules("compute1", "qrouter", "nat", (r) => r.text.includes("-j DNAT")),
    query: ping("outside", "172.24.4.104"),
    code: "NAT_MISSING",
    element: /172\.24\.4\.104/,
    at: "compute1 qrouter",
  },
  {
    name: "the floating IP is on no router",
    on: "legacy",
    break: (b) => {
      const n = b.ns("network1", "qrouter");
      n.addresses = n.addresses.filter((a) => a.address !== "172.24.4.97");
      n.routes = n.routes.filter((r) => !r.dst.startsWith("172.24.4.97"));
    },
    query: ping("outside", "172.24.4.97"),
    code: "FLOATING_IP_NOT_CONFIGURED",
    element: /172\.24\.4\.97/,
  },
  {
    name: "the floating IP's route in the fip namespace is gone",
    on: "dvr",
    break: (b) => {
      const n = b.ns("compute1", "fip");
      n.routes = n.routes.filter((r) => !r.dst.startsWith("172.24.4.104"));
    },
    query: ping("outside", "172.24.4.104"),
    code: "FLOATING_IP_NOT_CONFIGURED",
    element: /172\.24\.4\.104/,
  },
  {
    name: "dnsmasq is stopped",
    break: (b) => {
      for (const d of b.host("network1").dnsmasq) d.running = false;
    },
    query: { from: "cirros-vm1", proto: "dhcp" },
    code: "DHCP_NO_SERVER",
    element: /dnsmasq/,
    at: "network1 qdhcp",
  },
  {
    name: "the hosts file has no line for the port",
    break: (b) => {
      for (const d of b.host("network1").dnsmasq) d.hosts = [];
    },
    query: { from: "cirros-vm1", proto: "dhcp" },
    code: "DHCP_NO_LEASE",
    element: /fa:16:3e:5f:49:6f/,
    at: "network1 qdhcp",
  },
  {
    name: "the port has an IPv6 address alone",
    break: (b) => {
      for (const d of b.host("network1").dnsmasq) d.hosts = [];
      for (const g of b.cloud.world.guests)
        if (g.name === "cirros-vm1") g.fixedIps = [{ address: "fd00::5", prefix: 64 }];
    },
    query: { from: "cirros-vm1", proto: "dhcp" },
    code: "DHCP_NO_LEASE",
    element: /no IPv4 address/,
    at: "network1 qdhcp",
  },
  {
    name: "the DHCP port is in another VLAN",
    break: (b) => {
      b.retag("network1", "br-int", "tap388b5d68-e2", 99);
      b.removeFlows("network1", "br-int", (f, m) => f.table === 60 && m.includes("dl_dst"));
    },
    on: "dvr",
    query: { from: "cirros-vm1", proto: "dhcp" },
    code: "VLAN_MISMATCH",
    element: /tap388b5d68-e2.*99/,
    at: "network1",
  },
  {
    name: "the DHCP namespace is gone",
    break: (b) => b.removeNamespace("network1", "qdhcp-6f1232c9"),
    query: { from: "cirros-vm1", proto: "dhcp" },
    code: "NAMESPACE_MISSING",
    element: /qdhcp-6f1232c9/,
    at: "network1",
  },
  {
    name: "DHCP requests are blocked at the guest",
    break: (b) =>
      b.removeRules("compute1", "root", "filter", (r) => /-ocb9bcee4-5 .*RETURN|-ocb9bcee4-5 -j neutron/.test(r.text)),
    query: { from: "cirros-vm1", proto: "dhcp" },
    code: "SECURITY_GROUP_DENIED",
    element: /sg-fallback/,
    at: "compute1 root qbr",
  },
  {
    name: "the host has no bridge for the physical network",
    break: (b) => {
      for (const f of Object.values(b.host("compute1").config))
        if (f.ovs?.bridge_mappings) f.ovs.bridge_mappings = "extern:br-ex";
      b.removeFlows("compute1", "br-vlan", (_f, m) => m.includes("dl_vlan"));
    },
    query: VLAN,
    code: "BRIDGE_MAPPING_MISSING",
    element: /physnet1/,
    at: "compute1",
  },
  {
    name: "the sender's tag is another network's",
    break: (b) => b.retag("compute1", "br-int", `qvo${VM1}`, 77),
    query: VM1_TO_VM2,
    code: "VLAN_MISMATCH",
    element: /qvocb9bcee4-5d tag: 77.*1/,
    at: "compute1 root qvo",
  },
  {
    name: "the fip namespace is gone",
    on: "dvr",
    break: (b) => b.removeNamespace("compute1", "fip"),
    query: ping("outside", "172.24.4.104"),
    code: "NAMESPACE_MISSING",
    element: /fip-6864427f/,
    at: "compute1",
  },
  {
    name: "the floating IP's router namespace is gone",
    on: "legacy",
    break: (b) => b.removeNamespace("network1", "qrouter"),
    query: ping("outside", "172.24.4.97"),
    code: "NAMESPACE_MISSING",
    element: /qrouter-dbf66ea4/,
    at: "network1",
  },
  {
    name: "the fip end of the router's veth is down",
    on: "dvr",
    break: (b) => {
      b.link("compute1", "fip", "fpr-").up = false;
    },
    query: ping("cirros-vm1", "172.24.4.1"),
    code: "LINK_DOWN",
    element: /fpr-6318f426-4/,
    at: "compute1 fip",
  },
  {
    name: "the target's tap has a smaller MTU",
    break: (b) => {
      b.link("compute2", "root", `tap${VM2}`).mtu = 1000;
    },
    query: ping("cirros-vm1", "cirros-vm2", { size: 1300 }),
    code: "MTU_EXCEEDED",
    element: /tap56700a49-25/,
    at: "compute2 root",
  },
  {
    name: "the router's inner port has a smaller MTU",
    on: "legacy",
    break: (b) => {
      b.link("network1", "qrouter", "qr-7265cdca-fe").mtu = 1000;
    },
    query: ping("cirros-vm1", "cirros-vm3", { size: 1300, df: true }),
    code: "MTU_EXCEEDED",
    element: /qr-7265cdca-fe/,
    at: "network1 qrouter",
  },
  {
    name: "the DHCP flood entry is gone",
    break: (b) => b.removeFlows("compute1", "br-tun", (f, m) => f.table === 22 && m.includes("dl_vlan")),
    query: { from: "cirros-vm1", proto: "dhcp" },
    code: "L2POP_ENTRY_MISSING",
    element: /table=22/,
    at: "compute1 root br-tun",
  },
  {
    name: "the outside card of the router's host is down",
    on: "legacy",
    break: (b) => {
      b.link("network1", "root", "eth2").up = false;
    },
    query: ping("cirros-vm2", "172.24.4.1"),
    code: "LINK_DOWN",
    element: /eth2/,
    at: "network1 root eth2",
  },
  {
    name: "the bridge lost its port to the network card",
    break: (b) => {
      const x = b.bridge("compute1", "br-vlan");
      x.ports = x.ports.filter((p) => p.name !== "eth3");
      x.fdb = [];
    },
    query: VLAN,
    code: "NO_CARRIER_PEER",
    element: /br-vlan|eth3/,
    at: "compute1 root br-vlan",
  },
  {
    name: "the patch to the tunnel bridge is gone",
    break: (b) => {
      const x = b.bridge("compute1", "br-int");
      x.ports = x.ports.filter((p) => p.name !== "patch-tun");
      x.fdb = [];
    },
    query: VM1_TO_VM2,
    code: "NO_CARRIER_PEER",
    element: /patch-tun|br-tun/,
    at: "compute1 root br-int",
  },
  {
    name: "the router's namespace answers no pings",
    on: "legacy",
    break: (b) => b.sysctl("network1", "qrouter", "net.ipv4.icmp_echo_ignore_all", "1"),
    query: ping("cirros-vm1", "172.16.10.1"),
    code: "GUEST_REFUSED",
    element: /icmp_echo_ignore_all/,
    at: "network1 qrouter",
  },
  {
    name: "the target's qvb is down, as the kernel then shows it",
    break: (b) => {
      b.link("compute2", "root", `qvb${VM2}`).up = false;
      b.link("compute2", "root", `qvb${VM2}`).carrier = false;
      b.link("compute2", "root", `qvo${VM2}`).carrier = false;
    },
    query: VM1_TO_VM2,
    code: "LINK_DOWN",
    element: /qvb56700a49-25.*DOWN/,
    at: "compute2 root qvo56700a49-25",
  },
  {
    name: "the sender's qvo is down, as the kernel then shows it",
    break: (b) => {
      b.link("compute1", "root", `qvo${VM1}`).up = false;
      b.link("compute1", "root", `qvb${VM1}`).carrier = false;
      b.link("compute1", "root", `qvb${VM1}`).bridgePort!.state = "disabled";
    },
    query: VM1_TO_VM2,
    code: "LINK_DOWN",
    element: /qvocb9bcee4-5d.*DOWN/,
    at: "compute1 root qbrcb9bcee4-5d",
  },
  {
    name: "the target's tap is down, as the kernel then shows it",
    break: (b) => {
      const l = b.link("compute2", "root", `tap${VM2}`);
      l.up = false;
      l.carrier = false;
      l.bridgePort!.state = "disabled";
    },
    query: VM1_TO_VM2,
    code: "LINK_DOWN",
    element: /tap56700a49-25.*DOWN/,
    at: "compute2 root qbr56700a49-25",
  },
  {
    name: "the gateway's subnet has no router",
    break: () => {},
    query: ping("vlan-vm1", "172.16.10.237"),
    code: "ROUTER_INTERFACE_MISSING",
    element: /172\.16\.100\.0\/24/,
  },
  {
    name: "nothing listens on the DHCP server's TCP port",
    break: () => {},
    query: { from: "cirros-vm1", to: "172.16.10.2", proto: "tcp", dport: 81 },
    code: "GUEST_REFUSED",
    element: /81/,
    at: "network1 qdhcp",
  },
  {
    name: "the metadata proxy is stopped",
    break: (b, name) => {
      const n = name === "legacy" ? b.ns("network1", "qrouter") : b.ns("compute1", "qrouter");
      n.listeners = [];
    },
    query: { from: "cirros-vm1", to: "169.254.169.254", proto: "tcp", dport: 80 },
    code: "METADATA_UNREACHABLE",
    element: /80|9697/,
  },
  {
    name: "the flows of a bridge could not be read",
    break: (b) => {
      const x = b.bridge("compute1", "br-int");
      x.flowsKnown = false;
      x.flows = [];
    },
    query: VM1_TO_VM2,
    code: "STATE_INCOMPLETE",
    element: /br-int/,
  },
  {
    name: "a firewall rule in the router",
    on: "legacy",
    break: (b) => {
      for (const t of b.ns("network1", "qrouter").iptables!.tables)
        if (t.name === "filter")
          for (const c of t.chains)
            if (c.name === "FORWARD") {
              c.rules = [];
              c.policy = "DROP";
            }
    },
    query: VM1_TO_VM3,
    code: "FIREWALL_DENIED",
    element: /FORWARD DROP|FORWARD/,
    at: "network1 qrouter",
  },
];

const clouds = new Map<Name, CollectedCloud>();
beforeAll(async () => {
  for (const name of ["legacy", "dvr"] as const)
    clouds.set(name, await readBundle(new URL(`../demo/${name}`, import.meta.url).pathname));
});

for (const name of ["legacy", "dvr"] as const)
  describe(`faults in ${name}`, () => {
    for (const fault of FAULTS.filter((f) => f.on === undefined || f.on === name))
      it(`${fault.name}: ${fault.code}`, () => {
        const b = new Broken(clouds.get(name)!);
        fault.break(b, name);
        const query = typeof fault.query === "function" ? fault.query(name) : fault.query;
        const events = [...traceCloud(b.cloud, query)];
        const v = events.at(-1) as VerdictEvent;
        const where = `${v.host} ${v.netns} ${v.device}`;
        const said = `${v.outcome} ${v.code} at ${where}, ${v.leg}: ${JSON.stringify(v.element)} ${JSON.stringify(v.resource)}`;
        expect(v.code, said).toBe(fault.code);
        expect(v.element?.text ?? "", said).toMatch(fault.element);
        if (fault.at) expect(where, said).toContain(fault.at);
        expect(v.outcome, said).toBe(fault.code === "STATE_INCOMPLETE" ? "unknown" : "dropped");
      });
    it("tells a router that answers for a floating IP itself from the port behind it", () => {
      if (name === "dvr") return;
      const b = new Broken(clouds.get(name)!);
      b.removeRules("network1", "qrouter", "nat", (r) => r.text.includes("-j DNAT"));
      const v = [...traceCloud(b.cloud, ping("outside", fip(name)))].at(-1) as VerdictEvent;
      expect([v.outcome, v.code, v.netns.slice(0, 7)]).toEqual(["delivered", "NAT_MISSING", "qrouter"]);
    });
    it("is whole when nothing is broken", () => {
      const events = [...traceCloud(clouds.get(name)!, ping("outside", fip(name)))];
      expect((events.at(-1) as VerdictEvent).code).toBe("DELIVERED");
      expect(VM3_MAC).toMatch(/^fa/);
    });
  });
