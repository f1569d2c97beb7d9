/** Faults of addresses: somebody else on the segment has one, too. */
import type { FaultKind, FaultPlace } from "./kind.ts";
import type { Scene, Way } from "./scene.ts";

type Target = Way & { readonly to: NonNullable<Way["to"]> };

/** A namespace that somebody has plugged into br-int by hand, beside the sender. */
const OTHER = "stray";

function claimed(
  kind: string,
  title: string,
  ways: (scene: Scene) => Iterable<Target>,
  claim: (way: Target) => { readonly address: string | undefined; readonly label: string; readonly mac?: string },
): FaultKind {
  return {
    kind,
    title,
    code: "DUPLICATE_ADDRESS",
    *places(scene): Generator<FaultPlace> {
      const done = new Set<string>();
      for (const way of ways(scene)) {
        const { from } = way;
        const { address, label, mac } = claim(way);
        const tag = scene.plugged(from)?.tag;
        if (address === undefined || tag === undefined || done.has(label)) continue;
        done.add(label);
        const lines = [
          `ip netns add ${OTHER}`,
          `ovs-vsctl -- --may-exist add-port br-int ${OTHER} tag=${tag} -- set Interface ${OTHER} type=internal`,
          `ip link set ${OTHER} netns ${OTHER}`,
          ...(mac === undefined ? [] : [`ip netns exec ${OTHER} ip link set ${OTHER} address ${mac}`]),
          `ip netns exec ${OTHER} ip addr add ${address}/${from.fixedIps[0]?.prefix} dev ${OTHER}`,
          `ip netns exec ${OTHER} ip link set ${OTHER} up`,
        ];
        yield {
          label,
          lines: lines.map((line) => ({ host: from.host, line })),
          trace: way.query,
          names: `${from.host} ${OTHER} ${OTHER}`,
        };
      }
    },
  };
}

export const ADDRESS_FAULTS: readonly FaultKind[] = [
  claimed(
    "duplicate-address",
    "Another machine on the network has the guest's address.",
    (scene) => scene.switched(),
    ({ from, to }) => ({ address: to.fixedIps[0]?.address, label: `${to.name}, beside ${from.name}` }),
  ),
  claimed(
    "duplicate-mac",
    "Another machine on the network has the guest's address and its MAC.",
    (scene) => scene.switched(),
    ({ from, to }) => ({ address: to.fixedIps[0]?.address, label: `${to.name}, beside ${from.name}`, mac: to.mac }),
  ),
  claimed(
    "duplicate-gateway-address",
    "Another machine on the sender's network has the address of its gateway.",
    (scene) => scene.routed(),
    ({ from }) => ({ address: from.fixedIps[0]?.gateway, label: from.name }),
  ),
];
