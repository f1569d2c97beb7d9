/** One chain for each forwarding. Source: neutron/agent/l3/extensions/port_forwarding.py. */
import type { PortForwardingView, PortRange } from "../../view.ts";
import type { Firewall } from "./base.ts";

export function addPortForwardings({ v4 }: Firewall, all: readonly PortForwardingView[]): void {
  if (all.length === 0) return;
  v4.chain("nat", "$fip-pf");
  v4.add("nat", "$PREROUTING", "-j $fip-pf");
  for (const one of all) {
    const chain = `$pf-${one.id}`;
    const { external, internal } = ports(one.externalPort, one.internalPort);
    v4.add("nat", "$fip-pf", `-j ${chain}`);
    v4.add(
      "nat",
      chain,
      `-d ${one.floatingAddress}/32 -p ${one.protocol} -m ${one.protocol} --dport ${external} -j DNAT --to-destination ${one.internalAddress}:${internal}`,
    );
  }
}

/** extract_ports: a range outside is shifted onto the range inside, as `--to-destination a-b/base` says. */
function ports(external: PortRange, internal: PortRange): { external: string; internal: string } {
  const single = internal.from === internal.to;
  const shift = external.from === external.to ? "" : `/${external.from}`;
  return {
    external: external.from === external.to ? `${external.from}` : `${external.from}:${external.to}`,
    internal: single ? `${internal.from}` : `${internal.from}-${internal.to}${shift}`,
  };
}
