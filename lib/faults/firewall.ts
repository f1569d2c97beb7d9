/** Faults of the firewall in front of a guest, by iptables or by flows, and of the host's own. */
import type { Guest } from "../host/world.ts";
import type { IptablesChain } from "../net/iptables/ast.ts";
import { INTEGRATION as T } from "../net/neutron-tables.ts";
import type { Flow } from "../net/openflow/ast.ts";
import { printFlowBrief } from "../net/openflow/print.ts";
import type { FaultKind } from "./kind.ts";
import { field, removeFlow, type Scene, type Way } from "./scene.ts";

type Target = Way & { readonly to: NonNullable<Way["to"]> };
type Side = "from" | "to";

/** neutron/agent/linux/iptables_firewall.py: the chain's letter and ten characters of the port's id. */
function chain(scene: Scene, host: string, letter: "i" | "o" | "s", portId: string): IptablesChain | undefined {
  const filter = scene
    .host(host)
    .namespaces.find((one) => one.name === "root")
    ?.iptables?.tables.find((table) => table.name === "filter");
  return filter?.chains.find((one) => one.name.endsWith(`-${letter}${portId.slice(0, 10)}`));
}

/** `qbr…` of the guest, or `brq…` of its network. */
function bridgeOf(scene: Scene, { host, tap }: Guest): string | undefined {
  const root = scene.host(host).namespaces.find((one) => one.name === "root");
  return root?.links.find((one) => one.name === tap)?.master;
}

interface Broken {
  readonly lines: readonly string[];
  readonly names: string;
}

interface Natively {
  readonly scene: Scene;
  readonly way: Target;
  /** Of the guest that is filtered, as matches have it. */
  readonly ofport: string;
  /** Of the guest's host on br-int. */
  readonly flows: readonly Flow[];
}

/** The same fault in the chains of iptables and in the flows of the native firewall, where the guest has one or the other. */
function inFirewall(
  kind: string,
  title: string,
  code: FaultKind["code"],
  at: { side: Side; letter: "i" | "o" | "s" },
  inChain: (found: IptablesChain, way: Target, scene: Scene) => Broken,
  inFlows: (natively: Natively) => Broken,
): FaultKind {
  return {
    kind,
    title,
    code,
    *places(scene) {
      for (const way of scene.switched()) {
        const guest = way[at.side];
        const found = chain(scene, guest.host, at.letter, guest.portId);
        const natively = found ? undefined : nativelyAt(scene, way, guest);
        const broken = found ? inChain(found, way, scene) : natively && inFlows(natively);
        if (!broken || broken.lines.length === 0) continue; // Another firewall, or none.
        const { lines, names } = broken;
        const label = at.side === "to" ? way.to.name : `${way.from.name} (to ${way.to.name})`;
        yield { label, lines: lines.map((line) => ({ host: guest.host, line })), trace: way.query, names };
      }
    },
  };
}

/** undefined: the native firewall does not filter this guest. */
function nativelyAt(scene: Scene, way: Target, guest: Guest): Natively | undefined {
  const port = scene.plugged(guest);
  const flows = scene.bridge(guest.host, "br-int")?.flows ?? [];
  const ofport = String(port?.ofport);
  if (!flows.some((flow) => flow.table === T.BASE_EGRESS_TABLE && field(flow, "in_port") === ofport)) return undefined;
  return { scene, way, ofport, flows };
}

function isOf(flow: Flow, ofport: string): boolean {
  return Number(field(flow, "reg5")) === Number(ofport);
}

/** Above all flows of the table. */
function dropIcmp(table: number, { ofport }: Natively): Broken {
  const flow = `table=${table},priority=300,icmp,reg5=${ofport},actions=resubmit(,${T.DROPPED_TRAFFIC_TABLE})`;
  return { lines: [`ovs-ofctl -O OpenFlow13 add-flow br-int '${flow}'`], names: "priority=300" };
}

export const FIREWALL_FAULTS: readonly FaultKind[] = [
  inFirewall(
    "security-group-rules-missing",
    "The rules that let new connections in to the guest are gone.",
    "SECURITY_GROUP_DENIED",
    { side: "to", letter: "i" },
    (found, way, scene) => ({
      // From the last to the first: numbers of the others stay.
      lines: found.rules
        .flatMap((rule, i) => (rule.text.includes("-j RETURN") && !rule.text.includes("RELATED") ? [i + 1] : []))
        .reverse()
        .map((number) => `iptables -D ${found.name} ${number}`),
      // The rule that decided stands for all: the last of its kind, on the guest's bridge.
      names: bridgeOf(scene, way.to) ?? "",
    }),
    ({ ofport, flows }) => ({
      lines: flows
        .filter(
          (flow) =>
            flow.table === T.RULES_INGRESS_TABLE && isOf(flow, ofport) && field(flow, "ct_state") === "+new-est",
        )
        .map((flow) => removeFlow("br-int", flow)),
      names: `"table":${T.RULES_INGRESS_TABLE}`,
    }),
  ),
  inFirewall(
    "security-group-ingress-drop",
    "A rule in the guest's ingress chain drops ICMP.",
    "SECURITY_GROUP_DENIED",
    { side: "to", letter: "i" },
    (found) => ({ lines: [`iptables -I ${found.name} 1 -p icmp -j DROP`], names: "-p icmp -j DROP" }),
    (natively) => dropIcmp(T.RULES_INGRESS_TABLE, natively),
  ),
  inFirewall(
    "security-group-egress-drop",
    "A rule in the sender's egress chain drops ICMP.",
    "SECURITY_GROUP_DENIED",
    { side: "from", letter: "o" },
    (found) => ({ lines: [`iptables -I ${found.name} 1 -p icmp -j DROP`], names: "-p icmp -j DROP" }),
    (natively) => dropIcmp(T.RULES_EGRESS_TABLE, natively),
  ),
  inFirewall(
    "allowed-address-replaced",
    "The address that the sender's anti-spoofing chain allows is another one.",
    "PORT_SECURITY_BLOCKED",
    { side: "from", letter: "s" },
    (found, way) => ({
      lines: [
        `iptables -R ${found.name} 1 -s 10.99.99.99/32 -m mac --mac-source ${way.from.mac.toUpperCase()} -j RETURN`,
      ],
      names: found.name,
    }),
    ({ way, ofport, flows }) => {
      const address = way.from.fixedIps[0]?.address;
      const allowing = flows.filter(
        (flow) =>
          flow.table === T.BASE_EGRESS_TABLE && field(flow, "in_port") === ofport && field(flow, "nw_src") === address,
      );
      const wrong = (flow: Flow) => printFlowBrief(flow).replace(`nw_src=${address}`, "nw_src=10.99.99.99");
      return {
        lines: allowing.flatMap((flow) => [
          removeFlow("br-int", flow),
          `ovs-ofctl -O OpenFlow13 add-flow br-int '${wrong(flow)}'`,
        ]),
        names: `"table":${T.BASE_EGRESS_TABLE}`,
      };
    },
  ),
  {
    kind: "host-forward-drop",
    title: "A rule of the host's own firewall drops ICMP in FORWARD.",
    code: "FIREWALL_DENIED",
    *places(scene) {
      const done = new Set<string>();
      for (const way of scene.switched()) {
        if (done.has(way.to.host) || !chain(scene, way.to.host, "i", way.to.portId)) continue;
        done.add(way.to.host);
        yield {
          label: way.to.host,
          lines: [{ host: way.to.host, line: "iptables -I FORWARD 1 -p icmp -j DROP" }],
          trace: way.query,
          names: "-A FORWARD",
        };
      }
    },
  },
];
