/**
 * Where everything in the topology picture stands, and how its links run. Computed, not simulated: the same cloud always
 * draws the same way. External networks on top, under them blocks of routers and the networks that they join; a network
 * is a bar as wide as the picture, its instances hang from it in rows. Links run in channels and gutters, never behind
 * cards. Pure.
 */
import type { Topology } from "../api/http.ts";
import { Draft } from "./draft.ts";
import { BAR, CARD, type Drawing } from "./drawing.ts";
import { Hanger } from "./hang.ts";
import { networkHues } from "./hue.ts";
import { blocksOf } from "./order.ts";
import { hangings } from "./rollup.ts";
import { placeRouters } from "./routers.ts";

export interface LayoutOptions {
  /** Opened groups. */
  open?: ReadonlySet<string>;
  /** An instance that must be drawn as itself. */
  show?: string;
}

export function layout(topology: Topology, options: LayoutOptions = {}): Drawing {
  const external = topology.networks.filter((network) => network.external);
  const blocks = blocksOf(topology);
  const order = [...external, ...blocks.flatMap((block) => block.networks)].map((network) => network.id);
  const hanging = hangings(topology, order, options.open ?? new Set(), options.show);
  const routed = new Set(topology.routers.flatMap((router) => router.interfaces.map((iface) => iface.networkId)));
  const cidrs = new Map(topology.networks.flatMap((network) => network.subnets.map(({ id, cidr }) => [id, cidr])));

  const draft = new Draft(networkHues(topology.networks));
  const hanger = new Hanger(draft, topology, [...hanging.values()].flat());

  for (const network of external) {
    const bar = draft.bar(network, routed.has(network.id));
    hanger.hang(hanging.get(network.id) ?? [], bar);
    draft.y += BAR.gap;
  }
  const lastExternal = external.at(-1)?.id;
  const bare = lastExternal !== undefined && (hanging.get(lastExternal) ?? []).length === 0;
  blocks.forEach(({ routers, networks }, index) => {
    draft.y += 14;
    placeRouters(draft, {
      routers,
      above: index === 0 && bare ? lastExternal : undefined,
      below: networks[0]?.id,
      cidrs,
    });
    networks.forEach((network, at) => {
      const bar = draft.bar(network, routed.has(network.id));
      hanger.hang(hanging.get(network.id) ?? [], bar, networks[at + 1]?.id);
      draft.y += 34;
    });
  });
  const loose = hanging.get("") ?? [];
  if (loose.length > 0) {
    draft.drawing.notes.push({ x: CARD.inset, y: draft.y + 14, text: "On no network" });
    hanger.hang(loose, undefined);
  }
  return draft.finish();
}
