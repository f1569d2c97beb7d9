/**
 * What one part of the service does when another changes something. All run inside the same transaction, in the order of
 * the parts; what throws refuses the whole. Source: the events of neutron_lib/callbacks.
 */
import type { Network, Port, Subnet } from "./core/model.ts";
import type { Change } from "./resource.ts";

export interface Hooks {
  networkCreated?(change: Change, network: Network): Promise<void>;
  networkUpdated?(change: Change, before: Network, after: Network): Promise<void>;
  /** Before it goes: throw NetworkInUse, or take away what depends on it. */
  networkDeleting?(change: Change, network: Network): Promise<void>;
  subnetCreated?(change: Change, subnet: Subnet): Promise<void>;
  subnetUpdated?(change: Change, before: Subnet, after: Subnet): Promise<void>;
  subnetDeleting?(change: Change, subnet: Subnet): Promise<void>;
  portCreated?(change: Change, port: Port): Promise<void>;
  portUpdated?(change: Change, before: Port, after: Port): Promise<void>;
  /** An L2 agent has connected it: it is ACTIVE now. */
  portUp?(change: Change, port: Port): Promise<void>;
  /** `byApi`: a client asked for it, and not a part of the service that owns the port. */
  portDeleting?(change: Change, port: Port, byApi: boolean): Promise<void>;
}

type Arguments<K extends keyof Hooks> = Parameters<NonNullable<Hooks[K]>>;

/** `await notify(change, "portCreated", port)`. */
export async function notify<K extends keyof Hooks>(
  change: Change,
  event: K,
  ...rest: Arguments<K> extends [Change, ...infer Rest] ? Rest : never
): Promise<void> {
  for (const hooks of change.neutron.hooks) {
    const hook = hooks[event];
    // The tuple of one event's arguments; the compiler cannot join them to the function of the same event.
    if (hook) await (hook as (...all: unknown[]) => Promise<void>).call(hooks, change, ...rest);
  }
}
