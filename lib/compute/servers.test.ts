/** Servers as a client of all four services meets them. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { serviceContext } from "../identity/context.ts";
import { startAgent, stopAgent } from "../simulation/agent-control.ts";
import { type OpenstackServer, openstackServer } from "../testing/openstack-server.ts";

let dir: string;
let server: OpenstackServer;
let admin: Client;
let demo: Client;
/** Id of the image that every new cloud has. */
let image: string;

// biome-ignore lint/suspicious/noExplicitAny: tests read answers as a client does, attribute by attribute.
type Reply = { status: number; body: any };
type Client = (method: string, path: string, body?: unknown, headers?: object) => Promise<Reply>;

beforeAll(async () => {
  dir = mkdtempSync(path.join(tmpdir(), "compute-"));
  server = await openstackServer(dir);
  admin = await login("admin", "admin");
  demo = await login("demo", "demo");
  image = (await demo("GET", "image/v2/images")).body.images[0].id;
});
afterAll(async () => {
  await server.close();
  rmSync(dir, { recursive: true });
});

async function login(user: string, project: string): Promise<Client> {
  const domain = { id: "default" };
  const identity = { methods: ["password"], password: { user: { name: user, password: "underlay", domain } } };
  const answer = await fetch(`${server.url}/identity/v3/auth/tokens`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ auth: { identity, scope: { project: { name: project, domain } } } }),
  });
  const token = answer.headers.get("x-subject-token") ?? "";
  return async (method, where, body, headers) => {
    const reply = await fetch(`${server.url}/${where}`, {
      method,
      headers: { "x-auth-token": token, "content-type": "application/json", ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await reply.text();
    return { status: reply.status, body: text === "" ? undefined : JSON.parse(text) };
  };
}

async function network(name: string, cidr: string): Promise<string> {
  const { body } = await demo("POST", "networking/v2.0/networks", { network: { name } });
  const subnet = { network_id: body.network.id, ip_version: 4, cidr };
  expect((await demo("POST", "networking/v2.0/subnets", { subnet })).status).toBe(201);
  return body.network.id;
}

const boot = (more: object) => ({ server: { name: "vm", imageRef: image, flavorRef: "1", ...more } });

/** Of every host's agents of layer 2. */
async function connecting(run: boolean): Promise<void> {
  const { agents } = (await admin("GET", "networking/v2.0/agents?binary=neutron-openvswitch-agent")).body;
  const { agents: others } = (await admin("GET", "networking/v2.0/agents?binary=neutron-linuxbridge-agent")).body;
  for (const { id } of [...agents, ...others]) await (run ? startAgent : stopAgent)(server.cloud.neutron, id);
}

test("a server is being built until the agent of its host has connected its ports, and given up after five minutes", async () => {
  const id = await network("unconnected", "10.77.0.0/24");
  await connecting(false);
  const made = await demo("POST", "compute/v2.1/servers", boot({ networks: [{ uuid: id }] }));
  const shown = async () => (await admin("GET", `compute/v2.1/servers/${made.body.server.id}`)).body.server;
  const building = await shown();
  expect(building).toMatchObject({ status: "BUILD", "OS-EXT-STS:task_state": "spawning" });
  expect(building["OS-SRV-USG:launched_at"]).toBeNull();
  expect(building["OS-EXT-SRV-ATTR:host"]).toMatch(/^compute/);
  await connecting(true);
  expect(await shown()).toMatchObject({ status: "ACTIVE", "OS-EXT-STS:task_state": null });
  await demo("DELETE", `compute/v2.1/servers/${made.body.server.id}`);

  await connecting(false);
  const late = (await demo("POST", "compute/v2.1/servers", boot({ networks: [{ uuid: id }] }))).body.server.id;
  await server.cloud.compute.servers.giveUp(Date.now() + 290_000);
  expect((await demo("GET", `compute/v2.1/servers/${late}`)).body.server.status).toBe("BUILD");
  await server.cloud.compute.servers.giveUp(Date.now() + 310_000);
  expect((await demo("GET", `compute/v2.1/servers/${late}`)).body.server).toMatchObject({
    status: "ERROR",
    fault: { message: expect.stringContaining("Failed to allocate the network(s), not rescheduling.") },
  });
  expect((await admin("GET", `networking/v2.0/ports?device_id=${late}`)).body.ports).toEqual([]);
  await connecting(true);
  await demo("DELETE", `compute/v2.1/servers/${late}`);
});

test("a server gets a port on a host, bound there, with an address and the default group", async () => {
  const id = await network("net", "10.1.0.0/24");
  const made = await demo("POST", "compute/v2.1/servers", boot({ networks: [{ uuid: id }] }));
  expect(made.status).toBe(202);
  const shown = (await admin("GET", `compute/v2.1/servers/${made.body.server.id}`)).body.server;
  expect(shown).toMatchObject({ status: "ACTIVE", security_groups: [{ name: "default" }] });
  expect(shown.addresses.net).toMatchObject([{ version: 4, "OS-EXT-IPS:type": "fixed" }]);
  const { ports } = (await admin("GET", `networking/v2.0/ports?device_id=${made.body.server.id}`)).body;
  expect(ports).toMatchObject([
    {
      device_owner: "compute:nova",
      status: "ACTIVE",
      "binding:host_id": shown["OS-EXT-SRV-ATTR:host"],
      project_id: shown.tenant_id,
    },
  ]);
  expect(["ovs", "bridge"]).toContain(ports[0]["binding:vif_type"]);
  expect((await demo("DELETE", `compute/v2.1/servers/${made.body.server.id}`)).status).toBe(204);
  expect((await admin("GET", `networking/v2.0/ports?device_id=${made.body.server.id}`)).body.ports).toEqual([]);
});

test("servers spread over the hosts, and an administrator may choose", async () => {
  const id = await network("spread", "10.2.0.0/24");
  await demo("POST", "compute/v2.1/servers", boot({ name: "many", networks: [{ uuid: id }], min_count: 3 }));
  const all = (await admin("GET", "compute/v2.1/servers/detail?all_tenants=1&name=many")).body.servers;
  expect(new Set(all.map((one: Record<string, string>) => one["OS-EXT-SRV-ATTR:host"]))).toEqual(
    new Set(["compute1", "compute2", "compute3"]),
  );
  const forced = boot({ networks: [{ uuid: id }], availability_zone: "nova:compute2" });
  expect((await demo("POST", "compute/v2.1/servers", forced)).status).toBe(403);
});

test("from microversion 2.74 on an administrator names a host, which the scheduler may refuse", async () => {
  const id = await network("named", "10.22.0.0/24");
  const create = (who: Client, more: object, headers?: object) =>
    who("POST", "compute/v2.1/servers", boot({ networks: [{ uuid: id }], ...more }), headers);
  const newer = { "openstack-api-version": "compute 2.74" };
  for (const [where, headers] of [
    [{ host: "compute3" }, newer],
    [{ hypervisor_hostname: "compute2" }, { "x-openstack-nova-api-version": "2.90" }],
    [{ host: "compute1", hypervisor_hostname: "compute1" }, newer],
  ] as const) {
    const { server } = (await create(admin, where, headers)).body;
    const shown = (await admin("GET", `compute/v2.1/servers/${server.id}`, undefined, newer)).body.server;
    const is = { status: "ACTIVE", "OS-EXT-SRV-ATTR:host": Object.values(where)[0] };
    expect(shown).toMatchObject({ ...is, flavor: { original_name: "m1.tiny", ram: 512 } });
    await admin("DELETE", `compute/v2.1/servers/${server.id}`);
  }
  for (const [where, headers, message] of [
    [{ host: "none" }, newer, "Compute host none could not be found."],
    [{ hypervisor_hostname: "none" }, newer, "Compute host none could not be found."],
    [{ host: "compute1", hypervisor_hostname: "compute2" }, newer, "Compute host compute1 could not be found."],
    [{ host: "compute1", availability_zone: "nova:compute1" }, newer, expect.stringMatching("mutually exclusive")],
    [{ host: "a b" }, newer, expect.stringMatching("^Invalid input for field/attribute host. Value: a b.")],
    [{ host: "compute1" }, {}, expect.stringMatching(/not allowed \('host' was unexpected\)$/)],
  ] as const) {
    const reply = await create(admin, where, headers);
    expect([reply.status, reply.body.badRequest?.message]).toEqual([400, message]);
  }
  const refused = await create(demo, { host: "compute1" }, newer);
  const rule = "Policy doesn't allow compute:servers:create:requested_destination to be performed.";
  expect([refused.status, refused.body.forbidden?.message]).toEqual([403, rule]);
  await admin("PUT", "compute/v2.1/os-services/disable", { host: "compute2", binary: "nova-compute" });
  const { server } = (await create(admin, { host: "compute2" }, newer)).body;
  expect((await admin("GET", `compute/v2.1/servers/${server.id}`)).body.server.status).toBe("ERROR");
  await admin("PUT", "compute/v2.1/os-services/enable", { host: "compute2", binary: "nova-compute" });
  await admin("DELETE", `compute/v2.1/servers/${server.id}`);
});

test("a port that was given stays when its server goes", async () => {
  const id = await network("given", "10.3.0.0/24");
  const { port } = (await demo("POST", "networking/v2.0/ports", { port: { network_id: id } })).body;
  const made = await demo("POST", "compute/v2.1/servers", boot({ networks: [{ port: port.id }] }));
  const again = await demo("POST", "compute/v2.1/servers", boot({ networks: [{ port: port.id }] }));
  expect([again.status, again.body.conflictingRequest.message]).toEqual([409, `Port ${port.id} is still in use.`]);
  await demo("DELETE", `compute/v2.1/servers/${made.body.server.id}`);
  const after = (await admin("GET", `networking/v2.0/ports/${port.id}`)).body.port;
  expect(after).toMatchObject({ device_id: "", device_owner: "", "binding:host_id": "" });
});

test("of servers that ask for a port at once one gets it, and interfaces that come at once all go with their server", async () => {
  const id = await network("race", "10.23.0.0/24");
  const { port } = (await demo("POST", "networking/v2.0/ports", { port: { network_id: id } })).body;
  const { networks, servers } = server.cloud.compute;
  const made = (await demo("POST", "compute/v2.1/servers", boot({ networks: "none" }))).body.server.id;
  const plugs = ["compute1", "compute2"].map((host) =>
    networks.plug(serviceContext("req-race"), made, host, { port: port.id }, undefined),
  );
  const outcomes = (await Promise.allSettled(plugs)).map((one) => one.status);
  expect(outcomes.toSorted()).toEqual(["fulfilled", "rejected"]);
  const who = serviceContext("req-race");
  await Promise.all([1, 2, 3].map(() => servers.attach(who, made, { network: id })));
  await demo("DELETE", `compute/v2.1/servers/${made}`);
  const left = (await admin("GET", `networking/v2.0/ports?network_id=${id}&device_owner=compute:nova`)).body.ports;
  expect(left).toEqual([]);
});

test("what cannot be is refused by name, and leaves nothing", async () => {
  const before = (await demo("GET", "compute/v2.1/servers")).body.servers.length;
  const id = await network("refused", "10.4.0.0/30");
  for (const [body, status, message] of [
    [boot({ flavorRef: "none" }), 400, "Flavor none could not be found."],
    [boot({ imageRef: "none" }), 400, "Image none could not be found."],
    [boot({ imageRef: "" }), 400, "Missing imageRef attribute"],
    [
      boot({ user_data: "***" }),
      400,
      "Invalid input for field/attribute user_data. Value: ***. '***' is not a 'base64'",
    ],
    [boot({ networks: [{ port: "none" }] }), 400, "Port id none could not be found."],
    [boot({ networks: [{ port: "none" }], min_count: 2 }), 400, expect.stringContaining("a single configured port ID")],
    [
      boot({ networks: [{ uuid: id, fixed_ip: "10.4.0.2" }], min_count: 2 }),
      400,
      "Failed to launch instances: max_count cannot be greater than 1 if an fixed_ip is specified.",
    ],
    [boot({ name: "" }), 400, "Invalid input for field/attribute name. Value: . '' is too short"],
    [boot({ networks: [{ uuid: "none" }] }), 400, "Network none could not be found."],
    [boot({ key_name: "none" }), 400, "Invalid key_name provided."],
    [boot({ min_count: 3, max_count: 2 }), 400, "min_count must be <= max_count"],
    [
      boot({ hots: "x", y: 1 }),
      400,
      "Invalid input for field/attribute server. Additional properties are not allowed ('hots', 'y' were unexpected)",
    ],
    [boot({ networks: [{ uuid: id }], security_groups: [{ name: "none" }] }), 400, "Security group none not found."],
    [
      { server: { imageRef: "", flavorRef: "1" } },
      400,
      "Invalid input for field/attribute server. Value: {'imageRef': '', 'flavorRef': '1'}. 'name' is a required property",
    ],
  ] as const) {
    const reply = await demo("POST", "compute/v2.1/servers", body);
    expect([reply.status, reply.body.badRequest.message]).toEqual([status, message]);
  }
  expect((await demo("GET", "compute/v2.1/servers")).body.servers).toHaveLength(before);
});

test("another project's server is not there, and its host is the administrator's to know", async () => {
  const id = await network("mine", "10.5.0.0/24");
  const made = (await admin("POST", "compute/v2.1/servers", boot({ networks: [{ uuid: id }] }))).body.server;
  for (const [method, body] of [
    ["GET", undefined],
    ["DELETE", undefined],
    ["PUT", { server: { name: "x" } }],
  ] as const)
    expect((await demo(method, `compute/v2.1/servers/${made.id}`, body)).status).toBe(404);
  const mine = (await demo("POST", "compute/v2.1/servers", boot({ networks: [{ uuid: id }] }))).body.server;
  const shown = (await demo("GET", `compute/v2.1/servers/${mine.id}`)).body.server;
  expect(Object.keys(shown).filter((key) => key.startsWith("OS-EXT-SRV-ATTR"))).toEqual([]);
  expect((await demo("GET", "compute/v2.1/os-hypervisors")).status).toBe(403);
});

test("power follows Nova's states", async () => {
  const id = await network("power", "10.6.0.0/24");
  const made = (await demo("POST", "compute/v2.1/servers", boot({ networks: [{ uuid: id }] }))).body.server;
  const act = (action: string) => demo("POST", `compute/v2.1/servers/${made.id}/action`, { [action]: null });
  expect((await act("os-start")).status).toBe(409);
  expect((await act("os-stop")).status).toBe(202);
  expect((await demo("GET", `compute/v2.1/servers/${made.id}`)).body.server.status).toBe("SHUTOFF");
  expect((await act("os-start")).status).toBe(202);
  expect((await act("evacuate")).status).toBe(501);
});

test("a key pair's fingerprint is what ssh-keygen says of it", async () => {
  const { keypair } = (await demo("POST", "compute/v2.1/os-keypairs", { keypair: { name: "k" } })).body;
  expect(keypair.private_key).toContain("BEGIN RSA PRIVATE KEY");
  const again = { keypair: { name: "copy", public_key: keypair.public_key } };
  expect((await demo("POST", "compute/v2.1/os-keypairs", again)).body.keypair.fingerprint).toBe(keypair.fingerprint);
  expect(
    (await demo("POST", "compute/v2.1/os-keypairs", { keypair: { name: "bad", public_key: "ssh-rsa x" } })).status,
  ).toBe(400);
  expect((await admin("GET", "compute/v2.1/os-keypairs/k")).status).toBe(404);
});

test("servers' flavors and the network service's are no flavors of each other", async () => {
  const names = async (path: string) =>
    (await admin("GET", path)).body.flavors.map((one: { name: string }) => one.name);
  expect(await names("networking/v2.0/flavors")).toEqual([]);
  const flavor = { name: "routers", service_type: "L3_ROUTER_NAT" };
  expect((await admin("POST", "networking/v2.0/flavors", { flavor })).status).toBe(201);
  expect(await names("networking/v2.0/flavors")).toEqual(["routers"]);
  expect(await names("compute/v2.1/flavors")).not.toContain("routers");
});

test("all projects' servers are the administrator's to list, and to search by host and project", async () => {
  const id = await network("wide", "10.9.0.0/24");
  const made = await demo("POST", "compute/v2.1/servers", boot({ name: "wide", networks: [{ uuid: id }] }));
  const { host, project } = await admin("GET", `compute/v2.1/servers/${made.body.server.id}`).then(({ body }) => ({
    host: body.server["OS-EXT-SRV-ATTR:host"],
    project: body.server.tenant_id,
  }));
  const found = async (who: Client, query: string) =>
    (await who("GET", `compute/v2.1/servers?name=wide&${query}`)).body.servers?.length;
  expect(await found(admin, `all_tenants=1&project_id=${project}&host=${host}`)).toBe(1);
  expect(await found(admin, "all_tenants=&project_id=other")).toBe(0);
  expect(await found(admin, "all_tenants=1&host=other")).toBe(0);
  expect(await found(demo, "all_tenants=False&host=other")).toBe(1);
  expect(await demo("GET", "compute/v2.1/servers/detail?all_tenants=1")).toMatchObject({
    status: 403,
    body: {
      forbidden: { message: "Policy doesn't allow os_compute_api:servers:detail:get_all_tenants to be performed." },
    },
  });
  expect((await admin("GET", "compute/v2.1/servers?all_tenants=maybe")).status).toBe(400);
  expect(await found(admin, "all_tenants=1&deleted=True")).toBe(0);
  expect(await found(admin, "all_tenants=1&vm_state=active&key_name=none")).toBe(0);
  expect(await found(admin, "all_tenants=1&vm_state=active&availability_zone=nova")).toBe(1);
  expect(await found(demo, "changes-since=2020-01-01T00:00:00")).toBe(1);
  expect(await found(demo, "changes-since=2999-01-01")).toBe(0);
  expect((await demo("GET", "compute/v2.1/servers?changes-since=lately")).status).toBe(400);
});

test("a security group is found through the compute service, by its owner", async () => {
  const { security_group } = (
    await demo("POST", "networking/v2.0/security-groups", { security_group: { name: "web", description: "d" } })
  ).body;
  const { id, name, description, project_id: tenant_id } = security_group;
  const group = { id, name, description, tenant_id, rules: [] };
  expect((await demo("GET", "compute/v2.1/os-security-groups")).body.security_groups).toContainEqual(group);
  expect((await demo("GET", `compute/v2.1/os-security-groups/${id}`)).body).toEqual({ security_group: group });
  expect((await demo("GET", "compute/v2.1/os-security-groups/web")).status).toBe(404);
});

test("a private flavor is for the projects that were given it", async () => {
  const flavor = { name: "private", ram: 64, vcpus: 1, disk: 0, "os-flavor-access:is_public": false };
  const { id } = (await admin("POST", "compute/v2.1/flavors", { flavor })).body.flavor;
  const project = (await admin("GET", "identity/v3/projects?name=demo")).body.projects[0].id;
  expect((await demo("GET", `compute/v2.1/flavors/${id}`)).status).toBe(404);
  const given = await admin("POST", `compute/v2.1/flavors/${id}/action`, { addTenantAccess: { tenant: project } });
  expect(given.body).toEqual({ flavor_access: [{ flavor_id: id, tenant_id: project }] });
  expect((await demo("GET", `compute/v2.1/flavors/${id}`)).status).toBe(200);
  await admin("POST", `compute/v2.1/flavors/${id}/action`, { removeTenantAccess: { tenant: project } });
  expect((await demo("GET", "compute/v2.1/flavors")).body.flavors).not.toContainEqual(expect.objectContaining({ id }));
});

test("an aggregate takes hosts that are there, and goes when it is empty", async () => {
  const where = "compute/v2.1/os-aggregates";
  const { aggregate } = (await admin("POST", where, { aggregate: { name: "fast", availability_zone: "nova" } })).body;
  const act = (action: object) => admin("POST", `${where}/${aggregate.id}/action`, action);
  expect((await act({ add_host: { host: "nowhere" } })).status).toBe(404);
  expect((await act({ add_host: { host: "compute1" } })).body.aggregate.hosts).toEqual(["compute1"]);
  const changed = await act({ set_metadata: { metadata: { ssd: "true" } } });
  expect(changed.body.aggregate.metadata).toEqual({ availability_zone: "nova", ssd: "true" });
  expect((await admin("DELETE", `${where}/${aggregate.id}`)).status).toBe(400);
  await act({ remove_host: { host: "compute1" } });
  expect((await demo("DELETE", `${where}/${aggregate.id}`)).status).toBe(403);
  expect((await admin("DELETE", `${where}/${aggregate.id}`)).status).toBe(200);
});

test("servers of an anti-affine group run on different hosts, and fail when there are no more", async () => {
  const id = await network("apart", "10.20.0.0/24");
  const made = await demo("POST", "compute/v2.1/os-server-groups", {
    server_group: { name: "apart", policies: ["anti-affinity"] },
  });
  const group = made.body.server_group.id;
  const ids: string[] = [];
  for (const name of ["a", "b", "c", "d"]) {
    const request = { ...boot({ name, networks: [{ uuid: id }] }), "os:scheduler_hints": { group } };
    ids.push((await demo("POST", "compute/v2.1/servers", request)).body.server.id);
  }
  const shown = [];
  for (const one of ids) shown.push((await admin("GET", `compute/v2.1/servers/${one}`)).body.server);
  expect(new Set(shown.slice(0, 3).map((one) => one["OS-EXT-SRV-ATTR:host"])).size).toBe(3);
  expect(shown[3].status).toBe("ERROR");
  expect((await demo("GET", `compute/v2.1/os-server-groups/${group}`)).body.server_group.members).toEqual(ids);
  for (const one of ids) await demo("DELETE", `compute/v2.1/servers/${one}`);
});

test("a server takes one more address of its network, and gives it back", async () => {
  const id = await network("more", "10.21.0.0/24");
  const { server } = (await demo("POST", "compute/v2.1/servers", boot({ networks: [{ uuid: id }] }))).body;
  const where = `compute/v2.1/servers/${server.id}`;
  const addresses = async () =>
    (await demo("GET", where)).body.server.addresses.more.map((one: { addr: string }) => one.addr);
  expect((await demo("POST", `${where}/action`, { addFixedIp: { networkId: id } })).status).toBe(202);
  const [first, second] = await addresses();
  expect(second).toMatch(/^10\.21\.0\./);
  await demo("POST", `${where}/action`, { removeFixedIp: { address: second } });
  expect(await addresses()).toEqual([first]);
});

test("a locked server is changed by administrators alone", async () => {
  const { server } = (await demo("POST", "compute/v2.1/servers", boot({ networks: "none" }))).body;
  const where = `compute/v2.1/servers/${server.id}`;
  expect((await demo("POST", `${where}/action`, { lock: null })).status).toBe(202);
  expect((await demo("DELETE", where)).status).toBe(409);
  expect((await demo("POST", `${where}/action`, { "os-stop": null })).status).toBe(409);
  expect((await demo("POST", `${where}/action`, { rebuild: {} })).status).toBe(501);
  await demo("POST", `${where}/action`, { unlock: null });
  expect((await demo("DELETE", where)).status).toBe(204);
});

test("a shared image is listed by whoever accepted it", async () => {
  const image = (await admin("POST", "image/v2/images", { name: "offered" })).body;
  const project = (await admin("GET", "identity/v3/projects?name=demo")).body.projects[0].id;
  const listed = async () =>
    (await demo("GET", "image/v2/images")).body.images.some((one: { id: string }) => one.id === image.id);
  const offer = await admin("POST", `image/v2/images/${image.id}/members`, { member: project });
  expect(offer.body).toMatchObject({ member_id: project, status: "pending" });
  expect(await listed()).toBe(false);
  await demo("PUT", `image/v2/images/${image.id}/members/${project}`, { status: "accepted" });
  expect(await listed()).toBe(true);
  await admin("DELETE", `image/v2/images/${image.id}/members/${project}`);
  expect(await listed()).toBe(false);
});

test("servers are found by a part of their address", async () => {
  const id = await network("found", "10.77.0.0/24");
  const nic = (fixed_ip: string) => ({ networks: [{ uuid: id, fixed_ip }] });
  const { server } = (await demo("POST", "compute/v2.1/servers", boot(nic("10.77.0.50")))).body;
  const other = (await demo("POST", "compute/v2.1/servers", boot(nic("10.77.0.60")))).body.server;
  const found = async (ip: string) =>
    (await demo("GET", `compute/v2.1/servers?ip=${ip}`)).body.servers.map((one: { id: string }) => one.id);
  expect(await found("10.77.0.5")).toEqual([server.id]);
  expect(await found("10.77.0")).toEqual([other.id, server.id]);
  expect(await found("10.78")).toEqual([]);
  for (const one of [server, other]) await demo("DELETE", `compute/v2.1/servers/${one.id}`);
});

test("usage counts the hours of servers that are there", async () => {
  const { server } = (await demo("POST", "compute/v2.1/servers", boot({ networks: "none" }))).body;
  const { tenant_usages } = (await admin("GET", "compute/v2.1/os-simple-tenant-usage?detailed=1")).body;
  expect(
    tenant_usages.flatMap((one: { server_usages: { instance_id: string }[] }) => one.server_usages),
  ).toContainEqual(expect.objectContaining({ instance_id: server.id, memory_mb: 512, state: "active" }));
  expect((await demo("GET", "compute/v2.1/os-simple-tenant-usage")).status).toBe(403);
  const { tenant_id } = (await demo("GET", `compute/v2.1/servers/${server.id}`)).body.server;
  const { absolute } = (await demo("GET", "compute/v2.1/limits")).body.limits;
  expect(absolute.totalInstancesUsed).toBeGreaterThan(0);
  expect((await admin("GET", `compute/v2.1/limits?tenant_id=${tenant_id}`)).body.limits.absolute).toEqual(absolute);
  const quotas = (await admin("GET", `compute/v2.1/os-quota-sets/${tenant_id}/detail`)).body.quota_set;
  expect(quotas.ram).toEqual({ limit: 51_200, in_use: absolute.totalRAMUsed, reserved: 0 });
  for (const other of ["os-quota-sets/another", "os-quota-sets/another/detail", "limits?tenant_id=another"])
    expect((await demo("GET", `compute/v2.1/${other}`)).status).toBe(403);
  await demo("DELETE", `compute/v2.1/servers/${server.id}`);
});

test("a refusal tells its request, also a stranger's", async () => {
  for (const service of ["networking/v2.0/networks/none", "compute/v2.1/servers/none", "image/v2/images/none"]) {
    const reply = await fetch(`${server.url}/${service}`);
    expect([reply.status, reply.headers.get("x-openstack-request-id")]).toEqual([401, expect.stringMatching(/^req-/)]);
  }
});
