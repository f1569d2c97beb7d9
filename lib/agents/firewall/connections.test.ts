/** What ends connections, and by which commands: those that Neutron's own ip_conntrack.py prints for such a device. */
import { describe, expect, test } from "vitest";
import { printCommand } from "../../host/command/shell.ts";
import type { HostView, PortView, SecurityGroupView } from "../view.ts";
import { FIREWALL } from "./firewall.ts";
import { unplug, wiredHost } from "./testing/host.ts";
import { GROUP, PORT, securityRule, viewOf } from "./testing/view.ts";

const [step] = FIREWALL.steps;
const OTHER = { ...GROUP, id: "88888888-0000-4000-8000-000000000000" };
const SSH = securityRule({ protocol: "tcp", portMin: 22, portMax: 22 });
const FRIENDS = securityRule({ remoteGroupId: OTHER.id });
const GUARD: SecurityGroupView = { ...GROUP, rules: [SSH, FRIENDS] };
const FRIEND = { address: "10.0.0.2", mac: "fa:16:3e:00:00:02" };
const WEB: PortView = { ...PORT, fixedIps: [...PORT.fixedIps, { subnetId: "s6", address: "2001:db8::1" }] };

type Driver = HostView["settings"]["firewallDriver"];

function viewWith(driver: Driver, ports: readonly PortView[], groups: readonly SecurityGroupView[]): HostView {
  return viewOf(ports, { settings: { firewallDriver: driver }, groups });
}

function commands(driver: Driver, ports: readonly PortView[], groups: readonly SecurityGroupView[]): string[] {
  const before = viewWith(driver, [WEB], [GUARD, { ...OTHER, members: [FRIEND] }]);
  const after = { ...viewWith(driver, ports, groups), settings: before.settings };
  const start = step?.plan(before, wiredHost([WEB]));
  if (!step?.cleanUp || !start) throw new Error("no step");
  const host = step.plan(after, unplug(start, ports));
  return step.cleanUp({ view: before, host: start }, { view: after, host }).map(printCommand);
}

const FRIENDLY = { ...OTHER, members: [FRIEND] };

describe("iptables", () => {
  const run = (ports: readonly PortView[], groups: readonly SecurityGroupView[]) =>
    commands("iptables_hybrid", ports, groups);

  test("nothing, where nothing was taken away", () => {
    expect(run([WEB], [{ ...GUARD, rules: [...GUARD.rules, securityRule({ protocol: "icmp" })] }, FRIENDLY])).toEqual(
      [],
    );
    expect(run([{ ...WEB, name: "new" }], [GUARD, FRIENDLY])).toEqual([]);
  });

  test("with a rule its connections", () => {
    expect(run([WEB], [{ ...GUARD, rules: [FRIENDS] }, FRIENDLY])).toEqual([
      "conntrack -D -p tcp -f ipv4 -d 10.0.0.11 -w 4097",
    ]);
  });

  test("with a member of a remote group those with it", () => {
    expect(run([WEB], [GUARD, OTHER])).toEqual([
      "conntrack -D -f ipv4 -d 10.0.0.11 -w 4097 -s 10.0.0.2",
      "conntrack -D -f ipv4 -s 10.0.0.11 -w 4097 -d 10.0.0.2",
    ]);
  });

  test.each([
    ["a port", []],
    ["a port's group", [{ ...WEB, securityGroups: [OTHER.id] }]],
  ])("with %s all of the port's", (_, ports) => {
    expect(run(ports, [GUARD, FRIENDLY])).toEqual([
      "conntrack -D -f ipv4 -d 10.0.0.11 -w 4097",
      "conntrack -D -f ipv4 -s 10.0.0.11 -w 4097",
      "conntrack -D -f ipv6 -d 2001:db8::1 -w 4097",
      "conntrack -D -f ipv6 -s 2001:db8::1 -w 4097",
    ]);
  });
});

describe("the native firewall", () => {
  const MARKED = [
    "conntrack -D -f ipv4 -m 0x1 -d 10.0.0.11 -w 5",
    "conntrack -D -f ipv4 -m 0x1 -s 10.0.0.11 -w 5",
    "conntrack -D -f ipv6 -m 0x1 -d 2001:db8::1 -w 5",
    "conntrack -D -f ipv6 -m 0x1 -s 2001:db8::1 -w 5",
  ];

  test.each([
    ["a rule", [{ ...GUARD, rules: [FRIENDS] }, FRIENDLY]],
    ["a remote group's member", [GUARD, OTHER]],
  ])("%s that went lets the flows mark its connections, and the marked ones go", (_, groups) => {
    expect(commands("openvswitch", [WEB], groups)).toEqual(MARKED);
  });

  test("a port that went has no flows left that could mark any", () => {
    expect(commands("openvswitch", [], [GUARD, FRIENDLY])).toEqual([]);
  });
});
