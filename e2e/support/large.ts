/** A compute node with as many instances as a test wants: the recorded ports of cirros-vm1, copied under other ids. */
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import type { NeutronPort } from "../../lib/api/neutron.ts";
import { editApi } from "./bundle.ts";

const ORIGINAL = "cb9bcee4-5d";

interface Table {
  headings: string[];
  data: unknown[][];
}

/** Adds `count` instances big-0, big-1, … to compute1 of a copy of the legacy cloud: qbr, tap, qvb and qvo for each. */
export function crowd(dir: string, count: number): void {
  const copies = Array.from({ length: count }, (_, i) => {
    const head = `b16${i.toString(16).padStart(5, "0")}-00`;
    return { i, prefix: head, id: `${head}00-4000-8000-000000000000`, uuid: (kind: number) => uuid(kind, i) };
  });
  edit<{ ifname: string; ifindex: number }[]>(dir, "root/ip-j-d-link.json", (links) => {
    const own = links.filter((link) => link.ifname.endsWith(ORIGINAL));
    const made = copies.flatMap((copy) =>
      own.map((link, k) => ({ ...renamed(link, ORIGINAL, copy.prefix), ifindex: 10_000 + copy.i * own.length + k })),
    );
    return [...links, ...made];
  });
  edit<Table>(dir, "ovs/ovs-vsctl-list-Port.json", (table) =>
    added(table, copies, (copy) => ({ _uuid: ["uuid", copy.uuid(1)], interfaces: ["uuid", copy.uuid(2)] })),
  );
  edit<Table>(dir, "ovs/ovs-vsctl-list-Interface.json", (table) =>
    added(table, copies, (copy) => ({
      _uuid: ["uuid", copy.uuid(2)],
      ofport: 1000 + copy.i,
      external_ids: ["map", [["iface-id", copy.id]]],
    })),
  );
  edit<Table>(dir, "ovs/ovs-vsctl-list-Bridge.json", (table) => {
    const ports = table.headings.indexOf("ports");
    const name = table.headings.indexOf("name");
    const more = copies.map((copy) => ["uuid", copy.uuid(1)]);
    const withMore = (row: unknown[]) =>
      row.map((cell, i) => (i === ports ? ["set", [...(cell as [string, unknown[]])[1], ...more]] : cell)); // An OVSDB set.
    return { ...table, data: table.data.map((row) => (row[name] === "br-int" ? withMore(row) : row)) };
  });
  editApi<NeutronPort>(dir, "ports.json", (ports) => {
    const [own] = ports.filter((port) => port.id.startsWith(ORIGINAL));
    if (!own) throw new Error(`the cloud has no port ${ORIGINAL}`);
    return [
      ...ports,
      ...copies.map((copy) => ({ ...own, id: copy.id, name: `big-${copy.i}`, device_id: copy.uuid(3) })),
    ];
  });
}

const uuid = (kind: number, i: number) => `b16b16b1-000${kind}-4000-8000-${i.toString(16).padStart(12, "0")}`;

function renamed<T>(value: T, from: string, to: string): T {
  return JSON.parse(JSON.stringify(value).replaceAll(from, to)) as T; // Same shape, other names.
}

function edit<T>(dir: string, file: string, change: (value: T) => T): void {
  const where = path.join(dir, "compute1", file);
  writeFileSync(where, JSON.stringify(change(JSON.parse(readFileSync(where, "utf8")) as T)));
}

function added<C extends { prefix: string }>(
  table: Table,
  copies: readonly C[],
  cells: (copy: C) => Record<string, unknown>,
): Table {
  const own = table.data.find((row) => row[table.headings.indexOf("name")] === `qvo${ORIGINAL}`);
  if (!own) throw new Error(`the host has no port qvo${ORIGINAL}`);
  const rows = copies.map((copy) => {
    const change: Record<string, unknown> = { name: `qvo${copy.prefix}`, ...cells(copy) };
    return own.map((cell, i) => change[table.headings[i] ?? ""] ?? cell);
  });
  return { ...table, data: [...table.data, ...rows] };
}
