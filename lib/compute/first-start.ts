/** What a new cloud has: flavours, an image, hypervisors. The flavours are devstack's. */
import type { Store, Tx } from "../store/store.ts";
import { computeHosts, flavors, images } from "./model.ts";

const FLAVORS = [
  ["42", "m1.nano", 1, 192, 1],
  ["1", "m1.tiny", 1, 512, 1],
  ["2", "m1.small", 1, 2048, 20],
  ["3", "m1.medium", 2, 4096, 40],
  ["4", "m1.large", 4, 8192, 80],
] as const;

const HYPERVISORS = ["compute1", "compute2", "compute3"];

export async function prepareCompute(store: Store, newId: () => string, adminProject: string): Promise<void> {
  await store.transaction(async (tx) => {
    if ((await flavors.count(tx)) > 0) return;
    for (const [id, name, vcpus, ram, disk] of FLAVORS)
      await flavors.insert(tx, {
        id,
        name,
        vcpus,
        ram,
        disk,
        ephemeral: 0,
        swap: 0,
        is_public: true,
        description: null,
        extra_specs: {},
      });
    await prepareImage(tx, newId(), adminProject);
    for (const [i, host] of HYPERVISORS.entries())
      await computeHosts.insert(tx, {
        id: newId(),
        number: i + 4, // After the scheduler and conductors of the controller, which the services list has too.
        host,
        host_ip: `192.168.250.${31 + i}`,
        enabled: true,
        disabled_reason: null,
        vcpus: 16,
        memory_mb: 65_536,
        local_gb: 1024,
      });
  });
}

async function prepareImage(tx: Tx, id: string, project: string): Promise<void> {
  const at = isoSecond(tx.now);
  await images.insert(tx, {
    id,
    project_id: project,
    name: "cirros",
    status: "active",
    visibility: "public",
    container_format: "bare",
    disk_format: "qcow2",
    size: 21_233_664,
    checksum: null,
    min_disk: 0,
    min_ram: 0,
    protected: false,
    tags: [],
    properties: {},
    created_at: at,
    updated_at: at,
  });
}

/** `2026-11-20T10:18:34Z`. @param now milliseconds since 1970 */
export function isoSecond(now: number): string {
  return `${new Date(now).toISOString().slice(0, 19)}Z`;
}
