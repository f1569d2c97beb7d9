/**
 * What the APIs would answer an administrator now: read once, then kept current by the store's events. Objects that did not
 * change are the same objects from one answer to the next.
 */
import type { AgentKind } from "../agents/view.ts";
import type { CloudApi } from "../api/neutron.ts";
import { type ComputeHost, computeHosts, type Server, servers } from "../compute/model.ts";
import { projects } from "../identity/collections.ts";
import type { Project } from "../identity/model.ts";
import { AGENT_KINDS } from "../intent/settings.ts";
import { type SubnetPool, subnetPools } from "../neutron/address/subnetpool-model.ts";
import { type Agent, agents } from "../neutron/agent/agents.ts";
import { type DhcpBinding, dhcpBindings } from "../neutron/agent/dhcp-bindings.ts";
import { stoppedAgents } from "../neutron/agent/stopped.ts";
import { type Network, networks, type Port, ports, type Subnet, subnets } from "../neutron/core/model.ts";
import { type DvrMac, dvrMacs } from "../neutron/l3/dvr-macs.ts";
import {
  type FloatingIp,
  floatingIps,
  type PortForwarding,
  portForwardings,
  type Router,
  type RouterBinding,
  routerBindings,
  routers,
} from "../neutron/l3/model.ts";
import { EVERYBODY, type RbacPolicy, rbacPolicies, SHARED } from "../neutron/rbac/model.ts";
import { addressGroups } from "../neutron/security/address-group-model.ts";
import {
  type SecurityGroup,
  type SecurityGroupRule,
  securityGroupRules,
  securityGroups,
} from "../neutron/security/model.ts";
import { trunks } from "../neutron/trunk/model.ts";
import type { Collection, Stored } from "../store/collection.ts";
import type { Reader, StoreEvent } from "../store/store.ts";
import {
  addressGroupShape,
  agentShape,
  floatingIpShape,
  groupShape,
  networkShape,
  portShape,
  routerShape,
  type Scopes,
  serverShape,
  subnetShape,
  trunkShape,
} from "./shapes.ts";
import { Table } from "./table.ts";

interface Source {
  read(reader: Reader): Promise<void>;
  apply(id: string, before: Stored | null, after: Stored | null): void;
}

export class Snapshot {
  private readonly shared = new Table((row: RbacPolicy) => row);
  private readonly stopped = new Table((row: Stored) => row.id);
  private readonly rules = new Table((row: SecurityGroupRule) => row);
  private readonly pools = new Table((row: SubnetPool) => row);
  private readonly forwardings = new Table((row: PortForwarding) => row);
  private readonly networks = new Table((row: Network) =>
    networkShape(row, this.sharedIds().has(row.id), this.scopesOf(row)),
  );
  private readonly subnets = new Table(subnetShape);
  private readonly ports = new Table(portShape);
  private readonly routers = new Table((row: Router) => routerShape(row, this.ports.rows.get(row.gw_port_id ?? "")));
  private readonly floatingIps = new Table((row: FloatingIp) =>
    floatingIpShape(row, this.forwardingsOf().get(row.id) ?? []),
  );
  private readonly groups = new Table((row: SecurityGroup) => groupShape(row, this.rulesOf().get(row.id) ?? []));
  private readonly addressGroups = new Table(addressGroupShape);
  private readonly trunks = new Table(trunkShape);
  private readonly agents = new Table((row: Agent) => agentShape(row, !this.stopped.rows.has(row.id)));
  private readonly servers = new Table(serverShape);
  private readonly projects = new Table(({ id, name }: Project) => ({ id, name }));
  private readonly macs = new Table(({ host, mac_address }: DvrMac) => ({ host, mac: mac_address }));
  private readonly networksOfAgents = new Table((row: DhcpBinding) => ({
    network: row.network_id,
    agent: row.agent_id,
  }));
  private readonly routersOfAgents = new Table((row: RouterBinding) => ({
    router: row.router_id,
    agent: row.agent_id,
  }));
  private readonly hypervisors = new Table((row: ComputeHost) => row.host);

  private ruleIndex: ReadonlyMap<string, SecurityGroupRule[]> | undefined;
  private forwardingIndex: ReadonlyMap<string, PortForwarding[]> | undefined;
  private sharedIndex: ReadonlySet<string> | undefined;
  private answer: CloudApi | undefined;

  /** By kind of the events. What another kind's shapes depend on comes first. */
  private readonly sources: ReadonlyMap<string, Source> = new Map<string, Source>([
    source(rbacPolicies, this.shared, (before, after) => {
      this.sharedIndex = undefined;
      for (const row of [before, after]) if (row?.object_type === "network") this.networks.touch(row.object_id);
    }),
    source(stoppedAgents, this.stopped, (before, after) => this.agents.touch((after ?? before)?.id ?? "")),
    source(securityGroupRules, this.rules, (before, after) => {
      this.ruleIndex = undefined;
      for (const row of [before, after]) if (row) this.groups.touch(row.security_group_id);
    }),
    source(subnetPools, this.pools, () => this.networks.touchAll()),
    source(portForwardings, this.forwardings, (before, after) => {
      this.forwardingIndex = undefined;
      for (const row of [before, after]) if (row) this.floatingIps.touch(row.floatingip_id);
    }),
    source(networks, this.networks),
    source<Subnet, unknown>(subnets, this.subnets, (before, after) => {
      // Of a pool's scope.
      if (before?.subnetpool_id !== after?.subnetpool_id) this.networks.touch((after ?? before)?.network_id ?? "");
    }),
    source<Port, unknown>(ports, this.ports, (before, after) => {
      const row = after ?? before;
      if (row?.device_owner === "network:router_gateway") this.routers.touch(row.device_id);
    }),
    source(routers, this.routers),
    source(floatingIps, this.floatingIps),
    source(securityGroups, this.groups),
    source(addressGroups, this.addressGroups),
    source(trunks, this.trunks),
    source(agents, this.agents),
    source<Server, unknown>(servers, this.servers),
    source(projects, this.projects),
    source(dvrMacs, this.macs),
    source(dhcpBindings, this.networksOfAgents),
    source(routerBindings, this.routersOfAgents),
    source(computeHosts, this.hypervisors),
  ]);

  /** Reads everything anew. */
  async load(reader: Reader): Promise<void> {
    this.forget();
    for (const one of this.sources.values()) await one.read(reader);
  }

  /** @returns whether it changed anything here */
  apply({ kind, id, before, after }: StoreEvent): boolean {
    const one = this.sources.get(kind);
    if (!one) return false;
    this.answer = undefined;
    one.apply(id, before as Stored | null, after as Stored | null); // What a collection of that kind wrote.
    return true;
  }

  api(): CloudApi {
    this.answer ??= {
      networks: this.networks.all(),
      subnets: this.subnets.all(),
      ports: this.ports.all(),
      routers: this.routers.all(),
      floatingIps: this.floatingIps.all(),
      securityGroups: this.groups.all(),
      addressGroups: this.addressGroups.all(),
      trunks: this.trunks.all(),
      agents: this.agents.all(),
      servers: this.servers.all(),
      projects: this.projects.all(),
      schedules: { networks: this.networksOfAgents.all(), routers: this.routersOfAgents.all() },
    };
    return this.answer;
  }

  dvrMacs(): readonly { readonly host: string; readonly mac: string }[] {
    return this.macs.all();
  }

  /** Hosts that guests run on. */
  computeHosts(): ReadonlySet<string> {
    return new Set(this.hypervisors.all());
  }

  /** Of a host's agents. */
  stoppedKinds(host: string): ReadonlySet<AgentKind> {
    const kinds = new Set<AgentKind>();
    if (this.stopped.rows.size === 0) return kinds;
    for (const { id, host: at, agent_type } of this.agents.rows.values())
      if (at === host && this.stopped.rows.has(id)) {
        const kind = AGENT_KINDS[agent_type];
        if (kind) kinds.add(kind);
      }
    return kinds;
  }

  /** Undefined for an agent that the simulation has none of, and for none at all. */
  agentAt(id: string): { readonly host: string; readonly kind: AgentKind } | undefined {
    const agent = this.agents.rows.get(id);
    const kind = agent && AGENT_KINDS[agent.agent_type];
    return kind && { host: agent.host, kind };
  }

  private forget(): void {
    this.answer = undefined;
    this.ruleIndex = undefined;
    this.sharedIndex = undefined;
    this.forwardingIndex = undefined;
  }

  private rulesOf(): ReadonlyMap<string, SecurityGroupRule[]> {
    this.ruleIndex ??= Map.groupBy(this.rules.rows.values(), (rule) => rule.security_group_id);
    return this.ruleIndex;
  }

  private forwardingsOf(): ReadonlyMap<string, PortForwarding[]> {
    this.forwardingIndex ??= Map.groupBy(this.forwardings.rows.values(), (one) => one.floatingip_id);
    return this.forwardingIndex;
  }

  private scopesOf(network: Network): Scopes {
    const scope = (version: 4 | 6) =>
      network.subnets
        .map((id) => this.subnets.rows.get(id))
        .filter((one) => one?.ip_version === version)
        .map((one) => this.pools.rows.get(one?.subnetpool_id ?? "")?.address_scope_id)
        .find((id) => id != null) ?? null;
    return { ipv4_address_scope: scope(4), ipv6_address_scope: scope(6) };
  }

  private sharedIds(): ReadonlySet<string> {
    this.sharedIndex ??= new Set(
      [...this.shared.rows.values()]
        .filter((one) => one.object_type === "network" && one.action === SHARED && one.target_project === EVERYBODY)
        .map((one) => one.object_id),
    );
    return this.sharedIndex;
  }
}

function source<Row extends Stored, Shape>(
  collection: Collection<Row>,
  table: Table<Row, Shape>,
  changed: (before: Row | null, after: Row | null) => void = () => {},
): [string, Source] {
  return [
    collection.kind,
    {
      read: async (reader) => table.load(await collection.list(reader)),
      apply(id, before, after) {
        table.put(id, after as Row | null); // Of an event of this collection's kind.
        changed(before as Row | null, after as Row | null);
      },
    },
  ];
}
