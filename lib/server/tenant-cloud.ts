/**
 * The embedded cloud as a project sees it: exactly the objects that the services' own APIs list to it, with the attributes that
 * they show to it. There is no second set of rules here that could be laxer than theirs.
 */
import type {
  CloudApi,
  NeutronAddressGroup,
  NeutronFloatingIp,
  NeutronNetwork,
  NeutronPort,
  NeutronRouter,
  NeutronSecurityGroup,
  NeutronSubnet,
} from "../api/neutron.ts";
import type { CollectedCloud } from "../collect/cloud.ts";
import type { EmbeddedCloud } from "../embedded.ts";
import type { Guest } from "../host/world.ts";
import type { Session } from "./session.ts";

type Services = Pick<EmbeddedCloud, "neutron" | "compute">;

/** By the whole cloud at one moment, then by who sees it. */
const made = new WeakMap<CollectedCloud, Map<string, Promise<CollectedCloud>>>();

/** The same object for the same moment, project and roles. */
export function tenantCloud(services: Services, whole: CollectedCloud, session: Session): Promise<CollectedCloud> {
  let known = made.get(whole);
  if (!known) {
    known = new Map();
    made.set(whole, known);
  }
  const key = JSON.stringify([session.project.id, session.project.name, session.user.id, session.roles]);
  const found = known.get(key);
  if (found) return found;
  const making = make(services, whole, session);
  known.set(key, making);
  making.catch(() => known.delete(key));
  return making;
}

async function make(services: Services, { name, world }: CollectedCloud, session: Session): Promise<CollectedCloud> {
  const api = await apiOf(services, session);
  const ports = new Set(api.ports.map((port) => port.id));
  const servers = new Set(api.servers.map((one) => one.id));
  const own = (guests: readonly Guest[]) =>
    guests
      .filter((one) => ports.has(one.portId) && (one.serverId === undefined || servers.has(one.serverId)))
      .map((one) => ({ ...one, host: "", tap: "" }));
  return {
    name,
    api,
    world: { hosts: [], guests: own(world.guests), subports: own(world.subports ?? []), segments: [], gaps: [] },
    gaps: [],
    files: () => [],
    raw: async (host, file) => {
      throw new Error(`${host}/${file}: a project sees no files of hosts`);
    },
  };
}

async function apiOf({ neutron, compute }: Services, { context, project }: Session): Promise<CloudApi> {
  const list = async <T>(name: string): Promise<T[]> => {
    const resource = neutron.resources.find((one) => one.name === name);
    if (!resource) throw new Error(`no resource ${name}`);
    const request = { filters: {}, fields: [], sorts: [], limit: undefined, marker: undefined, reverse: false };
    const { items } = await neutron.api.list(context, resource, request);
    // Views of a resource of that name; ids of other projects say nothing here, so they stay away.
    return items.map((view) => ({ ...view, project_id: view.project_id === project.id ? project.id : "" }) as T);
  };
  return {
    networks: await list<NeutronNetwork>("network"),
    subnets: await list<NeutronSubnet>("subnet"),
    ports: await list<NeutronPort>("port"),
    routers: await list<NeutronRouter>("router"),
    floatingIps: await list<NeutronFloatingIp>("floatingip"),
    securityGroups: await list<NeutronSecurityGroup>("security_group"),
    addressGroups: await list<NeutronAddressGroup>("address_group"),
    agents: [],
    servers: (await compute.servers.list(context, false)).map(({ id, name, status }) => ({
      id,
      name,
      status,
      tenant_id: project.id,
    })),
    projects: [{ id: project.id, name: project.name }],
  };
}
