/** What the compute service asks of the networking one: through its API, as Nova does (nova/network/neutron.py). */
import { type Context, serviceContext } from "../identity/context.ts";
import type { Json } from "../neutron/attribute.ts";
import { deviceUp } from "../neutron/core/device-up.ts";
import { NeutronError } from "../neutron/errors.ts";
import type { ListRequest } from "../neutron/list-query.ts";
import type { Neutron } from "../neutron/neutron.ts";
import type { Resource } from "../neutron/resource.ts";
import { ComputeError } from "./errors.ts";

/** The attributes of a port that matter here. */
export interface PortView extends Json {
  readonly id: string;
  readonly network_id: string;
  readonly mac_address: string;
  readonly device_id: string;
  readonly device_owner: string;
  readonly status: string;
  readonly fixed_ips: readonly { readonly subnet_id: string; readonly ip_address: string }[];
  readonly security_groups: readonly string[];
  readonly revision_number: number;
}

export interface Nic {
  readonly network?: string | undefined;
  readonly port?: string | undefined;
  readonly fixedIp?: string | undefined;
}

export class Networks {
  private readonly neutron: Neutron;
  constructor(neutron: Neutron) {
    this.neutron = neutron;
  }

  /** @returns views of `plural` that hold for all filters, as `context` sees them */
  async list(context: Context, name: string, filters: ListRequest["filters"] = {}): Promise<Json[]> {
    const request = { filters, fields: [], sorts: [], limit: undefined, marker: undefined, reverse: false };
    return (await this.neutron.api.list(context, this.resource(name), request)).items;
  }

  /** Networks that the caller may plug a server into, when he names none: one, or it must be said which. */
  async chosen(context: Context, nics: readonly Nic[] | undefined): Promise<Nic[]> {
    if (nics !== undefined) {
      for (const nic of nics) if (nic.network !== undefined) await this.network(context, nic.network);
      return [...nics];
    }
    const all = await this.list(context, "network");
    const usable = all.filter(
      (one) => one["router:external"] !== true && (one.project_id === context.projectId || one.shared === true),
    );
    if (usable.length > 1)
      throw new ComputeError("conflict", "Multiple possible networks found, use a Network ID to be more specific.");
    return usable.map((one) => ({ network: String(one.id) }));
  }

  private async network(context: Context, id: string): Promise<void> {
    const found = await this.list(context, "network", { id: [id] });
    const network = found[0];
    if (!network) throw new ComputeError("bad-request", `Network ${id} could not be found.`);
    if (network["router:external"] === true && network.shared !== true && !context.isAdmin)
      throw new ComputeError("forbidden", `It is not allowed to create an interface on external network ${id}`);
    if (!Array.isArray(network.subnets) || network.subnets.length === 0)
      throw new ComputeError("bad-request", `Network ${id} requires a subnet in order to boot instances on.`);
  }

  /** Ids of the caller's groups, given by name or id. */
  async groupIds(context: Context, names: readonly string[]): Promise<string[]> {
    const groups = await this.list(context, "security_group", { project_id: [context.projectId ?? ""] });
    return names.map((name) => {
      const found = groups.filter((one) => one.id === name || one.name === name);
      if (found.length > 1)
        throw new ComputeError(
          "conflict",
          `Multiple security_groups found matching '${name}'. Use an ID to be more specific.`,
        );
      const id = found[0]?.id;
      if (id === undefined) throw new ComputeError("bad-request", `Security group ${name} not found.`);
      return String(id);
    });
  }

  /** A port of `nic` for the server, bound to the host, whose agent reports it at once. @returns it, and whether it was made here */
  async plug(
    context: Context,
    server: string,
    host: string,
    nic: Nic,
    groups: readonly string[] | undefined,
  ): Promise<{ port: PortView; made: boolean }> {
    const plugged = { device_id: server, device_owner: "compute:nova", "binding:host_id": host };
    if (nic.port !== undefined) {
      const port = await this.take(context, nic.port, plugged);
      await deviceUp(this.neutron, port.id);
      return { port, made: false };
    }
    const values = {
      ...plugged,
      network_id: nic.network,
      project_id: context.projectId,
      ...(nic.fixedIp === undefined ? {} : { fixed_ips: [{ ip_address: nic.fixedIp }] }),
      ...(groups === undefined ? {} : { security_groups: groups }),
    };
    const made = await spoken(() => this.neutron.api.create(SERVICE, this.resource("port"), { port: values }));
    const port = made as PortView; // One body, one port.
    await deviceUp(this.neutron, port.id);
    return { port, made: true };
  }

  /** Of several servers that ask for a port at once, one gets it: none that has changed since it was looked at is taken. */
  private async take(context: Context, id: string, plugged: Json): Promise<PortView> {
    for (;;) {
      const port = await this.port(context, id);
      if (port.device_id !== "") throw new ComputeError("conflict", `Port ${id} is still in use.`);
      if (port.fixed_ips.length === 0 && port.ip_allocation !== "deferred")
        throw new ComputeError("bad-request", `Port ${id} requires a FixedIP in order to be used.`);
      try {
        return await this.update(id, plugged, port.revision_number);
      } catch (error) {
        if (!(error instanceof NeutronError && error.reason === "precondition-failed")) throw error;
      }
    }
  }

  /** Takes the port off the server: away with it when it was made for it. */
  async unplug(id: string, made: boolean): Promise<void> {
    try {
      if (made) await this.neutron.api.remove(SERVICE, this.resource("port"), id);
      else await this.update(id, { device_id: "", device_owner: "", "binding:host_id": "" });
    } catch (error) {
      if (!(error instanceof NeutronError && error.reason === "not-found")) throw error; // It has gone by itself.
    }
  }

  async setGroups(id: string, groups: readonly string[]): Promise<void> {
    await this.update(id, { security_groups: groups });
  }

  /** From a subnet of its network. */
  async addAddress(port: PortView): Promise<void> {
    const subnets = await this.list(SERVICE, "subnet", { network_id: [port.network_id] });
    let refusal: unknown = new ComputeError("bad-request", `Network ${port.network_id} has no subnets.`);
    for (const subnet of subnets)
      try {
        await this.update(port.id, { fixed_ips: [...port.fixed_ips, { subnet_id: subnet.id }] });
        return;
      } catch (error) {
        refusal = error; // The next subnet may have a free one.
      }
    throw refusal;
  }

  async removeAddress(port: PortView, address: string): Promise<void> {
    await this.update(port.id, { fixed_ips: port.fixed_ips.filter(({ ip_address }) => ip_address !== address) });
  }

  /** Ports of servers, of every project. */
  async portsOf(servers: readonly string[]): Promise<PortView[]> {
    if (servers.length === 0) return [];
    return (await this.list(SERVICE, "port", { device_id: servers })) as PortView[]; // Views of that resource.
  }

  async port(context: Context, id: string): Promise<PortView> {
    const [port] = await this.list(context, "port", { id: [id] });
    if (!port) throw new ComputeError("not-found", `Port id ${id} could not be found.`);
    return port as PortView; // A view of that resource.
  }

  async bound(host: string): Promise<boolean> {
    const agents = await this.list(SERVICE, "agent", { host: [host] });
    return agents.some((one) => one.alive === true && one.admin_state_up === true);
  }

  /** @param revision that the port must still have */
  private async update(id: string, values: Json, revision?: number): Promise<PortView> {
    const port = await spoken(() =>
      this.neutron.api.update(SERVICE, this.resource("port"), id, { port: values }, undefined, revision),
    );
    return port as PortView; // A view of that resource.
  }

  private resource(name: string): Resource {
    const resource = this.neutron.resources.find((one) => one.name === name);
    if (!resource) throw new Error(`the networking service has no ${name}`);
    return resource;
  }
}

const SERVICE = serviceContext("req-compute");

/** Refusals of the networking service in the words of the compute one. */
async function spoken<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof NeutronError) || error.reason === "precondition-failed") throw error;
    const reason = error.type === "OverQuota" ? "forbidden" : error.reason === "conflict" ? "conflict" : "bad-request";
    throw new ComputeError(reason, error.message);
  }
}
