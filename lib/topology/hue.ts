/** Colours of networks: names of design tokens, so that both themes have their own value. */
export interface Hue {
  /** Lines, edges, small text. */
  edge: string;
  /** The fill behind text. */
  soft: string;
}

const HUES = 8;
export const EXTERNAL_HUE: Hue = { edge: "var(--net-ext)", soft: "var(--net-ext-soft)" };

/** Network id → hue. Goes by name, so that every page that is fed the same networks gives the same colours. */
export function networkHues(networks: readonly { id: string; name: string; external?: boolean }[]): Map<string, Hue> {
  const hues = new Map<string, Hue>();
  const own = networks
    .filter((network) => !network.external)
    .toSorted((a, b) => a.name.localeCompare(b.name, "en", { numeric: true }) || a.id.localeCompare(b.id));
  own.forEach(({ id }, index) => {
    const n = (index % HUES) + 1;
    hues.set(id, { edge: `var(--net-${n})`, soft: `var(--net-${n}-soft)` });
  });
  for (const { id, external } of networks) if (external) hues.set(id, EXTERNAL_HUE);
  return hues;
}
