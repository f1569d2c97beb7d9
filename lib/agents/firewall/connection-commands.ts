/** `conntrack -D` as agents run it. Source: neutron/agent/linux/ip_conntrack.py _get_conntrack_cmds. */
import type { Command } from "../../host/command/command.ts";
import { ROOT } from "../../host/edit.ts";
import { familyOf } from "../../net/address.ts";
import type { PortView, SecurityRuleView } from "../view.ts";

type Direction = SecurityRuleView["direction"];

interface Which {
  readonly directions?: readonly Direction[];
  readonly families?: readonly (4 | 6)[];
  readonly proto?: string;
  readonly mark?: number;
  /** Of the other side. */
  readonly remote?: string;
}

const BOTH: readonly Direction[] = ["ingress", "egress"];

/** Ends connections of a port, in its zone: one command for each of its addresses and directions. */
export function endOf(port: PortView, zone: number, which: Which = {}): Command[] {
  const { proto, mark, remote } = which;
  const families = which.families ?? [4, 6];
  return families.flatMap((family) =>
    (which.directions ?? BOTH).flatMap((direction) =>
      port.fixedIps
        .filter(({ address }) => familyOf(address) === family)
        .map(({ address }): Command => {
          const [own, other] = direction === "ingress" ? (["dst", "src"] as const) : (["src", "dst"] as const);
          const filter = {
            ...(proto === undefined ? {} : { proto: proto === "0" ? "ip" : proto }),
            family: family === 4 ? ("ipv4" as const) : ("ipv6" as const),
            ...(mark === undefined ? {} : { mark }),
            [own]: address,
            zone,
            ...(remote === undefined ? {} : { [other]: remote }),
          };
          return { netns: ROOT, run: { tool: "conntrack", kind: "delete", filter } };
        }),
    ),
  );
}
