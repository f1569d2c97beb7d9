/**
 * A large cloud in a data directory, as its users would have made it through the services: hypervisors with the agents that
 * the default cloud's have, networks with subnets, routers on them, servers spread over all hosts.
 */
import { randomUUID } from "node:crypto";
import { Compute } from "../../compute/compute.ts";
import { isoSecond, prepareCompute } from "../../compute/first-start.ts";
import { computeHosts, type Server, servers } from "../../compute/model.ts";
import { administratorOf, Objects, type Place } from "../../demo-cloud/objects.ts";
import { type EmbeddedCloud, openEmbedded, storePlace } from "../../embedded.ts";
import { type Context, serviceContext } from "../../identity/context.ts";
import { Identity } from "../../identity/identity.ts";
import { passwordsOf, prepare as prepareIdentity } from "../../identity/prepare.ts";
import { type Agent, agents, registerAgent } from "../../neutron/agent/agents.ts";
import { prepareAgents } from "../../neutron/agent/hosts.ts";
import { DEFAULT_CONFIG } from "../../neutron/config/config.ts";
import { devicesUp } from "../../neutron/core/device-up.ts";
import { Neutron } from "../../neutron/neutron.ts";
import { projectLimits, RESOURCES } from "../../neutron/quota/limits.ts";
import type { Change } from "../../neutron/resource.ts";
import { openStore } from "../../store/open.ts";
import type { Store } from "../../store/store.ts";

/** As issue 4 asks for its figures. */
export const LARGE = { hosts: 100, serversPerHost: 20, networks: 50, routers: 20 } as const;

/** The pattern of every other hypervisor. */
const MODEL = "compute1";
/** Those of a new cloud with Open vSwitch; compute3 has the Linux bridge agent, and takes no part. */
const FIRST_HOSTS = 2;
const GROUPS = 10;
const BULK = 100;
/** Every second one of the first routers' networks. */
const FLOATING_IPS = 40;

function hostName(number: number): string {
  return number <= FIRST_HOSTS ? `compute${number}` : `compute${number + 1}`;
}

/** Servers of a network are as many apart as there are networks. */
export function serverName(n: number): string {
  return `vm${n}`;
}

export function hostOf(server: number): string {
  return hostName(1 + Math.floor(server / LARGE.serversPerHost));
}

/** Nobody may serve the directory meanwhile. No host is simulated until `openLarge`. */
export async function makeLargeCloud(dataDir: string, env: Readonly<Record<string, string>> = {}): Promise<void> {
  const report = (error: unknown) => {
    throw error;
  };
  const store = await openStore(storePlace(dataDir, env), { onError: report });
  const identity = new Identity(store);
  await prepareIdentity(identity, passwordsOf(env));
  const neutron = new Neutron(store, DEFAULT_CONFIG, { report });
  const compute = new Compute(store, neutron);
  const admin = await identity.projects.byName("default", "admin");
  const user = await identity.users.byName("default", "admin");
  if (!admin || !user) throw new Error("a new cloud has an administrator");
  await neutron.change(serviceContext(), prepareAgents);
  await prepareCompute(store, randomUUID, admin.id);
  await neutron.change(serviceContext(), moreAgents);
  await moreHypervisors(store);
  await store.transaction((tx) =>
    projectLimits.insert(tx, { id: admin.id, project_id: admin.id, limits: UNLIMITED }).then(() => undefined),
  );
  const context = administratorOf(admin.id, user.id);
  await fill({ neutron, compute, context });
  await store.close();
  identity.close();
}

/** All its hosts are built when it answers. */
export function openLarge(dataDir: string, signal: AbortSignal): Promise<EmbeddedCloud> {
  return openEmbedded({
    place: storePlace(dataDir, {}),
    env: { UNDERLAY_EMPTY_CLOUD: "1" },
    signal,
    report(error) {
      throw error;
    },
  });
}

const UNLIMITED = Object.fromEntries(RESOURCES.map((name) => [name, -1]));

const hostNumbers = () => Array.from({ length: LARGE.hosts }, (_, i) => i + 1);

async function moreAgents(change: Change): Promise<void> {
  const model = await agents.list(change.tx, { keys: { host: MODEL } });
  for (const number of hostNumbers().slice(FIRST_HOSTS))
    for (const agent of model)
      await registerAgent(change, elsewhere(agent, hostName(number), `10.0.44.${100 + number}`));
}

function elsewhere(agent: Agent, host: string, address: string) {
  const { agent_type, binary, topic, availability_zone, configurations } = agent;
  const own = "tunneling_ip" in configurations ? { tunneling_ip: address } : {};
  return { agent_type, binary, host, topic, availability_zone, configurations: { ...configurations, ...own } };
}

async function moreHypervisors(store: Store): Promise<void> {
  await store.transaction(async (tx) => {
    const [model] = await computeHosts.list(tx, { keys: { host: MODEL } });
    if (!model) throw new Error(`a new cloud has ${MODEL}`);
    for (const number of hostNumbers().slice(FIRST_HOSTS)) {
      const host_ip = `192.168.249.${number}`;
      await computeHosts.insert(tx, {
        ...model,
        id: randomUUID(),
        number: number + 10,
        host: hostName(number),
        host_ip,
      });
    }
  });
}

async function fill(place: Place): Promise<void> {
  const objects = new Objects(place);
  const external = await externalNetwork(objects);
  const groups = await securityGroups(objects);
  const networks: { id: string; subnet: string }[] = [];
  for (let n = 0; n < LARGE.networks; n++) {
    const network_id = await objects.create("network", { name: `net${n}`, "provider:network_type": "vxlan" });
    const subnet = { network_id, name: `net${n}`, ip_version: 4, cidr: `10.${n}.0.0/16` };
    networks.push({ id: network_id, subnet: await objects.create("subnet", subnet) });
  }
  // Of each two routers one is distributed; each joins two networks.
  for (let n = 0; n < LARGE.routers; n++) {
    const gateway = { external_gateway_info: { network_id: external } };
    const router = await objects.create("router", { name: `router${n}`, distributed: n % 2 === 1, ...gateway });
    for (const { subnet } of networks.slice(2 * n, 2 * n + 2)) await objects.attach(router, subnet);
  }
  const ports = await plug(place, networks, groups);
  for (const port of ports.slice(0, FLOATING_IPS)) await objects.floatingIp(external, port);
}

/** Servers by the hundred, each with a port, where one after the other would take minutes. @returns the ports' ids */
async function plug(place: Place, networks: readonly { id: string }[], groups: readonly string[]): Promise<string[]> {
  const { neutron, context, compute } = place;
  const [image] = await compute.images.list(context);
  const resource = neutron.resources.find((one) => one.name === "port");
  if (!resource) throw new Error("the networking service has ports");
  const all = Array.from({ length: LARGE.hosts * LARGE.serversPerHost }, (_, n) => ({ n, id: randomUUID() }));
  const made: string[] = [];
  for (let start = 0; start < all.length; start += BULK) {
    const some = all.slice(start, start + BULK);
    const ports = await neutron.api.create(context, resource, {
      ports: some.map(({ n, id }) => ({
        name: serverName(n),
        project_id: context.projectId,
        network_id: networks[n % networks.length]?.id,
        security_groups: [groups[n % groups.length]],
        device_id: id,
        device_owner: "compute:nova",
        "binding:host_id": hostOf(n),
      })),
    });
    const ids = (Array.isArray(ports) ? ports : [ports]).map((port) => String(port.id));
    await devicesUp(neutron, ids);
    await neutron.change(serviceContext(), async ({ tx }) => {
      for (const { n, id } of some) await servers.insert(tx, server(id, n, context, image?.id ?? null, tx.now));
    });
    made.push(...ids);
  }
  return made;
}

function server(id: string, n: number, { projectId, userId }: Context, image_id: string | null, now: number): Server {
  const at = isoSecond(now);
  return {
    id,
    project_id: projectId ?? "",
    user_id: userId,
    name: serverName(n),
    status: "ACTIVE",
    fault: null,
    image_id,
    flavor_id: "42",
    key_name: null,
    metadata: {},
    security_groups: [],
    user_data: null,
    host: hostOf(n),
    number: n + 1,
    created_at: at,
    updated_at: at,
    launched_at: at,
    own_ports: [],
  };
}

async function externalNetwork(objects: Objects): Promise<string> {
  const provider = { "provider:network_type": "flat", "provider:physical_network": "extern" };
  const network_id = await objects.create("network", { name: "extern", "router:external": true, ...provider });
  const subnet = { network_id, ip_version: 4, cidr: "172.24.0.0/16", gateway_ip: "172.24.0.1", enable_dhcp: false };
  await objects.create("subnet", subnet);
  return network_id;
}

/** What it admits: its own members everything, anybody ping and SSH. */
async function securityGroups(objects: Objects): Promise<string[]> {
  const made: string[] = [];
  for (let n = 0; n < GROUPS; n++) {
    const id = await objects.create("security_group", { name: `group${n}` });
    const own = { security_group_id: id, direction: "ingress", ethertype: "IPv4", remote_group_id: id };
    await objects.create("security_group_rule", own);
    await objects.admit(id, { protocol: "icmp" });
    await objects.admit(id, { protocol: "tcp", port: 22 });
    made.push(id);
  }
  return made;
}
