/** Where port forwardings and floating IPs exclude each other. Source: neutron/services/portforwarding/pf_plugin.py, common/exceptions.py. */
import { conflict, NeutronError } from "../errors.ts";
import type { Call } from "../resource.ts";
import { floatingIps, portForwardings, routers } from "./model.ts";

/** A port that has forwardings through a distributed router can have no floating IP of its own. */
export async function checkPortForwarded(call: Call, portId: string): Promise<void> {
  const [one] = await portForwardings.list(call.reader, { keys: { internal_port_id: portId } });
  const floating = one && (await floatingIps.get(call.reader, one.floatingip_id));
  const router = floating?.router_id ? await routers.get(call.reader, floating.router_id) : undefined;
  if (router?.distributed)
    throw new NeutronError(
      "bad-request",
      "PortHasPortForwarding",
      `Cannot associate floating IP to port ${portId} because it already has a Port Forwarding binding.`,
    );
}

export async function checkNoForwarding(call: Call, floatingIpId: string): Promise<void> {
  if ((await portForwardings.count(call.reader, { keys: { floatingip_id: floatingIpId } })) > 0)
    throw conflict("FipInUseByPortForwarding", `Floating IP ${floatingIpId} in use by Port Forwarding resources.`);
}
