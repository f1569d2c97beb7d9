/** How Cytoscape draws a painting's elements: their classes are those of elements.ts, and `dim`, `lit`, `ring`. */
import type { Palette } from "./palette.ts";

export function styleOf({ colour }: Palette): object[] {
  const accent = colour("var(--accent)");
  return [
    {
      selector: "node",
      style: {
        shape: "round-rectangle",
        "corner-radius": "6px",
        width: "data(w)",
        height: "data(h)",
        "background-color": "data(fill)",
        "border-color": "data(stroke)",
        "border-width": 1,
        "z-index-compare": "manual",
        "z-index": 2,
      },
    },
    { selector: "node.ground", style: { "z-index": 0, "corner-radius": "9px" } },
    { selector: "node.dashed", style: { "border-style": "dashed", "border-dash-pattern": [3, 3] } },
    {
      selector: "edge",
      style: {
        width: 1.6,
        "line-color": "data(stroke)",
        "curve-style": "straight",
        "source-endpoint": "data(start)",
        "target-endpoint": "data(end)",
        "z-index-compare": "manual",
        "z-index": 1,
      },
    },
    {
      selector: "edge.bent",
      style: {
        "curve-style": "round-segments",
        "edge-distances": "endpoints",
        "segment-weights": "data(weights)",
        "segment-distances": "data(distances)",
        "segment-radii": [5],
        "radius-type": ["influence-radius"],
      },
    },
    { selector: "node.dim", style: { opacity: 0.45 } },
    { selector: "edge.dim", style: { opacity: 0.3 } },
    { selector: "node.lit", style: { "border-color": accent } },
    { selector: "edge.lit", style: { width: 3 } },
    { selector: "node.ring", style: { "outline-width": 2, "outline-offset": 2, "outline-color": accent } },
  ];
}
