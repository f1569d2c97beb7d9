/** Faults of the iptables firewall in front of a guest, and of the host's own. */
import type { Guest } from "../host/world.ts";
import type { IptablesChain } from "../net/iptables/ast.ts";
import type { FaultKind, FaultPlace } from "./kind.ts";
import type { Scene, Way } from "./scene.ts";

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

function inChain(
  kind: string,
  title: string,
  code: FaultKind["code"],
  at: { side: Side; letter: "i" | "o" | "s" },
  place: (found: IptablesChain, way: Target, scene: Scene) => Pick<FaultPlace, "names"> & { lines: readonly string[] },
): FaultKind {
  return {
    kind,
    title,
    code,
    *places(scene) {
      for (const way of scene.switched()) {
        const guest = way[at.side];
        const found = chain(scene, guest.host, at.letter, guest.portId);
        if (!found) continue; // Another firewall, or none.
        const { lines, names } = place(found, way, scene);
        if (lines.length === 0) continue;
        const label = at.side === "to" ? way.to.name : `${way.from.name} (to ${way.to.name})`;
        yield { label, lines: lines.map((line) => ({ host: guest.host, line })), trace: way.query, names };
      }
    },
  };
}

export const FIREWALL_FAULTS: readonly FaultKind[] = [
  inChain(
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
  ),
  inChain(
    "security-group-ingress-drop",
    "A rule in the guest's ingress chain drops ICMP.",
    "SECURITY_GROUP_DENIED",
    { side: "to", letter: "i" },
    (found) => ({ lines: [`iptables -I ${found.name} 1 -p icmp -j DROP`], names: "-p icmp -j DROP" }),
  ),
  inChain(
    "security-group-egress-drop",
    "A rule in the sender's egress chain drops ICMP.",
    "SECURITY_GROUP_DENIED",
    { side: "from", letter: "o" },
    (found) => ({ lines: [`iptables -I ${found.name} 1 -p icmp -j DROP`], names: "-p icmp -j DROP" }),
  ),
  inChain(
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
