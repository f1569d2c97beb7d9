/** What-ifs on the recorded clouds: what is mended is what was broken, and the clouds stay as they are. */
import { describe, expect, test } from "vitest";
import type { TraceQuery } from "../api/http.ts";
import type { CloudApi, NeutronPort } from "../api/neutron.ts";
import { checkHost, repairHost } from "../check/check.ts";
import type { CollectedCloud } from "../collect/cloud.ts";
import { run } from "../faults/scene.ts";
import { parseCommand, printCommands } from "../host/command/shell.ts";
import { applyAll } from "../host/run.ts";
import { viewsOf } from "../intent/recorded.ts";
import { demoCloud } from "../traceview/testing/traced.ts";
import { apiWith, hostsOf, ruleCommand, rulesFor } from "./allowed.ts";
import { cloudWith } from "./changed.ts";
import { joiningOf } from "./joined.ts";
import { repaired, withHosts, withMends } from "./repaired.ts";

const PING = { from: "cirros-vm1", to: "cirros-vm2", proto: "icmp" } as const;

function repairsOf(cloud: CollectedCloud) {
  const views = viewsOf(cloud.api, cloud.world.hosts);
  const host = (name: string) => cloud.world.hosts.find((one) => one.name === name);
  return {
    differences: (name: string) => {
      const found = host(name);
      const all = found ? checkHost(cloud, found, views.get(name), false).differences : [];
      return all.map((one) => ({ id: one.id, text: JSON.stringify(one) }));
    },
    repair: (name: string, id?: string) => {
      const found = host(name);
      return (found && repairHost(cloud, found, views.get(name), id)?.commands) ?? [];
    },
  };
}

/** Ports of these instances in the dead VLAN. */
function broken(whole: CollectedCloud, names: readonly string[]): CollectedCloud {
  const guests = whole.world.guests.filter((one) => names.includes(one.name));
  const hosts = whole.world.hosts.map((host) => {
    const own = guests.filter((one) => one.host === host.name);
    return applyAll(
      host,
      own.map((one) => parseCommand(`ovs-vsctl set Port qvo${one.portId.slice(0, 11)} tag=4095`)),
    );
  });
  return withHosts(whole, hosts);
}

function repairOf(cloud: CollectedCloud, query: TraceQuery) {
  return repaired(run(cloud, query).events, repairsOf(cloud), (mends) => {
    const then = withMends(cloud, mends);
    return then && run(then, query).events;
  });
}

test("a port in the dead VLAN is set right on a copy, and the packet comes through", async () => {
  const cloud = broken(await demoCloud("legacy"), ["cirros-vm2"]);
  expect(run(cloud, PING).verdict.code).toBe("DEAD_VLAN");
  const found = repairOf(cloud, PING);
  expect(found?.verdict.code).toBe("DELIVERED");
  expect(found?.mends.map((mend) => mend.host)).toEqual([hostOf(cloud, "cirros-vm2")]);
  expect(printCommands(found?.mends[0]?.commands ?? [])).toContain("ovs-vsctl set Port qvo");
  expect(run(cloud, PING).verdict.code).toBe("DEAD_VLAN");
});

test("what mends the first of two faults is told, with where the packet ends then", async () => {
  const cloud = broken(await demoCloud("legacy"), ["cirros-vm1"]);
  const denied = { from: "cirros-vm1", to: "cirros-vm5", proto: "tcp", dport: 80 } as const;
  expect(run(cloud, denied).verdict.code).not.toBe("SECURITY_GROUP_DENIED");
  const found = repairOf(cloud, denied);
  expect(found?.mends.map((mend) => mend.host)).toEqual([hostOf(cloud, "cirros-vm1")]);
  expect(found?.verdict.code).toBe("SECURITY_GROUP_DENIED");
});

const hostOf = (cloud: CollectedCloud, name: string) => cloud.world.guests.find((one) => one.name === name)?.host;

test("guests and wires that are derived again are those that were read", async () => {
  for (const mode of ["legacy", "dvr"] as const) {
    const cloud = await demoCloud(mode);
    const again = withHosts(cloud, cloud.world.hosts);
    expect(again.world.guests).toEqual(cloud.world.guests);
    expect(again.world.segments).toEqual(cloud.world.segments);
  }
});

test("what security groups deny is allowed by one rule", async () => {
  const cloud = await demoCloud("legacy");
  const denied = { from: "cirros-vm1", to: "cirros-vm5", proto: "tcp", dport: 80 } as const;
  const { verdict } = run(cloud, denied);
  expect(verdict.code).toBe("SECURITY_GROUP_DENIED");
  const [rules = []] = rulesFor(cloud, denied, () => true);
  expect(rules.map((one) => ruleCommand(cloud.api, one)).join()).toMatch(
    /^openstack security group rule create --ingress --protocol tcp --dst-port 80 --remote-ip \S+\/32 \S+$/,
  );
  const then = cloudWith(cloud, apiWith(cloud.api, rules), hostsOf(cloud, rules));
  expect(then && run(then, denied).verdict.code).toBe("DELIVERED");
  expect(rulesFor(cloud, denied, () => false)).toEqual([]);
});

test("two networks that no router joins are joined by one, where the reader may", async () => {
  const cloud = await demoCloud("legacy");
  const own = (name: string) => cloud.api.ports.find((port) => port.device_id === serverId(cloud, name));
  const [one, other] = [own("cirros-vm1"), own("cirros-vm3")];
  expect(one?.network_id).not.toBe(other?.network_id);
  const apart = without(cloud, one?.network_id ?? "", other?.network_id ?? "");
  const ping = { from: "cirros-vm1", to: "cirros-vm3", proto: "icmp" } as const;
  expect(run(apart, ping).verdict.code).not.toBe("DELIVERED");
  const joining = joiningOf(apart, apart, ping, () => true);
  expect(joining?.commands.join("\n")).toMatch(
    /^openstack router create (\S+)\n(openstack router add subnet \1 \S+\n?){2}$/,
  );
  const then = joining && cloudWith(apart, joining.with(apart.api), joining.hosts);
  expect(then && run(then, ping).verdict.code).toBe("DELIVERED");
  expect(joiningOf(apart, apart, ping, () => false)).toBeUndefined();
  expect(joiningOf(cloud, cloud, ping, () => true)).toBeUndefined();
});

describe.each(["legacy", "dvr"] as const)("a router of %s", (mode) => {
  const out = { from: "cirros-vm1", to: "172.24.4.1", proto: "icmp" } as const;
  const across = { from: "cirros-vm1", to: "cirros-vm3", proto: "icmp" } as const;

  test("gets the way out that it lacks", async () => {
    const cloud = await demoCloud(mode);
    const router = cloud.api.routers[0]?.name;
    const shut = changed(cloud, {
      ...cloud.api,
      routers: cloud.api.routers.map((one) => ({ ...one, external_gateway_info: null })),
      ports: cloud.api.ports.filter((port) => !/router_(gateway|centralized_snat)$/.test(port.device_owner)),
      floatingIps: [],
    });
    expect(await joined(shut, out)).toEqual([
      "DELIVERED",
      [expect.stringMatching(`^openstack router set --external-gateway \\S+ ${router}$`)],
    ]);
  });

  test("gets the interface that it lacks", async () => {
    const cloud = await demoCloud(mode);
    const guest = cloud.api.ports.find((port) => port.device_id === serverId(cloud, "cirros-vm1"));
    const cut = changed(cloud, {
      ...cloud.api,
      ports: cloud.api.ports.filter(
        (port) => port.network_id !== guest?.network_id || !/:router_/.test(port.device_owner),
      ),
      floatingIps: [],
    });
    const command = expect.stringMatching(`^openstack router add subnet ${cloud.api.routers[0]?.name} \\S+$`);
    expect(await joined(cut, across)).toEqual(["DELIVERED", [command]]);
    expect(await joined(cut, out)).toEqual(["DELIVERED", [command]]);
  });
});

/** What the trace comes to with the router that it lacks, and by which commands. */
async function joined(cloud: CollectedCloud, query: TraceQuery) {
  expect(run(cloud, query).verdict.code).not.toMatch(/^(DELIVERED|EXITED_PHYSICAL_NETWORK)$/);
  const joining = joiningOf(cloud, cloud, query, () => true);
  const then = joining && cloudWith(cloud, joining.with(cloud.api), joining.hosts);
  return [then && run(then, query).verdict.code, joining?.commands];
}

const serverId = ({ api }: CollectedCloud, name: string) => api.servers.find((one) => one.name === name)?.id;

/** The cloud without the routers of these networks: their agents have taken them down. */
function without(cloud: CollectedCloud, ...networks: string[]): CollectedCloud {
  const isInterface = (port: NeutronPort) => port.device_owner.startsWith("network:router_");
  const gone = new Set(
    cloud.api.ports
      .filter((port) => isInterface(port) && networks.includes(port.network_id))
      .map((one) => one.device_id),
  );
  const api = {
    ...cloud.api,
    routers: cloud.api.routers.filter((one) => !gone.has(one.id)),
    ports: cloud.api.ports.filter((port) => !gone.has(port.device_id)),
    floatingIps: cloud.api.floatingIps.filter((one) => !gone.has(one.router_id ?? "")),
  };
  return changed(cloud, api);
}

function changed(cloud: CollectedCloud, api: CloudApi): CollectedCloud {
  return cloudWith(cloud, api, new Set(cloud.world.hosts.map((host) => host.name))) ?? cloud;
}
