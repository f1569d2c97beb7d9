/** What a trace would come to if a router joined the networks of its two ends. Central routers alone: they are on one host. */
import type { TraceQuery } from "../api/http.ts";
import type { CloudApi, NeutronPort, NeutronRouter, NeutronSubnet } from "../api/neutron.ts";
import type { CollectedCloud } from "../collect/cloud.ts";
import { familyOf, type IpFamily } from "../net/address.ts";
import { endsOf } from "./allowed.ts";

const INTERFACE = "network:router_interface";
/** Of what there is not yet; devices are named after the first eleven characters. */
const IDS = { router: "f0000000-0000-4000-8000-000000000000", ports: ["f0000000-01", "f0000000-02"] } as const;
const MACS = ["fa:16:3e:f0:00:01", "fa:16:3e:f0:00:02"] as const;

interface Joining {
  /** The router's host, and the ends'. */
  readonly hosts: ReadonlySet<string>;
  /** As the command line takes it. */
  readonly commands: readonly string[];
  /** An API's answers as they would be then. */
  with(api: CloudApi): CloudApi;
}

/**
 * @param cloud the whole, which tells where a router would be
 * @param seen the cloud as whoever asks sees it
 * @param may whether he may change what is this project's
 * @returns undefined where no router is lacking, or its gateways' addresses are not there to be had
 */
export function joiningOf(
  cloud: CollectedCloud,
  seen: CollectedCloud,
  query: TraceQuery,
  may: (projectId: string) => boolean,
): Joining | undefined {
  const ends = endsOf(seen, query);
  const family = ends?.target === undefined ? undefined : familyOf(ends.target);
  const ports = [ends?.from, ends?.to];
  const subnets = ports.map((port) => subnetOf(seen.api, port, family));
  const [a, b] = subnets;
  if (!a || !b || a.network_id === b.network_id || !may(a.project_id) || !may(b.project_id)) return undefined;
  const known = [a, b].map((subnet) => routerOn(seen.api, subnet));
  const router = known[0] ?? known[1] ?? fresh(a, b, seen.api);
  // Two routers: which of them should give up its gateway's address is nothing to guess.
  if ((known[0] && known[1]) || router.distributed || router.ha || !may(router.project_id)) return undefined;
  const lacking = [a, b].filter((_, at) => !known[at]);
  const host = hostOf(cloud.api, router);
  if (host === undefined || lacking.some((subnet) => isTaken(seen.api, subnet))) return undefined;
  const made = lacking.map((subnet, at) => interfaceOf(router, subnet, host, at));
  const isNew = known.every((one) => one === undefined);
  const guests = cloud.world.guests.filter((guest) => ports.some((port) => port?.id === guest.portId));
  const name = nameOf(router, seen.api.routers);
  return {
    hosts: new Set([host, ...guests.map((guest) => guest.host)]),
    commands: [
      ...(isNew ? [`openstack router create ${name}`] : []),
      ...lacking.map((subnet) => `openstack router add subnet ${name} ${nameOf(subnet, seen.api.subnets)}`),
    ],
    with: (api) => ({
      ...api,
      routers: isNew ? [...api.routers, router] : api.routers,
      ports: [...api.ports, ...made],
    }),
  };
}

function subnetOf(
  api: CloudApi,
  port: NeutronPort | undefined,
  family: IpFamily | undefined,
): NeutronSubnet | undefined {
  const ids = port?.fixed_ips.filter((ip) => familyOf(ip.ip_address) === family).map((ip) => ip.subnet_id) ?? [];
  return api.subnets.find((one) => ids.includes(one.id) && one.gateway_ip !== null);
}

const isOn = (port: NeutronPort, { id, gateway_ip }: NeutronSubnet) =>
  port.fixed_ips.some((ip) => ip.subnet_id === id && ip.ip_address === gateway_ip);

function routerOn(api: CloudApi, subnet: NeutronSubnet): NeutronRouter | undefined {
  const port = api.ports.find((one) => one.device_owner.startsWith(INTERFACE) && isOn(one, subnet));
  return api.routers.find((one) => one.id === port?.device_id);
}

function isTaken(api: CloudApi, subnet: NeutronSubnet): boolean {
  return api.ports.some((port) => isOn(port, subnet));
}

function fresh(a: NeutronSubnet, b: NeutronSubnet, api: CloudApi): NeutronRouter {
  const [one, other] = [a, b].map(({ network_id }) => api.networks.find((network) => network.id === network_id)?.name);
  return {
    id: IDS.router,
    name: /^[\w.-]+$/.test(`${one}-${other}`) ? `${one}-${other}` : "between",
    project_id: a.project_id,
    admin_state_up: true,
    status: "ACTIVE",
    routes: [],
    external_gateway_info: null,
  };
}

/** Where its other ports are; of a new one, where an agent takes central routers. */
function hostOf({ ports, agents }: CloudApi, { id }: NeutronRouter): string | undefined {
  const own = ports.find((port) => port.device_id === id && port["binding:host_id"])?.["binding:host_id"];
  const takes = agents.find(
    ({ agent_type, alive, configurations }) =>
      agent_type === "L3 agent" && alive && ["legacy", "dvr_snat"].includes(String(configurations?.agent_mode)),
  );
  return own ?? takes?.host;
}

function interfaceOf(router: NeutronRouter, subnet: NeutronSubnet, host: string, at: number): NeutronPort {
  return {
    id: `${IDS.ports[at]}-4000-8000-000000000000`,
    name: "",
    project_id: router.project_id,
    network_id: subnet.network_id,
    mac_address: MACS[at] ?? MACS[0],
    admin_state_up: true,
    status: "ACTIVE",
    fixed_ips: [{ subnet_id: subnet.id, ip_address: subnet.gateway_ip ?? "" }],
    device_id: router.id,
    device_owner: INTERFACE,
    security_groups: [],
    allowed_address_pairs: [],
    port_security_enabled: false,
    "binding:host_id": host,
    "binding:vif_type": "ovs",
    "binding:vnic_type": "normal",
  };
}

/** A name where it says enough, and needs no quotes. */
function nameOf(one: { id: string; name: string }, all: readonly { id: string; name: string }[]): string {
  const alone = all.every((other) => other.name !== one.name || other.id === one.id);
  return alone && /^[\w.-]+$/.test(one.name) ? one.name : one.id;
}
