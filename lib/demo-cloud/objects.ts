/** Makes objects through the services' own functions, as an administrator's client would; what is there already is taken. */
import type { Compute } from "../compute/compute.ts";
import { type Context, serviceContext } from "../identity/context.ts";
import type { Json } from "../neutron/attribute.ts";
import type { Neutron } from "../neutron/neutron.ts";
import type { Resource } from "../neutron/resource.ts";

export interface Place {
  readonly neutron: Neutron;
  readonly compute: Compute;
  /** Whose the objects are, with an administrator's rights. */
  readonly context: Context;
}

/** An administrator at work in a project. */
export function administratorOf(projectId: string, userId: string): Context {
  return { ...serviceContext("req-first-content"), userId, projectId };
}

export class Objects {
  private readonly place: Place;
  private readonly projectId: string;

  constructor(place: Place) {
    this.place = place;
    this.projectId = place.context.projectId ?? "";
  }

  /** The project's object of this name. @returns its id */
  async ensure(resource: string, name: string, values: Json): Promise<string> {
    const [found] = await this.list(resource, { name: [name], project_id: [this.projectId] });
    if (found) return String(found.id);
    return this.create(resource, { name, project_id: this.projectId, ...values });
  }

  async create(resource: string, values: Json): Promise<string> {
    const { neutron, context } = this.place;
    const made = await neutron.api.create(context, this.resource(resource), { [resource]: values });
    return String(Array.isArray(made) ? made[0]?.id : made.id);
  }

  /** A rule that admits from anywhere. */
  async admit(group: string, rule: { protocol: string; port?: number }): Promise<void> {
    const filters = { security_group_id: [group], direction: ["ingress"], protocol: [rule.protocol] };
    if ((await this.list("security_group_rule", filters)).length > 0) return;
    await this.create("security_group_rule", {
      security_group_id: group,
      project_id: this.projectId,
      direction: "ingress",
      ethertype: "IPv4",
      protocol: rule.protocol,
      ...(rule.port !== undefined && { port_range_min: rule.port, port_range_max: rule.port }),
    });
  }

  async attach(router: string, subnet: string): Promise<void> {
    const filters = { device_id: [router], fixed_ips: [`subnet_id=${subnet}`] };
    if ((await this.list("port", filters)).length > 0) return;
    const resource = this.resource("router");
    const action = resource.actions?.add_router_interface;
    if (!action) throw new Error("routers take no interfaces");
    const { neutron, context } = this.place;
    await neutron.api.act(context, resource, "add_router_interface", action, router, { subnet_id: subnet });
  }

  /** A server with one port, of the same name, on a host of our choice. @returns the port's id */
  async server(name: string, where: { network: string; host: string; group: string }): Promise<string> {
    const port = await this.ensure("port", name, { network_id: where.network, security_groups: [where.group] });
    const { compute, context } = this.place;
    if ((await compute.servers.list(context, false)).some((one) => one.name === name)) return port;
    const [image] = await compute.images.list(context);
    await compute.servers.create(context, {
      name,
      image: image?.id ?? null,
      flavor: "42",
      nics: [{ port }],
      groups: undefined,
      keyName: null,
      metadata: {},
      userData: null,
      place: { zone: `nova:${where.host}` },
      count: 1,
    });
    return port;
  }

  async floatingIp(network: string, port: string): Promise<void> {
    if ((await this.list("floatingip", { port_id: [port] })).length > 0) return;
    await this.create("floatingip", { floating_network_id: network, port_id: port, project_id: this.projectId });
  }

  async list(name: string, filters: Readonly<Record<string, readonly string[]>>): Promise<Json[]> {
    const request = { filters, fields: [], sorts: [], limit: undefined, marker: undefined, reverse: false };
    const { neutron, context } = this.place;
    return (await neutron.api.list(context, this.resource(name), request)).items;
  }

  private resource(name: string): Resource {
    const found = this.place.neutron.resources.find((one) => one.name === name);
    if (!found) throw new Error(`the networking service has no ${name}`);
    return found;
  }
}
