"use client";
import { useMemo } from "react";
import type { Topology } from "../../lib/api/http.ts";
import { useIsAdmin } from "../frame/session.tsx";
import { ObjectTable } from "../objects/object-table.tsx";
import { listModel } from "../objects/tables.tsx";

const KINDS = ["networks", "routers", "instances", "floating-ips"] as const;

/** The same content as the picture, as tables, with the same selection. */
export function TopologyTables(props: { topology: Topology; selected: string | null; onSelect: (id: string) => void }) {
  const { topology } = props;
  const admin = useIsAdmin();
  const models = useMemo(() => KINDS.map((kind) => listModel(kind, topology, admin)), [topology, admin]);
  return (
    <div className="flex min-h-0 flex-1 flex-col gap-6 overflow-y-auto px-6 pt-1 pb-6">
      {models.map((model) =>
        model.rows.length === 0 ? null : (
          <section key={model.title}>
            <h2 className="pb-2 text-sm font-semibold">{model.title}</h2>
            <ObjectTable model={model} selected={props.selected} onSelect={props.onSelect} />
          </section>
        ),
      )}
    </div>
  );
}
