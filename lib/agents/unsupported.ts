/** What Neutron's API lets users ask for and the agents here do not do: said so, where a host would have it. */
import { refusal } from "./l3/agent.ts";
import type { HostView, PortView } from "./view.ts";

export interface Unsupported {
  /** The agent's program, and the object: `neutron-l3-agent router web`. */
  readonly subject: string;
  readonly reason: string;
}

const known = new WeakMap<HostView, readonly Unsupported[]>();

export function unsupported(view: HostView): readonly Unsupported[] {
  let found = known.get(view);
  if (!found) {
    found = [...routers(view), ...limits(view), ...devices(view)];
    known.set(view, found);
  }
  return found;
}

function routers(view: HostView): Unsupported[] {
  return view.routers
    .filter((router) => router.ha)
    .flatMap((router) => {
      const reason = refusal(view, router);
      return reason === undefined ? [] : [{ subject: `neutron-l3-agent router ${router.name || router.id}`, reason }];
    });
}

function l2Agent({ settings }: HostView): string {
  return settings.agents.includes("linuxbridge") ? "neutron-linuxbridge-agent" : "neutron-openvswitch-agent";
}

function nameOf({ id, name }: PortView): string {
  return `port ${name || id}`;
}

function limits(view: HostView): Unsupported[] {
  const subject = l2Agent(view);
  const reason = "its QoS policy is not simulated: nothing limits or marks its traffic";
  return view.ports
    .filter((port) => port.qosPolicy || view.networks.get(port.networkId)?.qosPolicy)
    .map((port) => ({ subject: `${subject} ${nameOf(port)}`, reason }));
}

/** Bound, unbound, failed, or distributed: all others are devices of hardware or of other switches. */
const PLUGGED = new Set(["ovs", "bridge", "unbound", "binding_failed", "distributed", ""]);

function devices(view: HostView): Unsupported[] {
  return view.ports
    .filter((port) => !PLUGGED.has(port.vifType))
    .map((port) => ({
      subject: `nova-compute ${nameOf(port)}`,
      reason: `its kind of device (${port.vifType}) is not simulated`,
    }));
}
