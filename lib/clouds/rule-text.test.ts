import { expect, test } from "vitest";
import type { NeutronSecurityGroupRule } from "../api/neutron.ts";
import { ruleText } from "./rule-text.ts";

const rule: NeutronSecurityGroupRule = {
  id: "r",
  security_group_id: "g",
  direction: "ingress",
  ethertype: "IPv4",
  protocol: "tcp",
  port_range_min: 22,
  port_range_max: 22,
  remote_ip_prefix: null,
  remote_group_id: null,
};
const name = (id: string) => (id === "g" ? "default" : undefined);

test.each([
  [{}, "IPv4 tcp 22 from anywhere"],
  [{ port_range_max: 80, remote_ip_prefix: "10.0.0.0/8" }, "IPv4 tcp 22–80 from 10.0.0.0/8"],
  [
    { protocol: null, port_range_min: null, port_range_max: null, remote_group_id: "g" },
    "IPv4 any from members of default",
  ],
  [
    { protocol: null, port_range_min: null, port_range_max: null, remote_group_id: "0123456789" },
    "IPv4 any from members of 01234567",
  ],
  [{ protocol: "icmp", port_range_min: 8, port_range_max: 0 }, "IPv4 icmp type 8 code 0 from anywhere"],
  [{ protocol: "icmp", port_range_min: 8, port_range_max: null }, "IPv4 icmp type 8 from anywhere"],
  [
    {
      direction: "egress" as const,
      ethertype: "IPv6" as const,
      protocol: null,
      port_range_min: null,
      port_range_max: null,
    },
    "IPv6 any to anywhere",
  ],
])("%j", (change, text) => {
  expect(ruleText({ ...rule, ...change }, name)).toBe(text);
});
