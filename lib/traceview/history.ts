/** The packet at one hop of a path, with what had changed by then and who changed it: what the inspector shows. */
import { diffPackets, type FieldChange } from "./diff.ts";
import type { Hop } from "./hops.ts";
import { type Layer, layersOf } from "./layers.ts";

export interface MarkedField {
  id: string;
  label: string;
  value: string;
  /** The last change up to this hop. */
  change?: { from?: string; by: string; hop: number; now: boolean };
}

export interface MarkedLayer {
  id: string;
  name: string;
  fields: MarkedField[];
  /** The header went at this very hop: it is shown struck out. */
  removed?: { by: string };
  /** The whole header was put on by one hop. */
  added?: { by: string; hop: number; now: boolean };
}

/** Layers of the packet as it left hop `at`. Undefined when nothing is known of the packet there. */
export function inspect(hops: readonly Hop[], at: number): MarkedLayer[] | undefined {
  const hop = hops[at];
  const packet = hop?.after ?? hop?.before;
  if (!hop || !packet) return undefined;
  const last = new Map<string, { change: FieldChange; hop: Hop }>();
  for (const past of hops.slice(0, at + 1)) {
    for (const change of changesOf(past)) last.set(change.id, { change, hop: past });
  }
  const layers = layersOf(packet).map((layer) =>
    whole({ ...layer, fields: layer.fields.map((field) => mark(field, last, at)) }),
  );
  return [...layers, ...removedLayers(hop, layers)];
}

/** A header whose every field appeared at one hop is said once, not field by field. */
function whole(layer: MarkedLayer): MarkedLayer {
  const first = layer.fields[0]?.change;
  if (!first || !layer.fields.every(({ change }) => change?.hop === first.hop && change.from === undefined))
    return layer;
  const { by, hop, now } = first;
  return { ...layer, added: { by, hop, now } };
}

function changesOf(hop: Hop): FieldChange[] {
  return hop.before && hop.after && hop.before !== hop.after ? diffPackets(hop.before, hop.after) : [];
}

function mark(
  field: Layer["fields"][number],
  last: Map<string, { change: FieldChange; hop: Hop }>,
  at: number,
): MarkedField {
  const entry = last.get(field.id);
  if (!entry || entry.change.to !== field.value) return field;
  const { change, hop } = entry;
  return {
    ...field,
    change: {
      ...(change.from !== undefined && { from: change.from }),
      by: actor(hop),
      hop: hop.index,
      now: hop.index === at,
    },
  };
}

function removedLayers(hop: Hop, now: readonly { id: string }[]): MarkedLayer[] {
  if (!hop.before) return [];
  const present = new Set(now.map((layer) => layer.id));
  return layersOf(hop.before)
    .filter((layer) => !present.has(layer.id))
    .map((layer) => ({ ...layer, removed: { by: actor(hop) } }));
}

/** Who did it: a router by its namespace, anything else by its device. */
function actor(hop: Hop): string {
  if (hop.netns.startsWith("guest:")) return hop.netns.slice("guest:".length);
  return hop.netns === "root" ? hop.device : (hop.netns.split("-")[0] ?? hop.netns);
}
