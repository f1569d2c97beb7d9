/** Who connects a port on its host. Source: neutron/plugins/ml2/plugin.py _process_port_binding, _bind_port_if_needed. */
import { invalidInput } from "../errors.ts";
import type { Call } from "../resource.ts";
import type { Network, Port, PortBinding } from "./model.ts";
import type { PortValues } from "./port-values.ts";

/** Of a distributed router's interface, which is on every host: no host, and its own VIF type. */
const DISTRIBUTED_OWNER = "network:router_interface_distributed";
const DVR_DRIVER = "openvswitch";
/** models.BINDING_PROFILE_LEN: characters of JSON. */
const PROFILE_SIZE = 4095;

type BindingValues = Partial<Pick<PortValues, "binding:host_id" | "binding:profile" | "binding:vnic_type">>;

export const UNBOUND: PortBinding = {
  host: "",
  vnic_type: "normal",
  profile: {},
  vif_type: "unbound",
  vif_details: {},
  driver: null,
  segment_id: null,
};

/** Whether somebody connects the port. portbindings.VIF_UNPLUGGED_TYPES */
export function isPlugged({ vif_type }: PortBinding): boolean {
  return vif_type !== "unbound" && vif_type !== "binding_failed";
}

/** Only Open vSwitch's agents know distributed routers: each binds the interface on its own host. */
function distributed({ neutron }: Call, { vnic_type, profile }: PortBinding): PortBinding {
  const driver = neutron.mechanisms.names.includes(DVR_DRIVER) ? DVR_DRIVER : null;
  const vif_details = driver === null ? {} : { bound_drivers: { 0: driver } };
  return { ...UNBOUND, vnic_type, profile, vif_type: "distributed", vif_details, driver };
}

/** The binding after a request: unbound and bound anew when it changes what a binding depends on. */
export async function bindingAfter(
  call: Call,
  network: Network,
  port: Omit<Port, "binding">,
  current: PortBinding,
  values: BindingValues,
): Promise<PortBinding> {
  const profile = values["binding:profile"];
  const wanted: PortBinding = {
    ...current,
    host: values["binding:host_id"] ?? current.host,
    vnic_type: values["binding:vnic_type"] ?? current.vnic_type,
    profile: profile === undefined ? current.profile : (profile ?? {}),
  };
  if (JSON.stringify(wanted.profile).length > PROFILE_SIZE) throw invalidInput("binding:profile value too large");
  if (port.device_owner === DISTRIBUTED_OWNER) return distributed(call, wanted);
  const same =
    wanted.host === current.host &&
    wanted.vnic_type === current.vnic_type &&
    JSON.stringify(wanted.profile) === JSON.stringify(current.profile);
  if (same && current.vif_type !== "binding_failed" && current.vif_type !== "distributed") {
    if (current.vif_type !== "unbound" || current.host === "") return current;
  }
  const unbound = { ...UNBOUND, host: wanted.host, vnic_type: wanted.vnic_type, profile: wanted.profile };
  if (wanted.host === "" || network.segments.length === 0) return unbound;
  return call.neutron.mechanisms.bind(call, { port, network, segments: network.segments, ...unbound });
}
