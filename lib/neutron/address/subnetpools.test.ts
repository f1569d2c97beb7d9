import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type TestService, testService } from "../testing/service.ts";

let cloud: TestService;
beforeAll(async () => {
  cloud = await testService();
  const quota = { network: -1, subnet: -1 };
  await cloud.call(cloud.admin, "PUT", `quotas/${cloud.demo.projectId}`, { quota });
});
afterAll(() => cloud.close());

type Who = TestService["demo"];

const post = (who: Who, path: string, body: unknown) => cloud.call(who, "POST", path, body);
const pool = (who: Who, more: object) => post(who, "subnetpools", { subnetpool: { name: "p", ...more } });
const action = (id: string, name: string, body: object) =>
  cloud.call(cloud.demo, "PUT", `subnetpools/${id}/${name}`, body);

async function made(more: object, who = cloud.demo) {
  const reply = await pool(who, more);
  expect(reply.body).toHaveProperty("subnetpool");
  return reply.body.subnetpool;
}

async function network(who = cloud.demo): Promise<string> {
  return (await post(who, "networks", { network: {} })).body.network.id;
}

const subnet = async (who: Who, more: object) =>
  post(who, "subnets", { subnet: { network_id: await network(who), ip_version: 4, ...more } });

async function scope(more: object = {}, who = cloud.demo): Promise<string> {
  const body = { address_scope: { name: "s", ip_version: 4, ...more } };
  return (await post(who, "address-scopes", body)).body.address_scope.id;
}

test("a pool has its prefixes joined, and lengths as text", async () => {
  const made_ = await made({ prefixes: ["10.0.1.0/24", "10.0.0.0/24", "192.168.0.0/16"], default_prefixlen: 26 });
  expect(made_).toEqual({
    id: made_.id,
    name: "p",
    description: "",
    tenant_id: cloud.demo.projectId,
    project_id: cloud.demo.projectId,
    prefixes: ["10.0.0.0/23", "192.168.0.0/16"],
    ip_version: 4,
    min_prefixlen: "8",
    max_prefixlen: "32",
    default_prefixlen: "26",
    default_quota: null,
    is_default: false,
    shared: false,
    address_scope_id: null,
    tags: [],
    created_at: made_.created_at,
    updated_at: made_.updated_at,
    revision_number: 0,
  });
});

test.each([
  [{ prefixes: [] }, "EmptySubnetPoolPrefixList", "Empty subnet pool prefix list."],
  [
    { prefixes: ["10.0.0.0/8", "fd00::/8"] },
    "PrefixVersionMismatch",
    "Cannot mix IPv4 and IPv6 prefixes in a subnet pool.",
  ],
  [{ prefixes: ["x"] }, "HTTPBadRequest", "Invalid input for prefixes. Reason: 'x' is not a valid IP subnet."],
  [
    { prefixes: ["10.0.0.0/8"], min_prefixlen: 24, max_prefixlen: 20 },
    "IllegalSubnetPoolPrefixBounds",
    "Illegal prefix bounds: min_prefixlen=24, max_prefixlen=20.",
  ],
  [
    { prefixes: ["10.0.0.0/8"], max_prefixlen: 33 },
    "IllegalSubnetPoolPrefixBounds",
    "Illegal prefix bounds: max_prefixlen=33, ip_version_max=32.",
  ],
  [
    { prefixes: ["10.0.0.0/8"], default_prefixlen: 4 },
    "IllegalSubnetPoolPrefixBounds",
    "Illegal prefix bounds: default_prefixlen=4, min_prefixlen=8.",
  ],
  [
    { prefixes: ["10.0.0.0/8"], default_quota: -1 },
    "HTTPBadRequest",
    "Invalid input for default_quota. Reason: '-1' should be non-negative.",
  ],
  [
    { prefixes: ["10.0.0.0/8"], shared: true },
    "PolicyNotAuthorized",
    "(rule:create_subnetpool and rule:create_subnetpool:shared) is disallowed by policy",
  ],
])("refuses %j", async (asked, type, message) => {
  expect((await pool(cloud.demo, asked)).body.NeutronError).toMatchObject({ type, message });
});

test("subnets are cut from a pool, in the smallest piece that is free, and come back to it", async () => {
  const { id } = await made({ prefixes: ["10.0.0.0/22"], default_prefixlen: 24, min_prefixlen: 23, max_prefixlen: 28 });
  const first = (await subnet(cloud.demo, { subnetpool_id: id })).body.subnet;
  expect(first).toMatchObject({ cidr: "10.0.0.0/24", gateway_ip: "10.0.0.1", subnetpool_id: id });
  const named = (await subnet(cloud.demo, { subnetpool_id: id, cidr: "10.0.2.0/24" })).body.subnet;
  expect(named.cidr).toBe("10.0.2.0/24");
  expect((await subnet(cloud.demo, { subnetpool_id: id, prefixlen: 28 })).body.subnet.cidr).toBe("10.0.1.0/28");
  const byGateway = (await subnet(cloud.demo, { subnetpool_id: id, gateway_ip: "10.0.3.9" })).body.subnet;
  expect(byGateway).toMatchObject({ cidr: "10.0.3.0/24", gateway_ip: "10.0.3.9" });
  for (const [more, type] of [
    [{ cidr: "10.0.2.0/25" }, "SubnetAllocationError"],
    [{ cidr: "10.9.0.0/24" }, "SubnetAllocationError"],
    [{ prefixlen: 24 }, "SubnetAllocationError"],
    [{ prefixlen: 29 }, "MaxPrefixSubnetAllocationError"],
    [{ prefixlen: 22 }, "MinPrefixSubnetAllocationError"],
    [{ prefixlen: 28, allocation_pools: [{ start: "10.0.1.1", end: "10.0.1.2" }] }, "BadRequest"],
    [{ ip_version: 6 }, "BadRequest"],
  ] as const)
    expect((await subnet(cloud.demo, { subnetpool_id: id, ...more })).body.NeutronError.type).toBe(type);
  const inUse = (await cloud.call(cloud.demo, "DELETE", `subnetpools/${id}`)).body.NeutronError;
  expect(inUse.message).toBe("Unable to delete subnet pool: Subnet pool has existing allocations.");
  await cloud.call(cloud.demo, "DELETE", `subnets/${named.id}`);
  expect((await subnet(cloud.demo, { subnetpool_id: id })).body.subnet.cidr).toBe("10.0.2.0/24");
});

test("a quota counts each project's addresses", async () => {
  const { id } = await made({ prefixes: ["10.0.0.0/16"], default_quota: 300, shared: true }, cloud.admin);
  expect((await subnet(cloud.demo, { subnetpool_id: id, prefixlen: 24 })).status).toBe(201);
  const more = await subnet(cloud.demo, { subnetpool_id: id, prefixlen: 26 });
  expect(more).toMatchObject({ status: 409, body: { NeutronError: { type: "SubnetPoolQuotaExceeded" } } });
  expect((await subnet(cloud.other, { subnetpool_id: id, prefixlen: 24 })).status).toBe(201);
});

test("another project's pool is not there, a shared one is", async () => {
  const own = await made({ prefixes: ["10.0.0.0/16"] });
  expect((await subnet(cloud.other, { subnetpool_id: own.id, prefixlen: 24 })).body.NeutronError).toMatchObject({
    type: "SubnetPoolNotFound",
    message: `Subnet pool ${own.id} could not be found.`,
  });
  const shared = await made({ prefixes: ["10.1.0.0/16"], shared: true }, cloud.admin);
  const seen = (await cloud.call(cloud.demo, "GET", `subnetpools/${shared.id}`)).body.subnetpool;
  expect(seen.shared).toBe(true);
});

test("there is one default pool of a family, and subnets may ask for it", async () => {
  const { id } = await made(
    { prefixes: ["172.20.0.0/16"], is_default: true, default_prefixlen: 24, shared: true },
    cloud.admin,
  );
  const second = await pool(cloud.admin, { prefixes: ["172.21.0.0/16"], is_default: true });
  expect(second.body.NeutronError.message).toBe(
    "Invalid input for operation: A default subnetpool for this IP family has already been set. Only one default may exist per IP family.",
  );
  const reply = await subnet(cloud.demo, { use_default_subnetpool: true });
  expect(reply.body.subnet).toMatchObject({ cidr: "172.20.0.0/24", subnetpool_id: id });
  expect((await subnet(cloud.demo, { use_default_subnetpool: true, subnetpool_id: id })).body.NeutronError.type).toBe(
    "BadRequest",
  );
  await cloud.call(cloud.admin, "PUT", `subnetpools/${id}`, { subnetpool: { is_default: false } });
});

test("prefixes are added and removed, but not those that subnets have", async () => {
  const { id } = await made({ prefixes: ["10.0.0.0/24"], default_prefixlen: 26 });
  await subnet(cloud.demo, { subnetpool_id: id });
  expect((await action(id, "add_prefixes", { prefixes: ["10.0.1.0/24", "10.9.0.0/24"] })).body).toEqual({
    prefixes: ["10.0.0.0/23", "10.9.0.0/24"],
  });
  expect((await action(id, "remove_prefixes", { prefixes: ["10.0.1.0/25", "10.7.0.0/24"] })).body).toEqual({
    prefixes: ["10.0.0.0/24", "10.0.1.128/25", "10.9.0.0/24"],
  });
  expect((await action(id, "remove_prefixes", { prefixes: ["10.0.0.0/24"] })).body.NeutronError).toMatchObject({
    type: "IllegalSubnetPoolPrefixUpdate",
    message: "Illegal update to prefixes: One or more the prefixes to be removed is in use by a subnet..",
  });
  expect((await action(id, "add_prefixes", {})).status).toBe(400);
  const shrunk = { subnetpool: { prefixes: ["10.9.0.0/24"] } };
  expect((await cloud.call(cloud.demo, "PUT", `subnetpools/${id}`, shrunk)).body.NeutronError.message).toBe(
    "Illegal update to prefixes: Existing prefixes must be a subset of the new prefixes.",
  );
});

test("subnets that were made without a pool can come into one", async () => {
  const { id } = await made({ prefixes: ["10.0.0.0/24"] });
  const own = (await subnet(cloud.demo, { cidr: "10.5.0.0/24" })).body.subnet;
  const reply = await action(id, "onboard_network_subnets", { network_id: own.network_id });
  expect(reply.body).toEqual([{ id: own.id, cidr: own.cidr }]);
  expect((await cloud.call(cloud.demo, "GET", `subnets/${own.id}`)).body.subnet.subnetpool_id).toBe(id);
  expect((await cloud.call(cloud.demo, "GET", `subnetpools/${id}`)).body.subnetpool.prefixes).toEqual([
    "10.0.0.0/24",
    "10.5.0.0/24",
  ]);
});

test("pools of one scope do not overlap, and are of its family", async () => {
  const address_scope_id = await scope();
  const { id } = await made({ prefixes: ["10.0.0.0/16"], address_scope_id });
  for (const [more, status, type] of [
    [{ prefixes: ["10.0.9.0/24"], address_scope_id }, 409, "AddressScopePrefixConflict"],
    [{ prefixes: ["fd00::/16"], address_scope_id }, 400, "IllegalSubnetPoolIpVersionAssociationToAddressScope"],
    [{ prefixes: ["10.1.0.0/16"], address_scope_id: id }, 404, "AddressScopeNotFound"],
    [{ prefixes: ["10.1.0.0/16"], address_scope_id: await scope({}, cloud.admin) }, 404, "AddressScopeNotFound"],
  ] as const)
    expect(await pool(cloud.demo, more)).toMatchObject({ status, body: { NeutronError: { type } } });
  const deleted = await cloud.call(cloud.demo, "DELETE", `address-scopes/${address_scope_id}`);
  expect(deleted).toMatchObject({ status: 409, body: { NeutronError: { type: "AddressScopeInUse" } } });
  const seen = (await subnet(cloud.demo, { subnetpool_id: id, prefixlen: 24 })).body.subnet;
  const net = (await cloud.call(cloud.demo, "GET", `networks/${seen.network_id}`)).body.network;
  expect(net).toMatchObject({ ipv4_address_scope: address_scope_id, ipv6_address_scope: null });
});

test("a pool in another project's scope is changed by that project", async () => {
  const address_scope_id = await scope({ shared: true }, cloud.admin);
  const { id } = await made({ prefixes: ["10.0.0.0/16"], address_scope_id });
  const update = (who: Who) => cloud.call(who, "PUT", `subnetpools/${id}`, { subnetpool: { name: "new" } });
  expect((await update(cloud.demo)).body.NeutronError.type).toBe("IllegalSubnetPoolUpdate");
  expect((await update(cloud.admin)).body.subnetpool).toMatchObject({ name: "new", default_prefixlen: 8 });
});

test("a scope that is shared stays so", async () => {
  const id = await scope({ shared: true }, cloud.admin);
  const reply = await cloud.call(cloud.admin, "PUT", `address-scopes/${id}`, { address_scope: { shared: false } });
  expect(reply).toMatchObject({ status: 400, body: { NeutronError: { type: "AddressScopeUpdateError" } } });
  expect((await cloud.call(cloud.demo, "GET", `address-scopes/${id}`)).body.address_scope.shared).toBe(true);
});

test("subnets of one network come from one pool", async () => {
  const { id } = await made({ prefixes: ["10.0.0.0/16"], default_prefixlen: 24 });
  const first = (await subnet(cloud.demo, { cidr: "10.77.0.0/24" })).body.subnet;
  const more = { network_id: first.network_id, subnetpool_id: id };
  expect((await subnet(cloud.demo, more)).body.NeutronError.type).toBe("NetworkSubnetPoolAffinityError");
});

test("subnets of one network are of one scope, and stay so", async () => {
  const address_scope_id = await scope();
  const a = await made({ prefixes: ["10.0.0.0/16"], default_prefixlen: 24, address_scope_id });
  const b = await made({ prefixes: ["10.1.0.0/16"], default_prefixlen: 24, address_scope_id });
  const none = await made({ prefixes: ["10.2.0.0/16"], default_prefixlen: 24 });
  const { network_id } = (await subnet(cloud.demo, { subnetpool_id: a.id })).body.subnet;
  expect((await subnet(cloud.demo, { network_id, subnetpool_id: b.id })).body.subnet.cidr).toBe("10.1.0.0/24");
  const message =
    "Subnets of the same address family hosted on the same network must all participate in the same address scope.";
  const affinity = { status: 400, body: { NeutronError: { type: "NetworkAddressScopeAffinityError", message } } };
  expect(await subnet(cloud.demo, { network_id, subnetpool_id: none.id })).toMatchObject(affinity);
  const other = { subnetpool: { address_scope_id: await scope() } };
  expect(await cloud.call(cloud.demo, "PUT", `subnetpools/${a.id}`, other)).toMatchObject(affinity);
});

test("whatever is cut and given back, subnets of a pool never overlap, and space that is there is found", async () => {
  const SIZE = 32; // A /27, of which /28 to /30 are cut.
  const step = fc.oneof(
    fc.record({ do: fc.constant("any" as const), prefixlen: fc.integer({ min: 28, max: 30 }) }),
    fc.record({ do: fc.constant("at" as const), prefixlen: fc.integer({ min: 28, max: 30 }), where: fc.nat(SIZE - 1) }),
    fc.record({ do: fc.constant("remove" as const), which: fc.nat(9) }),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 4, maxLength: 14 }), async (steps) => {
      const { id } = await made({ prefixes: ["10.6.0.0/27"], min_prefixlen: 28 });
      const all: { id: string; first: number; size: number }[] = [];
      const isFree = (first: number, size: number) =>
        all.every((one) => first + size <= one.first || one.first + one.size <= first);
      for (const one of steps) {
        if (one.do === "remove") {
          const [gone] = all.splice(one.which, 1);
          if (gone) await cloud.call(cloud.demo, "DELETE", `subnets/${gone.id}`);
          continue;
        }
        const size = 2 ** (32 - one.prefixlen);
        const at = one.do === "at" ? one.where - (one.where % size) : undefined;
        const places = Array.from({ length: SIZE / size }, (_, i) => i * size).filter((first) => isFree(first, size));
        const asked = at === undefined ? { prefixlen: one.prefixlen } : { cidr: `10.6.0.${at}/${one.prefixlen}` };
        const { body } = await subnet(cloud.demo, { subnetpool_id: id, ...asked });
        const fits = at === undefined ? places.length > 0 : places.includes(at);
        expect(body.subnet !== undefined).toBe(fits);
        if (!body.subnet) expect(body.NeutronError.type).toBe("SubnetAllocationError");
        else {
          const first = Number(body.subnet.cidr.split(/[./]/)[3]);
          expect(places).toContain(first);
          all.push({ id: body.subnet.id, first, size });
        }
      }
    }),
    { numRuns: 15 },
  );
});
