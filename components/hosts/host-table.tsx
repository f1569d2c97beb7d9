"use client";
import { useState } from "react";
import type { HostGraph } from "../../lib/api/http.ts";
import { byName } from "../../lib/hostgraph/layout/sort.ts";
import { Badge } from "../ui/badge.tsx";
import { Button } from "../ui/button.tsx";
import { Table, Td, Th, Tr } from "../ui/table.tsx";
import { MARK_WORDS, MarkIcon } from "./marks.tsx";
import { KIND_WORDS } from "./words.ts";

/** A page of rows that draws at once. */
const LIMIT = 400;
const ORDER = Object.keys(KIND_WORDS);

/** From the guests outwards, as the picture goes; by name within a kind. */
function byKind(a: HostGraph["nodes"][number], b: HostGraph["nodes"][number]): number {
  return (
    ORDER.indexOf(a.kind) - ORDER.indexOf(b.kind) || byName(a.label ?? a.name, b.label ?? b.name) || byName(a.id, b.id)
  );
}

/** The picture as a table: the same devices, the same links, the same marks. */
export function HostTable(props: { graph: HostGraph; selected: string | null; onSelect: (id: string) => void }) {
  const { graph, selected, onSelect } = props;
  const [all, setAll] = useState(false);
  const nodes = graph.nodes.toSorted(byKind);
  const shown = all ? nodes : nodes.slice(0, LIMIT);
  const names = new Map(
    graph.nodes.map((node) => [node.id, node.kind === "guest" ? (node.label ?? node.name) : node.name]),
  );
  const links = new Map<string, string[]>();
  for (const edge of graph.edges) {
    if (edge.kind === "member") continue;
    for (const [a, b] of [
      [edge.from, edge.to],
      [edge.to, edge.from],
    ] as const) {
      links.set(a, [...(links.get(a) ?? []), names.get(b) ?? b]);
    }
  }
  return (
    <Table label={`Devices of ${graph.host.name}`} wrapClassName="h-full">
      <thead>
        <tr>
          <Th>Device</Th>
          <Th>Kind</Th>
          <Th>Bridge</Th>
          <Th>Linked to</Th>
          <Th>Network</Th>
          <Th>Tag</Th>
          <Th>Details</Th>
          <Th>Namespace</Th>
          <Th>State</Th>
        </tr>
      </thead>
      <tbody>
        {shown.map((node) => (
          <Tr key={node.id} selected={selected === node.id}>
            <Td>
              <button type="button" className="font-mono text-xs hover:underline" onClick={() => onSelect(node.id)}>
                {names.get(node.id)}
              </button>
            </Td>
            <Td className="whitespace-nowrap text-muted">{KIND_WORDS[node.kind]}</Td>
            <Td className="font-mono text-xs">{node.bridge ? names.get(node.bridge) : ""}</Td>
            <Td className="font-mono text-xs">{(links.get(node.id) ?? []).join(", ")}</Td>
            <Td className="whitespace-nowrap">{node.networkName ?? ""}</Td>
            <Td className="tabular-nums">{node.tag ?? ""}</Td>
            <Td className="font-mono text-xs whitespace-nowrap">{node.detail ?? ""}</Td>
            <Td className="max-w-40 truncate font-mono text-xs text-muted" title={node.netns}>
              {node.netns}
            </Td>
            <Td>
              {node.marks.length === 0 ? (
                <Badge tone={node.up ? "ok" : "neutral"}>{node.up ? "up" : "down"}</Badge>
              ) : (
                node.marks.map((mark) => (
                  <span key={mark} className="mr-2 inline-flex items-center gap-1.5 whitespace-nowrap">
                    <MarkIcon mark={mark} />
                    {MARK_WORDS[mark].short}
                  </span>
                ))
              )}
            </Td>
          </Tr>
        ))}
        {shown.length < nodes.length ? (
          <tr>
            <Td colSpan={9} className="text-center">
              <Button size="sm" onClick={() => setAll(true)}>
                Show all {nodes.length.toLocaleString("en")} devices
              </Button>
            </Td>
          </tr>
        ) : null}
      </tbody>
    </Table>
  );
}
