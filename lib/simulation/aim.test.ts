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
