/** What the Linux bridge agent makes of a host, step by step, and the commands by which a host gets there. */
import { expect, test } from "vitest";
import { parseCommands, printCommand } from "../../host/command/shell.ts";
import { change } from "../../host/diff/diff.ts";
import { applyAll } from "../../host/run.ts";
import type { HostState, Link } from "../../host/state.ts";
import { baseline } from "../baseline/baseline.ts";
import { COMPUTE } from "../compute/agent.ts";
import { NETWORK, PORT, viewOf } from "../firewall/testing/view.ts";
import type { HostSettings, HostView, NetworkView, PortView } from "../view.ts";
import { LINUXBRIDGE } from "./agent.ts";

const SETTINGS: Partial<HostSettings> = {
  name: "compute3",
  agents: ["compute", "linuxbridge"],
  interfaceMappings: { physnet1: "eth2", extern: "eth3" },
  localIp: "10.0.44.33",
  firewallDriver: "iptables",
};

const VLAN: NetworkView = {
  ...NETWORK,
  id: "bbbbbbbb-0000-4000-8000-000000000000",
  type: "vlan",
  physicalNetwork: "physnet1",
  segmentationId: 100,
  mtu: 1500,
};
const FLAT: NetworkView = {
  ...VLAN,
  id: "cccccccc-0000-4000-8000-000000000000",
  type: "flat",
  segmentationId: null,
  physicalNetwork: "extern",
};

function portOn(network: NetworkView, number: number, changes: Partial<PortView> = {}): PortView {
  const digit = String(number);
  return {
    ...PORT,
    id: `${digit.repeat(8)}-${digit.repeat(4)}-4000-8000-000000000000`,
    networkId: network.id,
    mac: `fa:16:3e:00:00:0${digit}`,
    deviceId: `${digit.repeat(8)}-dddd-4000-8000-000000000000`,
    vifType: "bridge",
    hybridPlug: false,
    ...changes,
  };
}

function run(view: HostView, host: HostState): HostState {
  const steps = [...COMPUTE.steps, ...LINUXBRIDGE.steps];
  const once = steps.reduce((now, step) => step.plan(view, now), host);
  // Whoever has done all has nothing left to do.
  for (const step of steps) expect(step.plan(view, once), step.name).toBe(once);
  return once;
}

function fresh(view: HostView): HostState {
  return baseline(view.settings);
}

function root(host: HostState) {
  const found = host.namespaces.find((one) => one.name === "root");
  if (!found) throw new Error("no root");
  return found;
}

function link(host: HostState, name: string): Link {
  const found = root(host).links.find((one) => one.name === name);
  if (!found) throw new Error(`no ${name}: ${root(host).links.map((one) => one.name)}`);
  return found;
}

test("a VLAN network: a device of its VLAN and the guest's in one bridge", () => {
  const view = viewOf([portOn(VLAN, 1)], { settings: SETTINGS, networks: [VLAN] });
  const host = run(view, fresh(view));
  expect(link(host, "eth2.100")).toMatchObject({
    kind: "vlan",
    vlan: { id: 100 },
    linkName: "eth2",
    master: "brqbbbbbbbb-00",
    up: true,
  });
  expect(link(host, "tap11111111-11")).toMatchObject({ master: "brqbbbbbbbb-00", mtu: 1500, up: true });
  expect(link(host, "brqbbbbbbbb-00")).toMatchObject({ kind: "bridge", up: true, bridge: { stp: false } });
  expect(root(host).sysctls["net.ipv6.conf.eth2/100.disable_ipv6"]).toBe("1");
});

test("a flat network: the interface itself, and its addresses and gateway move to the bridge", () => {
  const view = viewOf([portOn(FLAT, 2)], { settings: SETTINGS, networks: [FLAT] });
  const bare = fresh(view);
  const before = root(bare);
  const owned: HostState = {
    ...bare,
    namespaces: [
      {
        ...before,
        addresses: [
          ...before.addresses,
          {
            dev: "eth3",
            family: 4,
            address: "172.24.4.9",
            prefix: 24,
            scope: "global",
            secondary: false,
            broadcast: "172.24.4.255",
          },
        ],
        routes: [
          ...before.routes,
          {
            family: 4,
            type: "unicast",
            dst: "172.24.4.0/24",
            table: "main",
            dev: "eth3",
            metric: 0,
            flags: [],
            scope: "link",
            protocol: "kernel",
            prefSrc: "172.24.4.9",
          },
          {
            family: 4,
            type: "unicast",
            dst: "0.0.0.0/0",
            table: "main",
            via: "172.24.4.1",
            dev: "eth3",
            metric: 0,
            flags: [],
          },
        ],
      },
    ],
  };
  const host = run(view, owned);
  expect(link(host, "eth3").master).toBe("brqcccccccc-00");
  const moved = root(host).addresses.filter((one) => one.address === "172.24.4.9");
  expect(moved.map((one) => one.dev)).toEqual(["brqcccccccc-00"]);
  const gateways = root(host).routes.filter((one) => one.dst === "0.0.0.0/0" && one.via === "172.24.4.1");
  expect(gateways.map(({ dev, metric }) => ({ dev, metric }))).toEqual([{ dev: "brqcccccccc-00", metric: 100 }]);
});

const REMOTE = {
  networkId: NETWORK.id,
  host: "compute1",
  tunnelIp: "10.0.44.31",
  mac: "fa:16:3e:00:00:99",
  addresses: ["10.0.0.99"],
  deviceOwner: "compute:nova",
};

function entries(host: HostState): string[] {
  return root(host)
    .fdb.filter((one) => one.dst !== undefined)
    .map((one) => `${one.mac} ${one.dev} ${one.dst}`)
    .sort();
}

test("a VXLAN network with l2population: floods go to each host, guests are looked up", () => {
  const remotePorts = [REMOTE, { ...REMOTE, mac: "fa:16:3e:00:00:98", host: "compute2", tunnelIp: "10.0.44.32" }];
  const view = viewOf([portOn(NETWORK, 3)], { settings: SETTINGS, remotePorts });
  const host = run(view, fresh(view));
  expect(link(host, "vxlan-10")).toMatchObject({
    kind: "vxlan",
    tunnel: { key: 10, local: "10.0.44.33", dev: "eth1" },
    master: "brqaaaaaaaa-00",
    mtu: 1450,
    up: true,
  });
  expect(link(host, "vxlan-10").tunnel?.group).toBeUndefined();
  expect(entries(host)).toEqual([
    "00:00:00:00:00:00 vxlan-10 10.0.44.31",
    "00:00:00:00:00:00 vxlan-10 10.0.44.32",
    "fa:16:3e:00:00:98 vxlan-10 10.0.44.32",
    "fa:16:3e:00:00:99 vxlan-10 10.0.44.31",
  ]);

  const later = run({ ...view, remotePorts: [{ ...REMOTE, tunnelIp: "10.0.44.32" }] }, host);
  expect(entries(later)).toEqual(["00:00:00:00:00:00 vxlan-10 10.0.44.32", "fa:16:3e:00:00:99 vxlan-10 10.0.44.32"]);
});

test.each([
  "ip link set vxlan-10 name another",
  "ip link set eth2.100 name another",
  "ip link del brqbbbbbbbb-00 && ip link add brqbbbbbbbb-00 type dummy",
])("after `%s` one network is not carried, and all others are", (lines) => {
  const networks = [VLAN, NETWORK, FLAT];
  const view = viewOf(
    networks.map((one, i) => portOn(one, i + 1)),
    { settings: SETTINGS, networks },
  );
  const host = applyAll(run(view, fresh(view)), parseCommands(lines.replace(" && ", "\n")));
  const steps = [...COMPUTE.steps, ...LINUXBRIDGE.steps];
  const after = steps.reduce((now, step) => step.plan(view, now), host);
  expect(link(after, "tap33333333-33").master).toBe("brqcccccccc-00");
});

test("where a trunk's device is down, its subports' are, and all others work", () => {
  const [parent, sub, other] = [portOn(NETWORK, 1, { adminUp: false }), portOn(VLAN, 2), portOn(FLAT, 3)];
  const trunks = [{ id: "t", portId: parent.id, subPorts: [{ portId: sub.id, segmentationId: 55 }] }];
  const networks = [VLAN, NETWORK, FLAT];
  const view = { ...viewOf([parent, sub, other], { settings: SETTINGS, networks }), trunks };
  const guests = view.servers.map((one) => ({ ...one, portIds: one.portIds.filter((id) => id !== sub.id) }));
  const host = run({ ...view, servers: guests }, fresh(view));
  expect(["11111111-11", "22222222-22", "33333333-33"].map((id) => link(host, `tap${id}`).up)).toEqual([
    false,
    false,
    true,
  ]);
  const later = run({ ...view, servers: guests, ports: view.ports.map((one) => ({ ...one, adminUp: true })) }, host);
  expect(link(later, "tap22222222-22").up).toBe(true);
});

test("a VXLAN network without l2population floods to a multicast group", () => {
  const view = viewOf([portOn(NETWORK, 3)], { settings: { ...SETTINGS, l2Population: false }, remotePorts: [REMOTE] });
  const host = run(view, fresh(view));
  expect(link(host, "vxlan-10").tunnel?.group).toBe("224.0.0.1");
  expect(entries(host)).toEqual(["00:00:00:00:00:00 vxlan-10 224.0.0.1"]);
});

test("the device answers ARP for far guests where it is told to", () => {
  const view = viewOf([portOn(NETWORK, 3)], { settings: { ...SETTINGS, arpResponder: true }, remotePorts: [REMOTE] });
  const host = run(view, fresh(view));
  expect(root(host).neighbours.filter((one) => one.dev === "vxlan-10")).toMatchObject([
    { address: "10.0.0.99", mac: REMOTE.mac, state: ["PERMANENT"] },
  ]);
  expect(root(run({ ...view, remotePorts: [] }, host)).neighbours.filter((one) => one.dev === "vxlan-10")).toEqual([]);
});

test("a network whose physical network has no interface here is left alone", () => {
  const view = viewOf([portOn(VLAN, 1)], { settings: { ...SETTINGS, interfaceMappings: {} }, networks: [VLAN] });
  const host = run(view, fresh(view));
  expect(link(host, "tap11111111-11").master).toBeUndefined();
  expect(root(host).links.some((one) => one.kind === "bridge")).toBe(false);
});

test("a port that is administratively down has its device down", () => {
  const port = portOn(VLAN, 1);
  const view = viewOf([port], { settings: SETTINGS, networks: [VLAN] });
  const host = run(view, fresh(view));
  const down = run(viewOf([{ ...port, adminUp: false }], { settings: SETTINGS, networks: [VLAN] }), host);
  expect(link(down, "tap11111111-11").up).toBe(false);
});

test("with its last port a network's devices go, but not the administrator's interfaces", () => {
  const ports = [portOn(VLAN, 1), portOn(FLAT, 2), portOn(NETWORK, 3)];
  const networks = [VLAN, FLAT, NETWORK];
  const view = viewOf(ports, { settings: SETTINGS, networks });
  const before = fresh(view);
  const empty = run(viewOf([], { settings: SETTINGS, networks: [] }), run(view, before));
  expect(root(empty).links.map((one) => one.name)).toEqual(root(before).links.map((one) => one.name));
});

test("guests are filtered at their devices, with a zone of conntrack for each network", () => {
  const ports = [portOn(VLAN, 1), portOn(VLAN, 2), portOn(NETWORK, 3)];
  const view = viewOf(ports, { settings: SETTINGS, networks: [VLAN, NETWORK] });
  const tables = root(run(view, fresh(view))).iptables?.tables ?? [];
  const rules = tables.flatMap((table) => table.chains.flatMap((chain) => chain.rules.map((one) => one.text)));
  expect(rules.filter((one) => one.includes("-j CT"))).toEqual([
    '-A neutron-linuxbri-PREROUTING -m physdev --physdev-in brqbbbbbbbb-00 -m comment --comment "Set zone for 1111111-11" -j CT --zone 4097',
    '-A neutron-linuxbri-PREROUTING -i brqbbbbbbbb-00 -m comment --comment "Set zone for 1111111-11" -j CT --zone 4097',
    '-A neutron-linuxbri-PREROUTING -m physdev --physdev-in tap11111111-11 -m comment --comment "Set zone for 1111111-11" -j CT --zone 4097',
    '-A neutron-linuxbri-PREROUTING -m physdev --physdev-in brqbbbbbbbb-00 -m comment --comment "Set zone for 2222222-22" -j CT --zone 4097',
    '-A neutron-linuxbri-PREROUTING -i brqbbbbbbbb-00 -m comment --comment "Set zone for 2222222-22" -j CT --zone 4097',
    '-A neutron-linuxbri-PREROUTING -m physdev --physdev-in tap22222222-22 -m comment --comment "Set zone for 2222222-22" -j CT --zone 4097',
    '-A neutron-linuxbri-PREROUTING -m physdev --physdev-in brqaaaaaaaa-00 -m comment --comment "Set zone for 3333333-33" -j CT --zone 4098',
    '-A neutron-linuxbri-PREROUTING -i brqaaaaaaaa-00 -m comment --comment "Set zone for 3333333-33" -j CT --zone 4098',
    '-A neutron-linuxbri-PREROUTING -m physdev --physdev-in tap33333333-33 -m comment --comment "Set zone for 3333333-33" -j CT --zone 4098',
  ]);
});

test("the commands are those of an agent that plugs a first guest of a VLAN network", () => {
  const view = viewOf([portOn(VLAN, 1)], { settings: SETTINGS, networks: [VLAN] });
  const commands: string[] = [];
  let host = fresh(view);
  for (const step of [...COMPUTE.steps, ...LINUXBRIDGE.steps.slice(0, 3)]) {
    const done = change(host, step.plan(view, host));
    host = done.host;
    commands.push(...done.commands.map(printCommand));
  }
  expect(commands.filter((one) => !one.includes("qemu"))).toEqual([
    "ip tuntap add tap11111111-11 mode tap",
    "ip link set tap11111111-11 address fe:16:3e:00:00:01",
    "ip link set tap11111111-11 up",
    "ip link add link eth2 name eth2.100 type vlan id 100",
    "ip link set eth2.100 up",
    "brctl addbr brqbbbbbbbb-00",
    "brctl setfd brqbbbbbbbb-00 0",
    "brctl stp brqbbbbbbbb-00 off",
    "sysctl -w net.ipv6.conf.eth2/100.disable_ipv6=1",
    "ip link set brqbbbbbbbb-00 up",
    "brctl addif brqbbbbbbbb-00 eth2.100",
    "brctl addif brqbbbbbbbb-00 tap11111111-11",
  ]);
});
