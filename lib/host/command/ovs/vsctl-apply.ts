/** What an `ovs-vsctl` transaction does: first to the database, then the switch follows it (reconfigure.ts). */
import { portOf } from "../../kernel/links.ts";
import type { HostState, OvsBridge, OvsInterface, OvsPort, OvsState } from "../../state.ts";
import { CommandError } from "../command.ts";
import { portNamed, withPort } from "./bridges.ts";
import { columnName, type Edit, editColumn } from "./columns.ts";
import { reconfigure } from "./reconfigure.ts";
import type { ColumnSetting, VsctlCommand, VsctlStep, VsctlTable } from "./vsctl-command.ts";
import { printStep } from "./vsctl-print.ts";

export function applyVsctl(host: HostState, command: VsctlCommand): HostState {
  const before = host.ovs;
  if (!before)
    throw new CommandError(
      "ovs-vsctl: unix:/var/run/openvswitch/db.sock: database connection failed (No such file or directory)",
    );
  // Columns are looked up before any row is (db-ctl-base.c, the prerequisites of each command).
  for (const step of command.steps) for (const [table, column] of columnsOf(step)) columnName(table, column);
  // All or nothing: a step that fails throws before the switch sees anything.
  const after = command.steps.reduce(applyStep, before);
  return after === before ? host : reconfigure(host, after);
}

function columnsOf(step: VsctlStep): (readonly [VsctlTable, string])[] {
  switch (step.kind) {
    case "set":
      return step.settings.map(({ column }) => [step.table, column]);
    case "add":
    case "remove":
      return [[step.table, step.column]];
    case "clear":
      return step.columns.map((column) => [step.table, column]);
    case "add-port":
    case "add-bond":
      return step.settings.map(({ column }) => ["Port", column]);
    default:
      return [];
  }
}

function applyStep(ovs: OvsState, step: VsctlStep): OvsState {
  switch (step.kind) {
    case "add-br":
      return addBridge(ovs, step.bridge, step.mayExist);
    case "del-br": {
      if (step.ifExists && !ovs.bridges.some((b) => b.name === step.bridge)) return ovs;
      const gone = need(ovs, step.bridge);
      return { ...ovs, bridges: ovs.bridges.filter((b) => b !== gone) };
    }
    case "add-port":
      return addPort(ovs, step, [step.port], step.settings);
    case "add-bond":
      return addPort(ovs, step, step.interfaces, step.settings);
    case "del-port":
      return deletePort(ovs, step);
    case "set": {
      const edit = (setting: ColumnSetting): [string, Edit] => {
        const { column, key, value } = setting;
        return [column, key === undefined ? { kind: "set", value } : { kind: "set", key, value }];
      };
      return editRow(ovs, step, step.settings.map(edit));
    }
    case "add":
    case "remove":
      return editRow(ovs, step, [[step.column, { kind: step.kind, values: step.values }]]);
    case "clear":
      return editRow(
        ovs,
        step,
        step.columns.map((column) => [column, { kind: "clear" }]),
      );
    case "set-fail-mode":
      return replace(ovs, { ...need(ovs, step.bridge), failMode: step.mode });
    case "del-fail-mode":
      return replace(ovs, { ...need(ovs, step.bridge), failMode: "standalone" });
    case "set-controller":
      return replace(ovs, { ...need(ovs, step.bridge), controllers: [...step.targets] });
    case "del-controller":
      return replace(ovs, { ...need(ovs, step.bridge), controllers: [] });
    case "query":
      return ovs;
  }
}

function need(ovs: OvsState, name: string): OvsBridge {
  const found = ovs.bridges.find((b) => b.name === name);
  if (!found) throw new CommandError(`ovs-vsctl: no bridge named ${name}`);
  return found;
}

function replace(ovs: OvsState, bridge: OvsBridge): OvsState {
  const at = ovs.bridges.findIndex((b) => b.name === bridge.name);
  return ovs.bridges[at] === bridge ? ovs : { ...ovs, bridges: ovs.bridges.with(at, bridge) };
}

function findPort(ovs: OvsState, name: string): { bridge: OvsBridge; port: OvsPort } | undefined {
  for (const bridge of ovs.bridges) {
    const port = portNamed(bridge.ports, name);
    if (port) return { bridge, port };
  }
  return undefined;
}

function freshInterface(name: string, type: string): OvsInterface {
  return { name, type, options: {}, externalIds: {}, config: [], state: [] };
}

function freshPort(name: string, interfaces: OvsInterface[]): OvsPort {
  return { name, trunks: [], otherConfig: {}, externalIds: {}, interfaces };
}

function addBridge(ovs: OvsState, name: string, mayExist: boolean): OvsState {
  if (ovs.bridges.some((b) => b.name === name)) {
    if (mayExist) return ovs;
    throw new CommandError(
      `ovs-vsctl: cannot create a bridge named ${name} because a bridge named ${name} already exists`,
    );
  }
  const owner = findPort(ovs, name);
  if (owner)
    throw new CommandError(
      `ovs-vsctl: cannot create a bridge named ${name} because a port named ${name} already exists on bridge ${owner.bridge.name}`,
    );
  const bridge: OvsBridge = {
    name,
    datapathType: "system",
    failMode: "standalone",
    protocols: [],
    controllers: [],
    otherConfig: {},
    externalIds: {},
    ports: [freshPort(name, [freshInterface(name, "internal")])],
    flows: [],
    groups: [],
    fdb: [],
    flowsKnown: true,
  };
  return { ...ovs, bridges: [...ovs.bridges, bridge] };
}

function addPort(
  ovs: OvsState,
  step: Extract<VsctlStep, { kind: "add-port" | "add-bond" }>,
  interfaces: readonly string[],
  settings: readonly ColumnSetting[],
): OvsState {
  const owner = findPort(ovs, step.port);
  if (owner && step.mayExist) {
    if (owner.bridge.name !== step.bridge)
      throw new CommandError(
        `ovs-vsctl: "${printStep(step).join(" ")}" but ${step.port} is actually attached to bridge ${owner.bridge.name}`,
      );
    return ovs;
  }
  if (owner)
    throw new CommandError(
      `ovs-vsctl: cannot create a port named ${step.port} because a port named ${step.port} already exists on bridge ${owner.bridge.name}`,
    );
  const bridge = need(ovs, step.bridge);
  let port = freshPort(
    step.port,
    interfaces.map((name) => freshInterface(name, "")),
  );
  for (const { column, key, value } of settings)
    port = editColumn("Port", port, column, key === undefined ? { kind: "set", value } : { kind: "set", key, value });
  return replace(ovs, withPort(bridge, port));
}

function deletePort(ovs: OvsState, step: { bridge?: string; port: string; ifExists: boolean }): OvsState {
  const owner = findPort(ovs, step.port);
  if (!owner) {
    if (step.ifExists) return ovs;
    throw new CommandError(`ovs-vsctl: no port named ${step.port}`);
  }
  if (owner.port.name === owner.bridge.name)
    throw new CommandError(
      `ovs-vsctl: cannot delete port ${step.port} because it is the local port for bridge ${owner.bridge.name} (deleting this port requires deleting the entire bridge)`,
    );
  const bridge = step.bridge === undefined ? undefined : need(ovs, step.bridge);
  if (bridge && owner.bridge !== bridge)
    throw new CommandError(`ovs-vsctl: bridge ${bridge.name} does not have a port ${step.port}`);
  return replace(ovs, { ...owner.bridge, ports: owner.bridge.ports.filter((p) => p !== owner.port) });
}

function editRow(
  ovs: OvsState,
  step: { table: VsctlTable; record: string; ifExists: boolean },
  edits: readonly (readonly [string, Edit])[],
): OvsState {
  const { table, record } = step;
  const missing = (): OvsState => {
    if (step.ifExists) return ovs;
    throw new CommandError(`ovs-vsctl: no row "${record}" in table ${table}`);
  };
  switch (table) {
    case "Open_vSwitch":
      if (record !== ".") return missing();
      return edits.reduce((row, [column, edit]) => editColumn("Open_vSwitch", row, column, edit), ovs);
    case "Bridge": {
      const bridge = ovs.bridges.find((b) => b.name === record);
      if (!bridge) return missing();
      return replace(
        ovs,
        edits.reduce((row, [column, edit]) => editColumn("Bridge", row, column, edit), bridge),
      );
    }
    case "Port": {
      const owner = findPort(ovs, record);
      if (!owner) return missing();
      const port = edits.reduce((row, [column, edit]) => editColumn("Port", row, column, edit), owner.port);
      return replace(ovs, withPort(owner.bridge, port));
    }
    case "Interface": {
      for (const bridge of ovs.bridges) {
        const port = bridge.ports[portOf(bridge.ports, record)];
        const at = port?.interfaces.findIndex((i) => i.name === record) ?? -1;
        const found = port?.interfaces[at];
        if (!port || !found) continue;
        const row = edits.reduce((draft, [column, edit]) => editColumn("Interface", draft, column, edit), found);
        return replace(ovs, withPort(bridge, { ...port, interfaces: port.interfaces.with(at, row) }));
      }
      return missing();
    }
  }
}
