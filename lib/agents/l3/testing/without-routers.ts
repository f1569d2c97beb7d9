/** A recorded host as it was before its L3 agent did anything. */
import type { HostState } from "../../../host/state.ts";
import { isL3Namespace } from "../names.ts";

const DEVICE = /^(qr|qg|sg|fg)-/;

export function withoutRouters(host: HostState): HostState {
  const { ovs } = host;
  return {
    ...host,
    namespaces: host.namespaces.filter((one) => !isL3Namespace(one.name)),
    processes: host.processes.filter((one) => !isL3Namespace(one.netns ?? "")),
    ...(ovs && {
      ovs: {
        ...ovs,
        bridges: ovs.bridges.map((one) => ({ ...one, ports: one.ports.filter(({ name }) => !DEVICE.test(name)) })),
      },
    }),
  };
}
