import { expect, test } from "vitest";
import { failureIn } from "../openstack.ts";
import { fieldOf } from "./problem.ts";

const refused = (type: string, message: string) =>
  failureIn(409, JSON.stringify({ NeutronError: { type, message, detail: "" } }));

test.each([
  ["HTTPBadRequest", "Invalid input for cidr. Reason: '10.0.0.0' is not a valid IP subnet.", "cidr"],
  [
    "InvalidInput",
    "Invalid input for operation: Requested subnet with cidr: 10.0.0.0/25 for network: 1 overlaps with another subnet.",
    "cidr",
  ],
  ["InvalidInput", "Invalid input for operation: Loopback IP subnet is not supported if enable_dhcp is True.", "cidr"],
  [
    "InvalidInput",
    "Invalid input for operation: First IP '0.0.0.0' of network is not supported if enable_dhcp is True..",
    "cidr",
  ],
  ["SecurityGroupDefaultAlreadyExists", "Default security group already exists.", "name"],
  ["SecurityGroupRuleParameterConflict", "Conflicting value ethertype IPv4 for CIDR fd00::/8", "remote_ip_prefix"],
  ["InvalidInput", "Invalid input for operation: Gateway is not valid on subnet.", "gateway_ip"],
  [
    "GatewayConflictWithAllocationPools",
    "Gateway ip 10.0.0.9 conflicts with allocation pool 10.0.0.2-10.0.0.99.",
    "gateway_ip",
  ],
  ["InvalidAllocationPool", "The allocation pool 10.0.0.9-10.0.0.2 is not valid.", "allocation_pools"],
])("%s: %s", (type, message, field) => {
  expect(fieldOf(refused(type, message), ["name", "cidr", "gateway_ip", "allocation_pools", "remote_ip_prefix"])).toBe(
    field,
  );
});

test("what a policy refuses is about the attribute that its rule names", () => {
  const rules = "(rule:create_floatingip and rule:create_floatingip:floating_ip_address) is disallowed by policy";
  const fields = ["floating_network_id", "port_id", "floating_ip_address"];
  expect(fieldOf(refused("PolicyNotAuthorized", rules), fields)).toBe("floating_ip_address");
});

test("an error about what is no field of the form is about the whole", () => {
  const quota = refused("OverQuota", "Quota exceeded for resources: ['network'].");
  expect(fieldOf(quota, ["name", "cidr"])).toBe(undefined);
  expect(quota).toMatchObject({ code: "OverQuota", message: "Quota exceeded for resources: ['network']." });
});

test("Nova's errors are told in its words, and a proxy's page by its status", () => {
  expect(failureIn(400, '{"badRequest": {"code": 400, "message": "Invalid image."}}').message).toBe("Invalid image.");
  expect(failureIn(502, "<html>").message).toBe("The service answered 502.");
});
