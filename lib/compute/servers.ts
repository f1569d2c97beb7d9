/** Servers: placed on a simulated host, plugged into networks, and from then on a row and its ports. Source: nova/compute/{api,manager}.py. */
import { randomUUID } from "node:crypto";
import type { Context } from "../identity/context.ts";
import type { Store, Tx } from "../store/store.ts";
import type { Flavors, Hosts, Images } from "./catalog.ts";
import { absent, ComputeError } from "./errors.ts";
import { isoSecond } from "./first-start.ts";
import type { Keypairs } from "./keypairs.ts";
import { counters, type Server, type ServerStatus, servers } from "./model.ts";
import type { Networks, Nic } from "./networks.ts";
import { isConnected, PLUGGING_TIMEOUT_MS } from "./plugged.ts";
import { hostsFor, type Place } from "./scheduler.ts";
import type { ServerGroups } from "./server-groups.ts";

export interface ServerRequest {
  readonly name: string;
  readonly image: string | null;
  readonly flavor: string;
  readonly nics: readonly Nic[] | undefined;
  readonly groups: readonly string[] | undefined;
  readonly keyName: string | null;
  readonly metadata: Readonly<Record<string, string>>;
  readonly userData: string | null;
  readonly place: Place;
  readonly count: number;
  /** The id of a server group. */
  readonly group?: string | undefined;
}

/** What an action does to the status, and from which it may. nova/compute/vm_states.py */
const ACTIONS: Readonly<
  Record<string, { readonly from: readonly ServerStatus[]; readonly to: ServerStatus; readonly verb: string }>
> = {
  "os-start": { from: ["SHUTOFF"], to: "ACTIVE", verb: "start" },
  "os-stop": { from: ["ACTIVE", "ERROR"], to: "SHUTOFF", verb: "stop" },
  reboot: { from: ["ACTIVE", "SHUTOFF", "PAUSED", "SUSPENDED", "ERROR"], to: "ACTIVE", verb: "reboot" },
  pause: { from: ["ACTIVE"], to: "PAUSED", verb: "pause" },
  unpause: { from: ["PAUSED"], to: "ACTIVE", verb: "unpause" },
  suspend: { from: ["ACTIVE"], to: "SUSPENDED", verb: "suspend" },
  resume: { from: ["SUSPENDED"], to: "ACTIVE", verb: "resume" },
};

type Changes = Partial<Server> & { readonly launched?: boolean };

export interface ServerParts {
  readonly store: Store;
  readonly networks: Networks;
  readonly flavors: Flavors;
  readonly images: Images;
  readonly keypairs: Keypairs;
  readonly hosts: Hosts;
  readonly serverGroups: ServerGroups;
}

export class Servers {
  private readonly parts: ServerParts;
  constructor(parts: ServerParts) {
    this.parts = parts;
  }

  /** @param everywhere all projects' (administrators) */
  list(context: Context, everywhere: boolean): Promise<Server[]> {
    const all = everywhere && context.isAdmin;
    return servers.list(this.parts.store.read, all ? {} : { projectIds: [context.projectId ?? ""] });
  }

  async show(context: Context, id: string): Promise<Server> {
    const server = await servers.get(this.parts.store.read, id);
    if (!server || !(context.isAdmin || server.project_id === context.projectId)) throw absent("Instance", id);
    return server;
  }

  /** Answers as soon as the servers are there to be asked for; the first of them. Their ports come before the answer, too. */
  async create(context: Context, request: ServerRequest): Promise<Server> {
    const { networks, flavors, images, keypairs, serverGroups } = this.parts;
    if (context.projectId === null)
      throw new ComputeError("bad-request", "A server needs a project: the token has none.");
    const flavor = await found(
      () => flavors.show(context, request.flavor),
      `Flavor ${request.flavor} could not be found.`,
    );
    if (request.image !== null) {
      const image = await found(
        () => images.show(context, String(request.image)),
        `Image ${request.image} could not be found.`,
      );
      if (image.status !== "active") throw new ComputeError("bad-request", `Image ${image.id} is not active.`);
    }
    if (request.keyName !== null)
      await found(() => keypairs.show(context, String(request.keyName)), "Invalid key_name provided.");
    if (request.count > 1) refuseShared(request.nics ?? []);
    const nics = await networks.chosen(context, request.nics);
    for (const { port } of nics)
      if (port !== undefined) await found(() => networks.port(context, port), `Port id ${port} could not be found.`);
    const groups = request.groups && (await networks.groupIds(context, request.groups));
    if (request.group !== undefined)
      await found(
        () => serverGroups.show(context, String(request.group)),
        `Instance group ${request.group} could not be found.`,
      );
    const place = async () =>
      serverGroups.allowed(
        context,
        request.group,
        await hostsFor(this.parts.hosts, networks, flavor, request.place, context),
      );
    let hosts = await place();
    const made: Server[] = [];
    for (let i = 0; i < request.count; i++) {
      const name = request.count > 1 ? `${request.name}-${i + 1}` : request.name;
      const server = await this.insert(context, { ...request, name });
      made.push(server);
      await this.spawn(context, server, nics, groups, hosts);
      hosts = await place();
    }
    const [first] = made;
    if (!first) throw new ComputeError("bad-request", "min_count must be at least 1");
    return first;
  }

  async rename(
    context: Context,
    id: string,
    changes: Partial<Pick<Server, "name" | "metadata" | "user_data">>,
  ): Promise<Server> {
    await this.show(context, id);
    return this.write(id, changes);
  }

  async remove(context: Context, id: string): Promise<void> {
    const server = await this.unlocked(context, id);
    for (const port of await this.parts.networks.portsOf([id]))
      await this.parts.networks.unplug(port.id, server.own_ports.includes(port.id));
    await this.parts.store.transaction((tx) => servers.remove(tx, id));
  }

  /** A change of power; throws for what is no such action. */
  async act(context: Context, id: string, action: string): Promise<void> {
    const server = await this.unlocked(context, id);
    const rule = ACTIONS[action];
    if (!rule) throw new ComputeError("bad-request", `There is no such action: ${action}`);
    if (!rule.from.includes(server.status))
      throw new ComputeError(
        "conflict",
        `Cannot '${rule.verb}' instance ${id} while it is in vm_state ${vmState(server.status)}`,
      );
    await this.write(id, { status: rule.to, ...(rule.to === "ACTIVE" ? { fault: null } : {}) });
  }

  /** Who is no administrator neither changes nor deletes a locked server. */
  async lock(context: Context, id: string, locked: boolean): Promise<void> {
    await this.show(context, id);
    await this.write(id, { locked });
  }

  private async unlocked(context: Context, id: string): Promise<Server> {
    const server = await this.show(context, id);
    if (server.locked === true && !context.isAdmin) throw new ComputeError("conflict", `Instance ${id} is locked`);
    return server;
  }

  /** One more address on the server's interface to that network. nova/network/neutron.py add_fixed_ip_to_instance */
  async addFixedIp(context: Context, id: string, network: string): Promise<void> {
    await this.unlocked(context, id);
    const port = (await this.parts.networks.portsOf([id])).find((one) => one.network_id === network);
    if (!port) throw new ComputeError("bad-request", `Instance ${id} has no interface to the network ${network}.`);
    await this.parts.networks.addAddress(port);
  }

  async removeFixedIp(context: Context, id: string, address: string): Promise<void> {
    await this.unlocked(context, id);
    const ports = await this.parts.networks.portsOf([id]);
    const port = ports.find((one) => one.fixed_ips.some(({ ip_address }) => ip_address === address));
    if (!port)
      throw new ComputeError("bad-request", `Fixed IP not found for instance ${id}: it does not have ${address}.`);
    await this.parts.networks.removeAddress(port, address);
  }

  async attach(context: Context, id: string, nic: Nic) {
    const server = await this.unlocked(context, id);
    if (server.host === null) throw new ComputeError("conflict", `Instance ${id} is not ready`);
    const [chosen] =
      nic.port === undefined
        ? await this.parts.networks.chosen(context, nic.network === undefined ? undefined : [nic])
        : [nic];
    if (!chosen) throw new ComputeError("bad-request", "No networks to attach to");
    const owner = { ...context, projectId: server.project_id };
    const { port, made } = await this.parts.networks.plug(owner, id, server.host, chosen, undefined);
    if (made) await this.write(id, ({ own_ports }) => ({ own_ports: [...own_ports, port.id] }));
    return port;
  }

  async detach(context: Context, id: string, portId: string): Promise<void> {
    const server = await this.unlocked(context, id);
    const ports = await this.parts.networks.portsOf([id]);
    if (!ports.some((one) => one.id === portId)) throw new ComputeError("not-found", `Port ${portId} is not attached`);
    const made = server.own_ports.includes(portId);
    await this.parts.networks.unplug(portId, made);
    if (made) await this.write(id, ({ own_ports }) => ({ own_ports: own_ports.filter((one) => one !== portId) }));
  }

  async setGroup(context: Context, id: string, name: string, member: boolean): Promise<void> {
    await this.show(context, id);
    const [group] = await this.parts.networks.groupIds(context, [name]);
    for (const port of await this.parts.networks.portsOf([id])) {
      const others = port.security_groups.filter((one) => one !== group);
      if (member && port.port_security_enabled === false) continue;
      await this.parts.networks.setGroups(port.id, member && group !== undefined ? [...others, group] : others);
    }
  }

  /** Gives up the servers whose ports nobody has connected for too long. @param now milliseconds since 1970 */
  async giveUp(now: number): Promise<void> {
    const { store, networks } = this.parts;
    const building = await servers.list(store.read, { keys: { status: "BUILD" } });
    for (const { id, host, created_at, own_ports } of building) {
      if (host === null || now - Date.parse(created_at) < PLUGGING_TIMEOUT_MS) continue;
      const plugged = await networks.portsOf([id]);
      const given = await store.transaction(async (tx) => {
        const server = await servers.get(tx, id);
        if (server?.status !== "BUILD") return false; // It has just been started, or deleted.
        const fault = `Build of instance ${id} aborted: Failed to allocate the network(s), not rescheduling.`;
        const gone = { host: null, own_ports: [] };
        await servers.update(tx, { ...server, ...gone, status: "ERROR", fault, updated_at: isoSecond(tx.now) });
        return true;
      });
      if (given) for (const port of plugged) await networks.unplug(port.id, own_ports.includes(port.id));
    }
  }

  private insert(context: Context, request: ServerRequest): Promise<Server> {
    return this.parts.store.transaction(async (tx) => {
      const at = isoSecond(tx.now);
      return servers.insert(tx, {
        id: randomUUID(),
        project_id: context.projectId ?? "",
        user_id: context.userId,
        name: request.name,
        status: "BUILD",
        fault: null,
        image_id: request.image,
        flavor_id: request.flavor,
        key_name: request.keyName,
        metadata: request.metadata,
        security_groups: request.groups ?? [],
        user_data: request.userData,
        host: null,
        number: await nextNumber(tx),
        created_at: at,
        updated_at: at,
        launched_at: null,
        own_ports: [],
        ...(request.group === undefined ? {} : { group: request.group }),
      });
    });
  }

  /** Tries the hosts one after another, as Nova's conductor does after a failed binding; a server that fits nowhere ends in ERROR. */
  private async spawn(
    context: Context,
    server: Server,
    nics: readonly Nic[],
    groups: readonly string[] | undefined,
    hosts: readonly string[],
  ): Promise<void> {
    const { networks } = this.parts;
    let fault = "No valid host was found. There are not enough hosts available.";
    for (const host of hosts) {
      const plugged: { id: string; made: boolean }[] = [];
      try {
        for (const nic of nics) {
          const { port, made } = await networks.plug(context, server.id, host, nic, groups);
          plugged.push({ id: port.id, made });
          if (port["binding:vif_type"] === "binding_failed")
            throw new BindingFailed(
              `Binding failed for port ${port.id}, please check neutron logs for more information.`,
            );
        }
        const own = plugged.filter((one) => one.made).map((one) => one.id);
        await this.write(server.id, async (_server, tx) => ({
          ...{ host, own_ports: own },
          ...((await isConnected(tx, server.id)) ? { status: "ACTIVE", launched: true } : {}),
        }));
        return;
      } catch (error) {
        for (const one of plugged) await networks.unplug(one.id, one.made);
        if (error instanceof BindingFailed) {
          fault = error.message;
          continue;
        }
        // What the caller asked for cannot be: he is told, and no server stays behind.
        await this.parts.store.transaction((tx) => servers.remove(tx, server.id));
        throw error;
      }
    }
    await this.write(server.id, { status: "ERROR", fault });
  }

  private write(
    id: string,
    changes: Changes | ((server: Server, tx: Tx) => Changes | Promise<Changes>),
  ): Promise<Server> {
    return this.parts.store.transaction(async (tx) => {
      const server = await servers.get(tx, id);
      if (!server) throw absent("Instance", id);
      const { launched, ...rest } = typeof changes === "function" ? await changes(server, tx) : changes;
      const at = isoSecond(tx.now);
      return servers.update(tx, { ...server, ...rest, updated_at: at, ...(launched ? { launched_at: at } : {}) });
    });
  }
}

class BindingFailed extends Error {}

/** What several servers cannot have at once. nova/compute/api.py _check_multiple_instances_… */
function refuseShared(nics: readonly Nic[]): void {
  const reason = nics.some((one) => one.port !== undefined)
    ? "Unable to launch multiple instances with a single configured port ID. Please launch your instance one by one with different ports."
    : nics.some((one) => one.fixedIp !== undefined) &&
      "max_count cannot be greater than 1 if an fixed_ip is specified.";
  if (reason) throw new ComputeError("bad-request", `Failed to launch instances: ${reason}`);
}

async function found<T>(look: () => Promise<T>, message: string): Promise<T> {
  try {
    return await look();
  } catch (error) {
    if (error instanceof ComputeError && error.reason === "not-found") throw new ComputeError("bad-request", message);
    throw error;
  }
}

async function nextNumber(tx: Tx): Promise<number> {
  const last = await counters.get(tx, "server");
  const next = { id: "server", value: (last?.value ?? 0) + 1 };
  await (last ? counters.update(tx, next) : counters.insert(tx, next));
  return next.value;
}

/** nova/compute/vm_states.py */
export function vmState(status: ServerStatus): string {
  const states: Record<ServerStatus, string> = {
    BUILD: "building",
    ACTIVE: "active",
    REBOOT: "active",
    SHUTOFF: "stopped",
    PAUSED: "paused",
    SUSPENDED: "suspended",
    ERROR: "error",
  };
  return states[status];
}

/** nova/compute/power_state.py */
export function powerState(status: ServerStatus): number {
  const states: Record<ServerStatus, number> = {
    BUILD: 0,
    ACTIVE: 1,
    REBOOT: 1,
    SHUTOFF: 4,
    PAUSED: 3,
    SUSPENDED: 4,
    ERROR: 0,
  };
  return states[status];
}
