/**
 * A new server is started once the L2 agent of its host has connected its ports: until Neutron says so (network-vif-plugged),
 * it is being built. Neither a start nor an attached interface waits (`vifs_already_plugged`).
 * Source: nova/virt/libvirt/driver.py _create_guest_with_network and _hard_reboot, neutron/notifiers/nova.py.
 */
import { ports } from "../neutron/core/model.ts";
import type { Hooks } from "../neutron/hooks.ts";
import type { Reader } from "../store/store.ts";
import { isoSecond } from "./first-start.ts";
import { servers } from "./model.ts";
import type { Servers } from "./servers.ts";

/** [DEFAULT] vif_plugging_timeout; with vif_plugging_is_fatal, the server is then in ERROR. */
export const PLUGGING_TIMEOUT_MS = 300_000;

/** Nobody waits for a disabled port. nova/network/neutron.py _build_vif_model */
export async function isConnected(reader: Reader, serverId: string): Promise<boolean> {
  const own = await ports.list(reader, { keys: { device_id: serverId } });
  return own.every((one) => one.status === "ACTIVE" || !one.admin_state_up);
}

/** What the compute service does about the networking one's changes. */
export const COMPUTE_HOOKS: Hooks = {
  async portUp({ tx }, port) {
    if (!port.device_owner.startsWith("compute:")) return;
    const server = await servers.get(tx, port.device_id);
    if (server?.status !== "BUILD" || server.host === null || !(await isConnected(tx, server.id))) return;
    const at = isoSecond(tx.now);
    await servers.update(tx, { ...server, status: "ACTIVE", launched_at: at, updated_at: at });
  },
};

const LOOK_EVERY_MS = 10_000;

/** Gives up servers that wait for too long, until `signal` aborts. */
export function watchPlugging(all: Pick<Servers, "giveUp">, signal: AbortSignal, report: (error: unknown) => void) {
  const look = () =>
    // The store may be closed by the time that the last one is through.
    void all.giveUp(Date.now()).catch((error: unknown) => (signal.aborted ? undefined : report(error)));
  const timer = setInterval(look, LOOK_EVERY_MS);
  timer.unref();
  signal.addEventListener("abort", () => clearInterval(timer), { once: true });
}
