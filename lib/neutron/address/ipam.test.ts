import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { DEFAULT_CONFIG } from "../config/config.ts";
import { type Network, type Port, ports, type Subnet } from "../core/model.ts";
import type { FixedIpRequest } from "../kind/address-lists.ts";
import { Neutron } from "../neutron.ts";
import type { Change } from "../resource.ts";
import { type TestService, testService } from "../testing/service.ts";
import { isHostAddress } from "./fixed-ip.ts";
import { released } from "./free-addresses.ts";
import { addresses, changePort, putNetwork, putPort, putSubnet } from "./testing/rows.ts";

let cloud: TestService;
beforeAll(async () => {
  cloud = await testService();
});
afterAll(() => cloud.close());

const change = <T>(work: (change: Change) => Promise<T>) => cloud.neutron.change(cloud.admin, work);
const slaac = { ipv6_ra_mode: "slaac", ipv6_address_mode: "slaac" };

/** A network with an IPv4, a DHCPv6 and a SLAAC subnet. */
async function dualStack(): Promise<{ network: Network; v4: Subnet; v6: Subnet; auto: Subnet }> {
  return change(async (c) => {
    const network = await putNetwork(c);
    return {
      network,
      v4: await putSubnet(c, network, "10.0.0.0/24", [["10.0.0.2", "10.0.0.254"]]),
      v6: await putSubnet(c, network, "fd00:6::/64", [["fd00:6::2", "fd00:6::ffff:ffff:ffff:ffff"]]),
      auto: await putSubnet(c, network, "fd00:a::/64", [["fd00:a::2", "fd00:a::ffff:ffff:ffff:ffff"]], slaac),
    };
  });
}

test("a port gets the lowest free IPv4 and DHCPv6 address, and the one that its MAC makes", async () => {
  const { network } = await dualStack();
  const one = await change((c) => putPort(c, network, undefined, { mac: "fa:16:3e:00:00:01" }));
  expect(addresses(one)).toEqual(["10.0.0.2", "fd00:6::2", "fd00:a::f816:3eff:fe00:1"]);
  const two = await change((c) => putPort(c, network));
  expect(addresses(two).slice(0, 2)).toEqual(["10.0.0.3", "fd00:6::3"]);
});

test("a router's port is given an address of a SLAAC subnet, and none unasked", async () => {
  const { network, auto, v4 } = await dualStack();
  const router = { deviceOwner: "network:router_interface" };
  const port = await change((c) =>
    putPort(c, network, [{ subnet_id: auto.id, ip_address: "fd00:a::" }, { subnet_id: v4.id }], router),
  );
  expect(addresses(port)).toEqual(["10.0.0.2", "fd00:a::"]);
});

test("what a port asks for is what it gets; nothing else is taken", async () => {
  const { network, v4, auto } = await dualStack();
  const request = [{ subnet_id: v4.id }, { ip_address: "10.0.0.2" }];
  const port = await change((c) => putPort(c, network, request, { mac: "fa:16:3e:00:00:02" }));
  expect(addresses(port)).toEqual(["10.0.0.2", "10.0.0.3", "fd00:a::f816:3eff:fe00:2"]);
  const { network: other, v4: its } = await dualStack();
  const inAnother = { subnet_id: its.id };
  for (const [asked, type, message] of [
    [
      { ip_address: "10.0.0.2" },
      "IpAddressAlreadyAllocated",
      `IP address 10.0.0.2 already allocated in subnet ${v4.id}`,
    ],
    [
      { subnet_id: v4.id, ip_address: "10.9.0.2" },
      "InvalidIpForSubnet",
      "IP address 10.9.0.2 is not a valid IP for the specified subnet.",
    ],
    [
      { ip_address: "10.0.0.255" },
      "InvalidIpForNetwork",
      "IP address 10.0.0.255 is not a valid IP for any of the subnets on the specified network.",
    ],
    [
      inAnother,
      "InvalidInput",
      `Invalid input for operation: Failed to create port on network ${network.id}, because fixed_ips included invalid subnet ${its.id}.`,
    ],
    [{ subnet_id: network.id }, "SubnetNotFound", `Subnet ${network.id} could not be found.`],
    [{}, "InvalidInput", "Invalid input for operation: IP allocation requires subnet_id or ip_address."],
    [
      { ip_address: "fd00:a::7" },
      "AllocationOnAutoAddressSubnet",
      `IPv6 address fd00:a::7 cannot be directly assigned to a port on subnet ${auto.id} as the subnet is configured for automatic addresses`,
    ],
  ] as const)
    await expect(change((c) => putPort(c, network, [asked]))).rejects.toMatchObject({ type, message });
  expect(addresses(await change((c) => putPort(c, other, [])))).toHaveLength(1); // Its SLAAC address.
});

test("an update keeps, adds and removes", async () => {
  const { network, v4, v6 } = await dualStack();
  const port = await change((c) => putPort(c, network, undefined, { mac: "fa:16:3e:00:00:03" }));
  const own = "fd00:a::f816:3eff:fe00:3";
  const update = (request: FixedIpRequest[] | undefined, mac?: string) =>
    change(async (c) => changePort(c, network, (await ports.get(c.tx, port.id)) ?? port, request, mac));
  expect(addresses(await update([{ subnet_id: v4.id }, { ip_address: "10.0.0.99" }]))).toEqual([
    "10.0.0.2",
    "10.0.0.99",
    own,
  ]);
  expect(addresses(await update([{ subnet_id: v6.id, ip_address: "fd00:6::9" }]))).toEqual(["fd00:6::9", own]);
  expect(addresses(await update(undefined))).toEqual(["fd00:6::9", own]);
  expect(addresses(await update(undefined, "fa:16:3e:00:00:04"))).toEqual(["fd00:6::9", "fd00:a::f816:3eff:fe00:4"]);
  expect(addresses(await update([]))).toEqual(["fd00:a::f816:3eff:fe00:4"]);
});

test("subnets for services serve ports of these services first", async () => {
  const network = await change(async (c) => {
    const made = await putNetwork(c);
    await putSubnet(c, made, "10.1.0.0/24", [["10.1.0.2", "10.1.0.9"]], { service_types: ["compute:nova"] });
    return made;
  });
  await expect(
    change((c) => putPort(c, network, undefined, { deviceOwner: "network:floatingip" })),
  ).rejects.toMatchObject({
    type: "IpAddressGenerationFailureNoMatchingSubnet",
    message: `No valid service subnet for the given device owner, network ${network.id}, service type network:floatingip.`,
  });
  await change((c) => putSubnet(c, network, "10.2.0.0/24", [["10.2.0.2", "10.2.0.9"]]));
  const got = async (deviceOwner: string) =>
    addresses(await change((c) => putPort(c, network, undefined, { deviceOwner })));
  expect(await got("network:floatingip")).toEqual(["10.2.0.2"]);
  expect(await got("compute:nova")).toEqual(["10.1.0.2"]);
  expect(await got("network:dhcp")).toEqual(["10.1.0.3"]);
});

test("a port that is not made takes nothing", async () => {
  const { network } = await dualStack();
  const failing = change(async (c) => {
    await putPort(c, network);
    throw new Error("no");
  });
  await expect(failing).rejects.toThrow("no");
  expect(addresses(await change((c) => putPort(c, network)))[0]).toBe("10.0.0.2");
});

test("two servers on one store give no address twice, and find what the other freed", async () => {
  const second = new Neutron(cloud.store, DEFAULT_CONFIG);
  const { network, subnet } = await change(async (c) => {
    const made = await putNetwork(c);
    return { network: made, subnet: await putSubnet(c, made, "10.4.0.0/28", [["10.4.0.2", "10.4.0.7"]]) };
  });
  const create = (server: Neutron) => server.change(cloud.admin, (c) => putPort(c, network));
  const given: Port[] = [];
  for (const server of [cloud.neutron, second, second, cloud.neutron, second, cloud.neutron])
    given.push(await create(server));
  expect(given.flatMap(addresses)).toEqual([2, 3, 4, 5, 6, 7].map((n) => `10.4.0.${n}`));
  await expect(create(second)).rejects.toMatchObject({ type: "IpAddressGenerationFailure" });
  const freed = given[2];
  await cloud.neutron.change(cloud.admin, (c) => {
    released(c, subnet.id, "10.4.0.4");
    return ports.remove(c.tx, freed?.id ?? "");
  });
  expect(addresses(await create(second))).toEqual(["10.4.0.4"]);
});

type Step =
  | { readonly do: "create"; readonly ask: FixedIpRequest[] | undefined }
  | { readonly do: "update"; readonly which: number; readonly ask: FixedIpRequest[] }
  | { readonly do: "remove"; readonly which: number };

test("whatever happens, no two ports share an address, none is outside, and exhausted is exhausted", {
  timeout: 60_000,
}, async () => {
  const POOL = 5; // 10.3.0.2 to .4, and .6 to .7: small enough to run out often.
  const address = fc.integer({ min: 0, max: 17 }).map((n) => `10.3.0.${n}`);
  const one = fc.oneof(
    address.map((ip_address) => ({ ip_address })),
    fc.constant({ subnet_id: "the subnet" }),
  );
  const ask = fc.array(one, { minLength: 1, maxLength: 3 });
  const which = fc.nat(20);
  const step: fc.Arbitrary<Step> = fc.oneof(
    {
      weight: 4,
      arbitrary: fc.record({ do: fc.constant("create" as const), ask: fc.option(ask, { nil: undefined }) }),
    },
    { weight: 2, arbitrary: fc.record({ do: fc.constant("update" as const), which, ask }) },
    { weight: 2, arbitrary: fc.record({ do: fc.constant("remove" as const), which }) },
  );
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 25 }), async (steps) => {
      const { network, subnet } = await change(async (c) => {
        const made = await putNetwork(c);
        const pools: [string, string][] = [
          ["10.3.0.2", "10.3.0.4"],
          ["10.3.0.6", "10.3.0.7"],
        ];
        return { network: made, subnet: await putSubnet(c, made, "10.3.0.0/28", pools) };
      });
      const all = () => ports.list(cloud.store.read, { keys: { network_id: network.id } });
      const real = (asked: readonly FixedIpRequest[] | undefined) =>
        asked?.map((r) => (r.subnet_id === undefined ? r : { subnet_id: subnet.id }));
      for (const one of steps) {
        const before = await all();
        const port = one.do === "create" ? undefined : before[one.which % Math.max(before.length, 1)];
        if (one.do !== "create" && !port) continue;
        try {
          await change((c) => run(c, network, one, port, real));
        } catch (error) {
          if (Reflect.get(Object(error), "type") === "IpAddressGenerationFailure") expectFull(before, one, port);
          expect(await all()).toEqual(before);
        }
        const taken = (await all()).flatMap(addresses);
        expect(new Set(taken).size).toBe(taken.length);
        for (const ip of taken) expect(isHostAddress(subnet.cidr, ip, "compute:nova")).toBe(true);
      }
    }),
    { numRuns: 40 },
  );

  function run(
    c: Change,
    network: Network,
    one: Step,
    port: Port | undefined,
    real: (asked: readonly FixedIpRequest[] | undefined) => FixedIpRequest[] | undefined,
  ): Promise<unknown> {
    if (one.do === "create") return putPort(c, network, real(one.ask));
    if (!port) throw new Error("no port");
    if (one.do === "update") return changePort(c, network, port, real(one.ask));
    for (const ip of port.fixed_ips) released(c, ip.subnet_id, ip.ip_address);
    return ports.remove(c.tx, port.id);
  }

  /** What others hold and what was asked for by name leaves too few for the rest. */
  function expectFull(before: readonly Port[], one: Step, port: Port | undefined): void {
    const asked = one.do === "remove" ? [] : (one.ask ?? [{ subnet_id: "the subnet" }]);
    const others = before.filter((p) => p.id !== port?.id).flatMap(addresses);
    const named = asked.flatMap((r) => ("ip_address" in r && r.ip_address ? [r.ip_address] : []));
    const inPool = new Set([...others, ...named].filter((ip) => /^10\.3\.0\.[23467]$/.test(ip)));
    expect(inPool.size + asked.length - named.length).toBeGreaterThan(POOL);
  }
});
