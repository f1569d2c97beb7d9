/** Ends that fit a typed text, in a stable order by kind. */
import type { Topology, TraceEnd } from "../api/http.ts";

const ORDER: Record<TraceEnd["kind"], number> = { instance: 0, floatingip: 1, router: 2, dhcp: 3, host: 4, port: 5 };
const MOST = 60;

/** Every word must occur in the label, the value or the detail; ends whose label begins with the text come first. */
export function matchEnds(ends: readonly TraceEnd[], text: string): TraceEnd[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  const fits = ends.filter((end) => {
    const hay = `${end.label} ${end.value} ${end.detail}`.toLowerCase();
    return words.every((word) => hay.includes(word));
  });
  const head = text.trim().toLowerCase();
  const begins = (end: TraceEnd) => (head !== "" && end.label.toLowerCase().startsWith(head) ? 0 : 1);
  return fits
    .toSorted(
      (a, b) =>
        begins(a) - begins(b) ||
        ORDER[a.kind] - ORDER[b.kind] ||
        a.label.localeCompare(b.label, "en", { numeric: true }),
    )
    .slice(0, MOST);
}

/** The end that a value names, also by an instance's id or its port's, which other pages link with. */
export function findEnd(
  ends: readonly TraceEnd[],
  topology: Topology | undefined,
  value: string | undefined,
): TraceEnd | undefined {
  if (value === undefined || value === "") return undefined;
  const exact = ends.find((end) => end.value === value);
  if (exact) return exact;
  const instance = topology?.instances.find((one) => one.id === value || one.ports.some((port) => port.id === value));
  return (
    instance &&
    ends.find((end) => end.kind === "instance" && (end.value === instance.id || end.label === instance.name))
  );
}
