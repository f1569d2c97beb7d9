/** Numbers of conjunctions stay, also where nobody remembers them but the flows. */
import { expect, test } from "vitest";
import type { HostState } from "../../../host/state.ts";
import type { PortView, SecurityGroupView } from "../../view.ts";
import { planFirewall } from "../firewall.ts";
import { unplug, wiredHost } from "../testing/host.ts";
import { GROUP, PORT, securityRule, viewOf } from "../testing/view.ts";

const SETTINGS = { firewallDriver: "openvswitch" } as const;

function group(digit: string, address: string): SecurityGroupView {
  const id = `${digit.repeat(8)}-0000-4000-8000-000000000000`;
  return {
    ...GROUP,
    id,
    rules: [securityRule({ remoteGroupId: id }), securityRule({ ethertype: "IPv6", remoteGroupId: id })],
    members: [{ address, mac: "fa:16:3e:00:00:01" }],
  };
}

function port(digit: string, securityGroups: readonly SecurityGroupView[]): PortView {
  return {
    ...PORT,
    id: `${digit.repeat(8)}-0000-4000-8000-000000000000`,
    mac: `fa:16:3e:00:00:0${digit}`,
    securityGroups: securityGroups.map((one) => one.id),
  };
}

const A = group("a", "10.0.0.1");
const B = group("b", "10.0.0.2");
const C = group("c", "10.0.0.3");

/** As another process finds the host: equal, but for the objects. */
function reread(host: HostState): HostState {
  return JSON.parse(JSON.stringify(host)) as HostState;
}

function flows(host: HostState): string[] {
  return (host.ovs?.bridges[0]?.flows ?? []).map((one) => JSON.stringify(one)).sort();
}

function plan(ports: readonly PortView[], host: HostState, groups: readonly SecurityGroupView[]): HostState {
  return planFirewall(viewOf(ports, { settings: SETTINGS, groups }), host);
}

test("of two groups of one port each has its number again, told by its addresses", () => {
  const ports = [port("1", [B, A]), port("2", [A])];
  const host = plan(ports, wiredHost(ports), [A, B]);
  const again = reread(host);
  expect(plan(ports, again, [A, B])).toBe(again);
});

test("a new group takes a new number, and the others keep theirs", () => {
  const ports = [port("2", [A]), port("3", [B]), port("1", [C])];
  const two = plan(ports.slice(0, 2), wiredHost(ports), [A, B]);
  const three = reread(plan(ports, reread(two), [A, B, C]));
  const kept = new Set(flows(three));
  expect(flows(two).filter((one) => !kept.has(one))).toEqual([]);
  // With its only port the group's flows go, and all is as it was.
  expect(flows(plan(ports.slice(0, 2), unplug(three, ports.slice(0, 2)), [A, B]))).toEqual(flows(two));
});

test("a member that joins adds its flows and changes no others", () => {
  const ports = [port("1", [A])];
  const view = viewOf(ports, { settings: SETTINGS, groups: [A] });
  const before = planFirewall(view, wiredHost(ports));
  const joined = { ...A, members: [...A.members, { address: "10.0.0.9", mac: "fa:16:3e:00:00:09" }] };
  const after = planFirewall({ ...view, securityGroups: new Map([[A.id, joined]]) }, before);
  const known = new Set(before.ovs?.bridges[0]?.flows);
  const fresh = after.ovs?.bridges[0]?.flows.filter((one) => !known.has(one)) ?? [];
  expect(fresh).toHaveLength(2);
  expect(JSON.stringify(fresh)).toContain("10.0.0.9");
  expect(planFirewall(view, after).ovs?.bridges[0]?.flows).toHaveLength(known.size);
});
