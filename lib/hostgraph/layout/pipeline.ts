/** Which table leads where, as a small layered picture. */
import type { FlowTable } from "../../api/http.ts";

export interface PipelineNode {
  table: number;
  name?: string;
  flows: number;
  /** False when flows lead to the table and it holds none. */
  exists: boolean;
  layer: number;
  row: number;
}
export interface Pipeline {
  nodes: PipelineNode[];
  edges: { from: number; to: number }[];
  layers: number;
  rows: number;
}

/** Layers by the longest way from a table that nothing leads to; a way back (resubmit to an earlier table) is drawn, not counted. */
export function pipelineOf(tables: readonly FlowTable[]): Pipeline {
  const byNumber = new Map(tables.map((table) => [table.table, table]));
  const numbers = [...new Set(tables.flatMap((table) => [table.table, ...table.next]))].sort((a, b) => a - b);
  const layer = new Map<number, number>(numbers.map((n) => [n, 0]));
  // goto_table only goes up, so rising order is a topological order of everything but ways back.
  for (const from of numbers) {
    for (const to of byNumber.get(from)?.next ?? []) {
      if (to > from) layer.set(to, Math.max(layer.get(to) ?? 0, (layer.get(from) ?? 0) + 1));
    }
  }
  const filled = new Map<number, number>();
  const nodes = numbers.map((table): PipelineNode => {
    const at = layer.get(table) ?? 0;
    const row = filled.get(at) ?? 0;
    filled.set(at, row + 1);
    const known = byNumber.get(table);
    const node = { table, flows: known?.flows.length ?? 0, exists: known !== undefined, layer: at, row };
    return known?.name ? { ...node, name: known.name } : node;
  });
  const edges = tables.flatMap((table) =>
    table.next.filter((to) => to !== table.table).map((to) => ({ from: table.table, to })),
  );
  return { nodes, edges, layers: Math.max(0, ...layer.values()) + 1, rows: Math.max(0, ...filled.values()) };
}
