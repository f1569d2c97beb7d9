/** Ports that come, go and change: what stays the same, and what becomes of zones of conntrack. */
import { expect, test } from "vitest";
import type { HostState, Namespace } from "../../../host/state.ts";
import type { PortView, SecurityGroupView } from "../../view.ts";
import { planFirewall } from "../firewall.ts";
import { unplug, wiredHost } from "../testing/host.ts";
import { rootOf } from "../testing/recorded.ts";
import { GROUP, PORT, securityRule, viewOf } from "../testing/view.ts";

type Member = SecurityGroupView["members"][number];

const OPEN = { ...GROUP, rules: [securityRule({ protocol: "icmp" }), securityRule({ remoteGroupId: GROUP.id })] };

function port(digit: string, changes: Partial<PortView> = {}): PortView {
  return { ...PORT, id: `${digit.repeat(8)}-0000-4000-8000-000000000000`, mac: `fa:16:3e:00:00:0${digit}`, ...changes };
}

const [ONE, TWO, THREE] = [port("1"), port("2"), port("3")] as const;

function plan(ports: readonly PortView[], host: HostState, group = OPEN): HostState {
  return planFirewall(viewOf(ports, { groups: [group] }), host);
}

function chains(root: Namespace) {
  return new Map(
    root.iptables?.tables.flatMap((table) => table.chains.map((one) => [`${table.name} ${one.name}`, one])),
  );
}

function texts(host: HostState): string[] {
  return [...chains(rootOf(host)).values()].flatMap((one) => one.rules.map((rule) => rule.text));
}

/** Zones by the first digit of the port's id. */
function zones(host: HostState): Record<string, string> {
  const found = texts(host)
    .join("\n")
    .matchAll(/--physdev-in tap(\d)\S+ .* --zone (\d+)/g);
  return Object.fromEntries([...found].map(([, digit, zone]) => [digit, zone]));
}

test("one more port leaves the chains of the others as they are", () => {
  const host = wiredHost([ONE, TWO, THREE]);
  const two = plan([ONE, THREE], host);
  const three = plan([ONE, TWO, THREE], two);
  const after = chains(rootOf(three));
  for (const [name, chain] of chains(rootOf(two)))
    if (/-[ios][13]/.test(name)) expect(after.get(name), name).toBe(chain);
    else for (const rule of chain.rules) expect(after.get(name)?.rules).toContain(rule);
  expect(plan([ONE, TWO, THREE], three)).toBe(three);
});

test("a zone that a port leaves is the next one's", () => {
  const host = plan([ONE, TWO, THREE], wiredHost([ONE, TWO, THREE]));
  expect(zones(host)).toEqual({ 1: "4097", 2: "4098", 3: "4099" });
  const left = plan([ONE, THREE], unplug(host, [ONE, THREE]));
  expect(zones(left)).toEqual({ 1: "4097", 3: "4099" });
  const four = [ONE, THREE, port("4"), port("5")];
  const { ovs } = wiredHost(four);
  expect(zones(plan(four, { ...left, ...(ovs ? { ovs } : {}) }))).toEqual({
    1: "4097",
    3: "4099",
    4: "4098",
    5: "4100",
  });
});

test("port security off lets all pass at the device, and on filters it again", () => {
  const host = wiredHost([ONE]);
  const off = plan([{ ...ONE, portSecurity: false }], plan([ONE], host));
  expect(texts(off).filter((text) => text.includes("tap1"))).toEqual([
    '-A neutron-openvswi-FORWARD -m physdev --physdev-out tap11111111-00 --physdev-is-bridged -m comment --comment "Accept all packets when port security is disabled." -j ACCEPT',
    '-A neutron-openvswi-FORWARD -m physdev --physdev-in tap11111111-00 --physdev-is-bridged -m comment --comment "Accept all packets when port security is disabled." -j ACCEPT',
    '-A neutron-openvswi-INPUT -m physdev --physdev-in tap11111111-00 --physdev-is-bridged -m comment --comment "Accept all packets when port security is disabled." -j ACCEPT',
  ]);
  expect(texts(plan([ONE], off))).toEqual(texts(plan([ONE], host)));
});

test("a stateless group's packets are not tracked", () => {
  const rules = texts(plan([ONE], wiredHost([ONE]), { ...OPEN, stateful: false })).filter((text) =>
    text.includes("-j CT"),
  );
  expect(rules).toHaveLength(3);
  for (const rule of rules) expect(rule).toMatch(/--comment "Make 11111111-\S+ stateless" -j CT --notrack$/);
});

test("rules of others stay, after the agent's own", () => {
  const host = plan([ONE], wiredHost([ONE]));
  const root = rootOf(host);
  const foreign = {
    packets: 1,
    bytes: 1,
    matches: [],
    target: { kind: "ACCEPT" as const },
    text: "-A FORWARD -j ACCEPT",
  };
  const tables = root.iptables?.tables.map((table) => ({
    ...table,
    chains: table.chains.map((one) => (one.name === "FORWARD" ? { ...one, rules: [foreign, ...one.rules] } : one)),
  }));
  const changed = { ...host, namespaces: [{ ...root, iptables: { family: 4 as const, tables: tables ?? [] } }] };
  const forward = chains(rootOf(plan([ONE], changed))).get("filter FORWARD");
  expect(forward?.rules.map((one) => one.text)).toEqual([
    "-A FORWARD -j neutron-filter-top",
    "-A FORWARD -j neutron-openvswi-FORWARD",
    "-A FORWARD -j ACCEPT",
  ]);
});

test("sets follow the members of remote groups, and go with the last rule that names them", () => {
  const member = { address: "10.0.0.9", mac: "fa:16:3e:00:00:09" };
  const members = ["10.0.0.9", "0.0.0.0/0", "10.0.1.255/31"].map((address) => ({ ...member, address }));
  const host = plan([ONE], wiredHost([ONE]), { ...OPEN, members });
  expect(rootOf(host).ipsets.map((one) => [one.name, one.members.map(({ value }) => value)])).toEqual([
    ["NIPv499999999-0000-4000-8000-", ["10.0.0.9", "0.0.0.0/1", "128.0.0.0/1", "10.0.1.254/31"]],
  ]);
  expect(rootOf(plan([ONE], host, { ...OPEN, members: [] })).ipsets.map((one) => one.members)).toEqual([[]]);
  expect(rootOf(plan([ONE], host, { ...OPEN, rules: [] })).ipsets).toEqual([]);
});

test("ICMP of type 255 is any ICMP, as iptables has it", () => {
  const rules = [8, 255].map((portMin) => securityRule({ protocol: "icmp", portMin, portMax: 3 }));
  const written = texts(plan([ONE], wiredHost([ONE]), { ...OPEN, rules }));
  expect(written.flatMap((text) => /--icmp-type (\S+)/.exec(text)?.[1] ?? [])).toEqual(["8/3", "any"]);
});

test("without a firewall nothing is written", () => {
  const host = wiredHost([ONE]);
  expect(planFirewall(viewOf([ONE], { settings: { firewallDriver: "noop" }, groups: [OPEN] }), host)).toBe(host);
});

test("a set follows its group's members: an address that two have stays until both are gone", () => {
  const members = ["10.0.0.1", "10.0.0.2", "10.0.0.2", "10.0.0.3", "10.9.0.0/16", "0.0.0.0/0", "2001:db8::1"].map(
    (address, i) => ({ address, mac: `fa:16:3e:00:00:0${i}` }),
  );
  const [a, b, c, d, e, all, six] = members as [Member, Member, Member, Member, Member, Member, Member];
  const steps = [[a], [a, b], [a, b, c, d, e, all, six], [a, c, d, e, all], [c, d, e], [d, e, b], [], [six, b]];
  let host = wiredHost([ONE]);
  for (const now of steps) {
    const group = { ...OPEN, members: now };
    host = plan([ONE], host, group);
    const anew = plan([ONE], wiredHost([ONE]), { ...group, members: now.map((one) => ({ ...one })) });
    const values = (one: HostState) => rootOf(one).ipsets.map((set) => set.members.map(({ value }) => value).sort());
    expect(values(host)).toEqual(values(anew));
  }
  expect(rootOf(host).ipsets.flatMap((set) => set.members.map(({ value }) => value))).toEqual(["10.0.0.2"]);
});
