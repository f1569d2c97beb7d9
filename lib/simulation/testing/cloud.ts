/** A cloud with simulated hosts and no guests yet, driven by the API as a client would. */
import { computeHosts } from "../../compute/model.ts";
import { agents, LINUX_BRIDGE_AGENT, registerAgent } from "../../neutron/agent/agents.ts";
import { prepareAgents } from "../../neutron/agent/hosts.ts";
import { deviceUp } from "../../neutron/core/device-up.ts";
import { type Reply, type TestService, testService } from "../../neutron/testing/service.ts";
import { ensureDvrMacs } from "../dvr-macs.ts";
import { Simulation } from "../simulation.ts";

export const GUEST_HOSTS = ["compute1", "compute2", "compute3"] as const;

export interface TestCloud {
  readonly service: TestService;
  readonly simulation: Simulation;
  /** The created object; throws where the API refuses. */
  make(path: string, key: string, values: object): Promise<Reply["body"]>;
  /** As a hypervisor asks for it. */
  guest(host: string, network: string, values?: object): Promise<Reply["body"]>;
  close(): Promise<void>;
}

/** @param networkNode `linuxbridge`: network1 has no Open vSwitch */
export async function testCloud(networkNode: "openvswitch" | "linuxbridge" = "openvswitch"): Promise<TestCloud> {
  const service = await testService();
  const { store, neutron, admin } = service;
  await neutron.change(admin, async (change) => {
    await prepareAgents(change);
    if (networkNode === "openvswitch") return;
    const all = await agents.list(change.tx);
    const model = all.find((one) => one.agent_type === LINUX_BRIDGE_AGENT);
    for (const one of all)
      if (one.host === "network1" && one.agent_type === "Open vSwitch agent") await agents.remove(change.tx, one.id);
    if (!model) throw new Error("no Linux bridge agent");
    const mappings = { physnet1: "eth2", extern: "eth3" };
    const configurations = { ...model.configurations, tunneling_ip: "10.0.44.21", interface_mappings: mappings };
    const { id: _, ...report } = model;
    await registerAgent(change, { ...report, host: "network1", configurations });
    const l3 = all.find((one) => one.host === "network1" && one.agent_type === "L3 agent");
    if (l3) await registerAgent(change, { ...l3, configurations: { ...l3.configurations, agent_mode: "legacy" } });
  });
  await store.transaction(async (tx) => {
    for (const [i, host] of GUEST_HOSTS.entries())
      await computeHosts.insert(tx, {
        ...{ id: `host-${i}`, number: i, host, host_ip: "", enabled: true, disabled_reason: null },
        ...{ vcpus: 1, memory_mb: 1, local_gb: 1 },
      });
  });
  await ensureDvrMacs(neutron);
  const ending = new AbortController();
  const failures: unknown[] = [];
  const simulation = await Simulation.open({ store, signal: ending.signal, report: (error) => failures.push(error) });
  const make: TestCloud["make"] = async (path, key, values) => {
    const { status, body } = await service.call(service.admin, "POST", path, { [key]: values });
    if (status >= 300) throw new Error(`${path}: ${status} ${JSON.stringify(body)}`);
    return body[key];
  };
  let guests = 0;
  return {
    service,
    simulation,
    make,
    async guest(host, network, values = {}) {
      const port = await make("ports", "port", {
        network_id: network,
        device_owner: "compute:nova",
        device_id: `dddddddd-0000-4000-8000-${String(++guests).padStart(12, "0")}`,
        "binding:host_id": host,
        ...values,
      });
      await deviceUp(neutron, port.id);
      return port;
    },
    async close() {
      ending.abort();
      await service.close();
      if (failures.length > 0) throw failures[0];
    },
  };
}
