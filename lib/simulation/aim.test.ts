import { expect, test } from "vitest";
import { parseCommands } from "../host/command/shell.ts";
import { testCloud } from "./testing/cloud.ts";

test("agents signal the programs that they mean, whose numbers others have after a start by hand", async () => {
  const { make, service, simulation, close } = await testCloud();
  const serve = async (name: string, cidr: string): Promise<string> => {
    const { id } = await make("networks", "network", { name });
    await make("subnets", "subnet", { network_id: id, cidr, ip_version: 4 });
    return id;
  };
  const [a, b] = [await serve("a", "10.0.0.0/24"), await serve("b", "10.0.1.0/24")];
  await simulation.settled();
  const host = () => simulation.moment().hosts.find((one) => one.name === "network1");
  const served = () => host()?.dnsmasq.flatMap((one) => (one.running ? one.networkId : []));
  const running = host()?.processes.filter(({ command }) => command.startsWith("dnsmasq")) ?? [];
  expect(running.length).toBe(2);
  const lines = [
    ...running.map(({ pid }) => `kill -9 ${pid}`),
    ...running.toReversed().map(({ netns, command }) => `ip netns exec ${netns} ${command}`),
  ];
  expect(await simulation.byHand("network1", parseCommands(lines.join("\n")))).toBeUndefined();
  expect(served()?.sort()).toEqual([a, b].sort());
  await service.call(service.admin, "DELETE", `networks/${b}`);
  await simulation.settled();
  expect(served()).toEqual([a]);
  await close();
});

test("agents take out and put in their rules where those stand, whatever somebody has put between", async () => {
  const cloud = await testCloud();
  const { make, service, simulation } = cloud;
  const network = await make("networks", "network", { name: "a" });
  await make("subnets", "subnet", { network_id: network.id, cidr: "10.0.0.0/24", ip_version: 4 });
  const port = await cloud.guest("compute1", network.id);
  const admit = (number: number) =>
    make("security-group-rules", "security_group_rule", {
      ...{ security_group_id: port.security_groups[0], direction: "ingress", protocol: "tcp" },
      ...{ port_range_min: number, port_range_max: number },
    });
  const first = await admit(22);
  const name = `neutron-openvswi-i${port.id.slice(0, 10)}`;
  const rules = async () => {
    await simulation.settled();
    const root = simulation.moment().hosts.find((one) => one.name === "compute1")?.namespaces[0];
    const chains = root?.iptables?.tables.find((table) => table.name === "filter")?.chains;
    return chains?.find((one) => one.name === name)?.rules.map((one) => one.text.slice(`-A ${name} `.length)) ?? [];
  };
  const before = await rules();
  const tcp = before.find((one) => one.includes("--dport 22")) ?? "";
  expect(before).toContain(tcp);
  const own = ["-p icmp -j DROP", "-p udp -j DROP"];
  const byHand = parseCommands(own.map((one) => `iptables -I ${name} 1 ${one}`).join("\n"));
  expect(await simulation.byHand("compute1", byHand)).toBeUndefined();
  await service.call(service.admin, "DELETE", `security-group-rules/${first.id}`);
  expect(await rules()).toEqual([...own.toReversed(), ...before.filter((one) => one !== tcp)]);
  await admit(22);
  expect((await rules()).toSorted()).toEqual([...own, ...before].toSorted());
  await cloud.close();
});
