import Link from "next/link";
import type { DevicePanel, HostGraph } from "../../../lib/api/http.ts";
import { CopyButton } from "../../ui/copy-button.tsx";
import { Fact, Facts, PanelSection } from "../../ui/panel.tsx";

interface Props {
  panel: DevicePanel;
  graph: HostGraph;
  onSelect: (id: string) => void;
}

export function SummaryTab({ panel, graph, onSelect }: Props) {
  const links = linksOf(graph, panel.id);
  return (
    <div className="h-full overflow-auto px-5 pt-1.5 pb-6">
      <Facts className="border-t-0">
        {panel.summary.map((fact) => (
          <Fact key={`${fact.label} ${fact.value}`} label={fact.label} mono={fact.mono ?? false}>
            {fact.label === "Attention" ? (
              <span className="text-danger">{fact.value}</span>
            ) : fact.href ? (
              <Link href={fact.href} className="text-accent hover:underline">
                {fact.value}
              </Link>
            ) : (
              <span className="group/fact [overflow-wrap:anywhere]">
                {fact.mono ? (
                  <CopyButton
                    text={fact.value}
                    label={`Copy ${fact.label}`}
                    className="-my-1 mr-1 size-5 align-middle opacity-0 group-hover/fact:opacity-100 focus-visible:opacity-100 [&_svg]:size-3.5"
                  />
                ) : null}
                {fact.value}
              </span>
            )}
          </Fact>
        ))}
      </Facts>
      {links.length > 0 ? (
        <PanelSection title="Linked to">
          <ul className="border-t border-line">
            {links.map((link) => (
              <li
                key={`${link.kind} ${link.id}`}
                className="flex min-h-8 items-center justify-between gap-4 border-b border-line text-sm"
              >
                <button
                  type="button"
                  className="truncate py-1 font-mono text-xs text-accent hover:underline"
                  onClick={() => onSelect(link.id)}
                >
                  {link.name}
                </button>
                <span className="shrink-0 text-xs text-muted">{link.kind}</span>
              </li>
            ))}
          </ul>
        </PanelSection>
      ) : null}
    </div>
  );
}

const LINK_WORDS: Record<HostGraph["edges"][number]["kind"], [out: string, back: string]> = {
  veth: ["veth peer", "veth peer"],
  patch: ["patch peer", "patch peer"],
  member: ["port of", "port"],
  parent: ["on top of", "carries"],
  guest: ["plugged into", "guest"],
  tunnel: ["sends through", "tunnel"],
};

function linksOf(graph: HostGraph, id: string) {
  const nodes = new Map(graph.nodes.map((node) => [node.id, node]));
  return graph.edges.flatMap((edge) => {
    const other = edge.from === id ? edge.to : edge.to === id ? edge.from : undefined;
    const node = other === undefined ? undefined : nodes.get(other);
    if (!node) return [];
    const kind = LINK_WORDS[edge.kind][edge.from === id ? 0 : 1];
    return [{ id: node.id, name: node.kind === "guest" ? (node.label ?? node.name) : node.name, kind }];
  });
}
