/** Server groups: which servers are to run on one host, or on different ones. Source: nova/objects/instance_group.py. */
import { randomUUID } from "node:crypto";
import type { Context } from "../identity/context.ts";
import { Collection } from "../store/collection.ts";
import type { Store } from "../store/store.ts";
import { ComputeError } from "./errors.ts";
import { type Server, servers } from "./model.ts";

type GroupPolicy = "affinity" | "anti-affinity";

export interface ServerGroup {
  readonly id: string;
  readonly project_id: string;
  readonly user_id: string;
  readonly name: string;
  readonly policy: GroupPolicy;
}

export interface GroupWithMembers {
  readonly group: ServerGroup;
  readonly members: readonly Server[];
}

const serverGroups = new Collection<ServerGroup>("server_group");

export class ServerGroups {
  private readonly store: Store;
  constructor(store: Store) {
    this.store = store;
  }

  /** @param everywhere all projects' (administrators) */
  async list(context: Context, everywhere: boolean): Promise<GroupWithMembers[]> {
    const where = everywhere && context.isAdmin ? {} : { projectIds: [context.projectId ?? ""] };
    const [groups, all] = await Promise.all([
      serverGroups.list(this.store.read, where),
      servers.list(this.store.read, where),
    ]);
    return groups.map((group) => ({ group, members: all.filter((one) => one.group === group.id) }));
  }

  async show(context: Context, id: string): Promise<GroupWithMembers> {
    const group = await serverGroups.get(this.store.read, id);
    if (!group || !(context.isAdmin || group.project_id === context.projectId))
      throw new ComputeError("not-found", `Instance group ${id} could not be found.`);
    const all = await servers.list(this.store.read, { projectIds: [group.project_id] });
    return { group, members: all.filter((one) => one.group === id) };
  }

  async create(context: Context, name: string, policy: GroupPolicy): Promise<ServerGroup> {
    const { projectId, userId } = context;
    if (projectId === null)
      throw new ComputeError("bad-request", "A server group needs a project: the token has none.");
    return this.store.transaction((tx) =>
      serverGroups.insert(tx, { id: randomUUID(), project_id: projectId, user_id: userId, name, policy }),
    );
  }

  /** Its members stay where they are. */
  async remove(context: Context, id: string): Promise<void> {
    await this.show(context, id);
    await this.store.transaction((tx) => serverGroups.remove(tx, id));
  }

  /** Of hosts that may take a server, those that its group allows. nova/scheduler/filters/affinity_filter.py */
  async allowed(context: Context, id: string | undefined, hosts: readonly string[]): Promise<readonly string[]> {
    if (id === undefined) return hosts;
    const { group, members } = await this.show(context, id);
    const used = new Set(members.flatMap((one) => one.host ?? []));
    if (group.policy === "anti-affinity") return hosts.filter((host) => !used.has(host));
    return used.size === 0 ? hosts : hosts.filter((host) => used.has(host));
  }
}
