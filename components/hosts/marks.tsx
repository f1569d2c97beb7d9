import type { DeviceNode } from "../../lib/api/http.ts";
import type { GlyphPart } from "../graph/painting.ts";

export type Mark = DeviceNode["marks"][number];

/** Five causes, five shapes, five words: colour is never the only difference. */
export const MARK_WORDS: Record<Mark, { short: string; long: string }> = {
  "dead-vlan": { short: "dead port", long: "Dead port: tag 4095, nothing passes" },
  down: { short: "down", long: "Down" },
  "unknown-to-neutron": { short: "unknown to Neutron", long: "Unknown to Neutron" },
  "expected-missing": { short: "expected, missing", long: "Neutron expects it here, the host does not have it" },
  differs: { short: "differs", long: "Not as Neutron wants it: the check has what differs" },
};

export const MARKS: readonly Mark[] = ["dead-vlan", "down", "unknown-to-neutron", "expected-missing", "differs"];

/** The glyphs, of about 14 × 14 around (0, 0): data, because SVG and canvas both paint them. */
export const MARK_GLYPHS: Record<Mark, readonly GlyphPart[]> = {
  "dead-vlan": [
    { d: "M-2.9 -7h5.8L7 -2.9v5.8L2.9 7h-5.8L-7 2.9v-5.8z", fill: "var(--danger)" },
    { d: "M-2.6 -2.6l5.2 5.2M2.6 -2.6l-5.2 5.2", stroke: "var(--surface)", width: 1.8 },
  ],
  down: [
    { d: "M-6.6 -5h13.2L0 6.5z", fill: "var(--warn)" },
    { d: "M0 -2.6v3", stroke: "var(--surface)", width: 1.8 },
  ],
  "unknown-to-neutron": [
    { d: "M0 -7.6L7.6 0 0 7.6 -7.6 0z", fill: "var(--surface)", stroke: "var(--warn)", width: 1.5 },
    {
      d: "M-1.9 -1.8a1.9 1.9 0 1 1 2.7 1.7q-.8 .4 -.8 1.3M0 3.4v.2",
      stroke: "var(--warn)",
      width: 1.4,
    },
  ],
  "expected-missing": [
    {
      d: "M-6.6 0a6.6 6.6 0 1 1 13.2 0a6.6 6.6 0 1 1 -13.2 0z",
      fill: "var(--surface)",
      stroke: "var(--danger)",
      width: 1.5,
      dash: [2.6, 2],
    },
    { d: "M0 -3v3.2M0 2.9v.2", stroke: "var(--danger)", width: 1.8 },
  ],
  differs: [
    { d: "M-6.4 -6.4h12.8v12.8h-12.8z", fill: "var(--surface)", stroke: "var(--warn)", width: 1.5 },
    { d: "M-3 -1.6h6M-3 1.8h6M2 -4l-4 8", stroke: "var(--warn)", width: 1.4 },
  ],
};

/** A mark around (x, y). */
export function MarkGlyph({ mark, x, y }: { mark: Mark; x: number; y: number }) {
  return (
    <g transform={`translate(${x} ${y})`} aria-hidden>
      {MARK_GLYPHS[mark].map((part) => (
        <path
          key={part.d}
          d={part.d}
          style={{ fill: part.fill ?? "none", stroke: part.stroke }}
          strokeWidth={part.width}
          strokeDasharray={part.dash?.join(" ")}
          strokeLinecap={part.dash ? undefined : "round"}
        />
      ))}
    </g>
  );
}

/** The glyph beside text, outside a picture. */
export function MarkIcon({ mark }: { mark: Mark }) {
  return (
    <svg width="16" height="16" viewBox="-8 -8 16 16" aria-hidden className="inline-block shrink-0">
      <MarkGlyph mark={mark} x={0} y={0} />
    </svg>
  );
}
