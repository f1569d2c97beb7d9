"use client";
import type { ReactNode } from "react";
import type { Topology } from "../../lib/api/http.ts";
import type { TraceEnds } from "../trace/trace-here.tsx";
import { Status } from "../ui/badge.tsx";
import { projectName, traceEndOf } from "./find.ts";

export type ListKind = "instances" | "networks" | "routers" | "security-groups" | "floating-ips";

export interface Row {
  id: string;
  /** What the row is called: the text of its button. */
  name: string;
  cells: { text: string; show?: ReactNode; mono?: boolean }[];
  /** What a trace takes for it. */
  trace?: TraceEnds;
}
export interface ListModel {
  title: string;
  one: string;
  columns: string[];
  rows: Row[];
  empty: string;
}

const words = (list: (string | undefined)[]) => list.filter(Boolean).join(" ");

function rules(all: readonly { direction: string }[], direction: "ingress" | "egress"): string {
  const count = all.filter((rule) => rule.direction === direction).length;
  return `${count} ${count === 1 ? "rule" : "rules"}`;
}

const bothWays = (end: string): TraceEnds => ({ from: end, to: end });

/** What a tenant is not told, or is the same in every row. */
const FOR_ADMINS: Record<ListKind, readonly string[]> = {
  instances: ["Host", "Project"],
  networks: ["Type", "Project"],
  routers: ["Kind", "Project"],
  "security-groups": ["Project"],
  "floating-ips": [],
};

/** Any list of a cloud's objects as columns and rows: one place for the list pages and the topology's table. */
export function listModel(kind: ListKind, topology: Topology, admin: boolean): ListModel {
  const model = modelOf(kind, topology, admin);
  if (admin) return model;
  const shown = (column: string | undefined) => !FOR_ADMINS[kind].includes(column ?? "");
  const rows = model.rows.map((row) => ({ ...row, cells: row.cells.filter((_, at) => shown(model.columns[at + 1])) }));
  return { ...model, columns: model.columns.filter(shown), rows };
}

/** @param admin whether the reader may send from routers */
function modelOf(kind: ListKind, topology: Topology, admin: boolean): ListModel {
  const networkName = (id: string) => topology.networks.find((network) => network.id === id)?.name || id.slice(0, 8);
  const project = (id: string) => ({ text: projectName(topology, id) });
  const status = (text: string) => ({ text, show: <Status status={text} /> });
  switch (kind) {
    case "instances":
      return {
        title: "Instances",
        one: "instance",
        columns: ["Name", "Status", "Network", "Addresses", "Floating IP", "Host", "Project"],
        empty: "No port of this cloud belongs to an instance.",
        rows: topology.instances.map((one) => ({
          id: one.id,
          name: one.name,
          ...(one.ports.length > 0 ? { trace: bothWays(traceEndOf(topology, one)) } : {}),
          cells: [
            status(one.status),
            { text: words([...new Set(one.ports.map((port) => networkName(port.networkId)))]) },
            { text: words(one.ports.flatMap((port) => port.addresses)), mono: true },
            { text: words(one.ports.flatMap((port) => port.floatingIps)), mono: true },
            { text: one.host ?? "" },
            project(one.projectId),
          ],
        })),
      };
    case "networks":
      return {
        title: "Networks",
        one: "network",
        columns: ["Name", "Status", "Type", "Subnets", "MTU", "Kind", "Project"],
        empty: "The API's answer holds no network.",
        rows: topology.networks.map((one) => ({
          id: one.id,
          name: one.name || one.id.slice(0, 8),
          cells: [
            status(one.status),
            { text: words([one.type, one.segmentationId?.toString(), one.physicalNetwork]), mono: true },
            { text: words(one.subnets.map((subnet) => subnet.cidr)), mono: true },
            { text: String(one.mtu), mono: true },
            { text: one.external ? "external" : one.shared ? "shared" : "tenant" },
            project(one.projectId),
          ],
        })),
      };
    case "routers":
      return {
        title: "Routers",
        one: "router",
        columns: ["Name", "Status", "Kind", "External address", "Interfaces", "Project"],
        empty: "This cloud has no router: its networks do not reach each other.",
        rows: topology.routers.map((one) => ({
          id: one.id,
          name: one.name || one.id.slice(0, 8),
          ...(one.interfaces[0] ? { trace: { to: one.interfaces[0].address, ...(admin && { from: one.id }) } } : {}),
          cells: [
            status(one.status),
            { text: words([one.distributed ? "distributed" : "central", one.ha ? "HA" : undefined]) },
            { text: words(one.gateway?.addresses ?? []), mono: true },
            { text: words(one.interfaces.map((iface) => iface.address)), mono: true },
            project(one.projectId),
          ],
        })),
      };
    case "security-groups":
      return {
        title: "Security groups",
        one: "security group",
        columns: ["Name", "Lets in", "Lets out", "Instances", "Project"],
        empty: "The API's answer holds no security group.",
        rows: topology.securityGroups.map((one) => ({
          id: one.id,
          name: one.name || one.id.slice(0, 8),
          cells: [
            { text: rules(one.rules, "ingress") },
            { text: rules(one.rules, "egress") },
            {
              text: String(
                topology.instances.filter((vm) => vm.ports.some((port) => port.securityGroupIds.includes(one.id)))
                  .length,
              ),
            },
            project(one.projectId),
          ],
        })),
      };
    case "floating-ips":
      return {
        title: "Floating IPs",
        one: "floating IP",
        columns: ["Address", "Status", "Fixed IP", "Instance", "External network"],
        empty: "This cloud has no floating IP: its instances are not reachable from outside.",
        rows: topology.floatingIps.map((one) => ({
          id: one.id,
          name: one.address,
          ...(one.portId ? { trace: bothWays(one.address) } : {}),
          cells: [
            status(one.status),
            { text: one.fixedIp ?? "", mono: true },
            { text: topology.instances.find((vm) => vm.ports.some((port) => port.id === one.portId))?.name ?? "" },
            { text: networkName(one.networkId) },
          ],
        })),
      };
  }
}
