import { expect, it } from "vitest";
import { pipelineOf } from "./pipeline.ts";

const table = (number: number, ...next: number[]) => ({ table: number, flows: [], next });

it("puts a table behind every table that leads to it, and keeps ways back", () => {
  const { nodes, edges, layers } = pipelineOf([table(0, 25, 60, 0), table(25, 60), table(60, 10), table(10)]);
  const layer = new Map(nodes.map((node) => [node.table, node.layer]));
  expect(layer.get(0)).toBe(0);
  expect(layer.get(25)).toBe(1);
  expect(layer.get(60)).toBe(2);
  expect(layers).toBe(3);
  expect(edges).toContainEqual({ from: 60, to: 10 });
  expect(edges).not.toContainEqual({ from: 0, to: 0 });
});

it("shows a table that flows lead to and that holds none", () => {
  const { nodes } = pipelineOf([table(0, 4)]);
  expect(nodes.find((node) => node.table === 4)).toMatchObject({ exists: false, layer: 1 });
});
