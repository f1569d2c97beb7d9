/** Bridges and ports: `ovs-vsctl` as agents call it. */
import { nextOfport } from "../allocate.ts";
import type { Command } from "../command/command.ts";
import type { VsctlStep } from "../command/ovs/vsctl-command.ts";
import { differing } from "../differing.ts";
import { ROOT } from "../edit.ts";
import type { HostState, OvsBridge, OvsInterface, OvsPort } from "../state.ts";
import { bridgeColumns, columnSteps, interfaceColumns, portColumns, rootColumns } from "./ovs-columns.ts";

function vsctl(...steps: VsctlStep[]): Command {
  return { netns: ROOT, run: { tool: "ovs-vsctl", options: [], steps } };
}

/** Ports and bridges that go. */
export function ovsRemovals(actual: HostState, desired: HostState): Command[] {
  if (actual.ovs === desired.ovs || !actual.ovs) return [];
  const out: Command[] = [];
  const wanted = new Map((desired.ovs?.bridges ?? []).map((bridge) => [bridge.name, bridge]));
  for (const bridge of actual.ovs.bridges) {
    const after = wanted.get(bridge.name);
    if (after === bridge) continue;
    if (!after) {
      out.push(vsctl({ kind: "del-br", ifExists: true, bridge: bridge.name }));
      continue;
    }
    if (after.ports === bridge.ports) continue;
    const { gone, come } = differing(bridge.ports, after.ports);
    const left = new Map(come.map((port) => [port.name, port]));
    for (const port of gone)
      if (renumbered(port, left.get(port.name)))
        out.push(vsctl({ kind: "del-port", ifExists: true, bridge: bridge.name, port: port.name }));
  }
  return out;
}

/** Whether the port is gone, or has another number: that may be another port's until then. */
function renumbered(before: OvsPort, after: OvsPort | undefined): boolean {
  if (!after) return true;
  if (before.interfaces[0]?.ofport === LOCAL_PORT) return false;
  const [was, is] = [before.interfaces[0]?.ofport ?? -1, after.interfaces[0]?.ofport ?? -1];
  return was > 0 && is > 0 && was !== is;
}

const LOCAL_PORT = 65534;

const ABSENT_BRIDGE: Omit<OvsBridge, "name"> = {
  datapathType: "system",
  failMode: "standalone",
  protocols: [],
  controllers: [],
  otherConfig: {},
  externalIds: {},
  ports: [],
  flows: [],
  groups: [],
  fdb: [],
  flowsKnown: true,
};

/** Bridges that are new or other than they should be, without their ports. */
export function ovsBridges(actual: HostState, desired: HostState): Command[] {
  if (actual.ovs === desired.ovs || !actual.ovs || !desired.ovs) return [];
  const out: Command[] = [];
  const own = columnSteps("Open_vSwitch", ".", rootColumns(actual.ovs, desired.ovs));
  if (own.length > 0) out.push(vsctl(...own));
  const before = new Map(actual.ovs.bridges.map((bridge) => [bridge.name, bridge]));
  for (const bridge of desired.ovs.bridges) {
    const old = before.get(bridge.name);
    if (old !== bridge) out.push(...bridgeCommands(old, bridge));
  }
  return out;
}

function bridgeCommands(before: OvsBridge | undefined, after: OvsBridge): Command[] {
  const { name } = after;
  const out: Command[] = [];
  let old = before;
  if (!old) {
    old = { ...ABSENT_BRIDGE, name, datapathType: after.datapathType };
    const add: VsctlStep = { kind: "add-br", mayExist: true, bridge: name };
    const type = { column: "datapath_type", value: after.datapathType };
    const set: VsctlStep = { kind: "set", ifExists: false, table: "Bridge", record: name, settings: [type] };
    out.push(after.datapathType === "system" ? vsctl(add) : vsctl(add, set));
  }
  const columns = columnSteps("Bridge", name, bridgeColumns(old, after));
  if (columns.length > 0) out.push(vsctl(...columns));
  if (old.failMode !== after.failMode)
    out.push(
      vsctl(
        after.failMode === "secure" || after.failMode === "standalone"
          ? { kind: "set-fail-mode", bridge: name, mode: after.failMode }
          : { kind: "del-fail-mode", bridge: name },
      ),
    );
  if (old.controllers.join() !== after.controllers.join())
    out.push(
      vsctl(
        after.controllers.length === 0
          ? { kind: "del-controller", bridge: name }
          : { kind: "set-controller", bridge: name, targets: after.controllers },
      ),
    );
  return out;
}

/** Ports that are new, or have other columns. */
export function ovsPorts(actual: HostState, desired: HostState): Command[] {
  if (actual.ovs === desired.ovs || !actual.ovs || !desired.ovs) return [];
  const out: Command[] = [];
  for (const bridge of desired.ovs.bridges) {
    const before = actual.ovs.bridges.find((b) => b.name === bridge.name);
    if (!before || before.ports === bridge.ports) continue;
    out.push(...portCommands(before, bridge));
  }
  return out;
}

function portCommands(before: OvsBridge, after: OvsBridge): Command[] {
  const out: Command[] = [];
  const { gone, come } = differing(before.ports, after.ports);
  const old = new Map(gone.map((port) => [port.name, port]));
  // Numbers are given in the order of the commands: wanted ones say it.
  const fresh: OvsPort[] = [];
  const numbered: Command[] = [];
  for (const port of come) {
    const known = old.get(port.name);
    if (!known) fresh.push(port);
    // Those that lose their numbers go before those that may get them.
    else if (numberOf(port) > 0) numbered.push(...changedPort(known, port));
    else out.push(...changedPort(known, port));
  }
  out.push(...numbered);
  fresh.sort((a, b) => numberOf(a) - numberOf(b));
  const wanted = new Map(come.map((port) => [port.name, port]));
  const isRenumbered = (port: OvsPort) => numberOf(wanted.get(port.name) ?? port) !== numberOf(port);
  const ports = gone.some(isRenumbered) ? before.ports.map((port) => wanted.get(port.name) ?? port) : before.ports;
  let next = nextOfport({ ...before, ports });
  for (const port of fresh) {
    out.push(...newPort(before, port, next));
    const given = numberOf(port);
    // One that the switch cannot take gets none.
    if (!Number.isFinite(given)) next += port.interfaces.length;
    else if (given > 0) next = Math.max(next, given + 1);
  }
  return out;
}

function numberOf(port: OvsPort): number {
  return port.interfaces[0]?.ofport ?? Number.POSITIVE_INFINITY;
}

function changedPort(before: OvsPort, after: OvsPort): Command[] {
  const steps = columnSteps("Port", after.name, portColumns(before, after));
  for (const one of after.interfaces) {
    const old = before.interfaces.find((i) => i.name === one.name);
    if (!old || old === one) continue;
    const changes = interfaceColumns(old, one);
    // A port that the switch could not take until now gets the number that it should have.
    const numbered = one.ofport !== undefined && one.ofport > 0 && one.ofport !== old.ofport;
    const set = numbered ? [...changes.set, { column: "ofport_request", value: String(one.ofport) }] : changes.set;
    steps.push(...columnSteps("Interface", one.name, { ...changes, set }));
  }
  return steps.length === 0 ? [] : [vsctl(...steps)];
}

const ABSENT_PORT: Omit<OvsPort, "name"> = { trunks: [], otherConfig: {}, externalIds: {}, interfaces: [] };

function newPort(bridge: OvsBridge, port: OvsPort, next: number): Command[] {
  const steps: VsctlStep[] = [];
  const [only] = port.interfaces;
  if (port.interfaces.length === 1 && only?.name === port.name)
    steps.push({ kind: "add-port", mayExist: true, bridge: bridge.name, port: port.name, settings: [] });
  else
    steps.push({
      kind: "add-bond",
      mayExist: true,
      bridge: bridge.name,
      port: port.name,
      interfaces: port.interfaces.map((one) => one.name),
      settings: [],
    });
  port.interfaces.forEach((one, i) => {
    steps.push(...newInterface(one, next + i));
  });
  const columns = columnSteps("Port", port.name, portColumns({ ...ABSENT_PORT, name: port.name }, port));
  return columns.length === 0 ? [vsctl(...steps)] : [vsctl(...steps), vsctl(...columns)];
}

/** A device of the host has all in one `set`, as os-vif writes it; of a port that the switch makes each stands alone. */
function newInterface(one: OvsInterface, next: number): VsctlStep[] {
  const { set } = interfaceColumns({ ...one, type: "", options: {}, externalIds: {} }, one);
  const settings = [...set];
  if (one.ofport !== undefined && one.ofport > 0 && one.ofport !== next)
    settings.push({ column: "ofport_request", value: String(one.ofport) });
  if (settings.length === 0) return [];
  const step = (some: typeof settings): VsctlStep => ({
    kind: "set",
    ifExists: false,
    table: "Interface",
    record: one.name,
    settings: some,
  });
  return one.type === "internal" ? settings.map((setting) => step([setting])) : [step(settings)];
}
