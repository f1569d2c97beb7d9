/** A port and groups with every form of rule that the API takes. */
import type { PortView, SecurityGroupView } from "../../view.ts";
import { GROUP, PORT, securityRule } from "./view.ts";

const REMOTE_ID = "88888888-0000-4000-8000-000000000000";

const PROTOCOLS = ["tcp", "udp", "sctp", "dccp", "udplite"];
const OTHERS = ["ah", "egp", "esp", "gre", "igmp", "ospf", "pgm", "rsvp", "vrrp", "112", "132", "250", "0"];

export const VARIED: SecurityGroupView = {
  ...GROUP,
  rules: [
    ...(["IPv4", "IPv6"] as const).flatMap((ethertype) => [
      securityRule({ ethertype, direction: "egress" }),
      securityRule({ ethertype, protocol: "tcp", portMin: 1, portMax: 65_535 }),
      ...PROTOCOLS.flatMap((protocol) => [
        securityRule({ ethertype, protocol }),
        securityRule({ ethertype, protocol, portMin: 80, portMax: 80 }),
        securityRule({ ethertype, protocol, portMin: 8000, portMax: 8099, direction: "egress" }),
        securityRule({ ethertype, protocol, portMin: 1000, portMax: 1999, remoteGroupId: REMOTE_ID }),
        securityRule({ ethertype, protocol, portMin: 1500, portMax: 2500, remoteGroupId: GROUP.id }),
      ]),
      ...OTHERS.map((protocol) => securityRule({ ethertype, protocol })),
      securityRule({ ethertype, protocol: "icmp" }),
      securityRule({ ethertype, protocol: "icmp", portMin: 8 }),
      securityRule({ ethertype, protocol: "icmp", portMin: 3, portMax: 0 }),
      securityRule({ ethertype, protocol: "icmp", portMin: 3, portMax: 4, remoteGroupId: REMOTE_ID }),
      securityRule({ ethertype, direction: "egress", remoteGroupId: REMOTE_ID }),
    ]),
    securityRule({ remotePrefix: "0.0.0.0/0", protocol: "tcp", portMin: 443, portMax: 443 }),
    securityRule({ remotePrefix: "192.0.2.7/24", protocol: "udp", portMin: 53, portMax: 53 }),
    securityRule({ remotePrefix: "192.0.2.9/32", direction: "egress" }),
    securityRule({ ethertype: "IPv6", remotePrefix: "2001:db8:0:0::1/64", protocol: "ipv6-icmp", portMin: 128 }),
    securityRule({ ethertype: "IPv6", remotePrefix: "::/0", protocol: "icmpv6" }),
  ],
  members: [{ address: "10.0.0.11", mac: PORT.mac }],
};

export const REMOTE: SecurityGroupView = {
  ...GROUP,
  id: REMOTE_ID,
  members: [
    { address: "10.0.0.11", mac: "fa:16:3e:00:00:07" },
    { address: "10.0.0.12", mac: "fa:16:3e:00:00:08" },
    { address: "10.9.0.0/16", mac: "fa:16:3e:00:00:08" },
    { address: "0.0.0.0/0", mac: "fa:16:3e:00:00:09" },
    { address: "2001:db8::12", mac: "fa:16:3e:00:00:08" },
  ],
};

const VARIED_PORT: PortView = {
  ...PORT,
  fixedIps: [
    { subnetId: "s4", address: "10.0.0.11" },
    { subnetId: "s6", address: "2001:db8::f816:3eff:fe00:1" },
  ],
  allowedAddressPairs: [
    { address: "10.0.0.100", mac: PORT.mac },
    { address: "10.5.0.3/16", mac: "FA:16:3E:00:00:02" },
    { address: "0.0.0.0/0", mac: "fa:16:3e:00:00:03" },
    { address: "2001:db8:1::/48", mac: "fa:16:3e:00:00:02" },
  ],
};

const other = (digit: string, changes: Partial<PortView>): PortView => ({
  ...PORT,
  id: `${digit.repeat(8)}-0000-4000-8000-000000000000`,
  mac: `fa:16:3e:00:00:1${digit}`,
  ...changes,
});

/** A port of each kind that a firewall knows. */
export const PORTS: readonly PortView[] = [
  VARIED_PORT,
  other("2", { fixedIps: [] }),
  other("3", { portSecurity: false, securityGroups: [] }),
  other("4", { deviceOwner: "network:dhcp", securityGroups: [] }),
];
