/** Random ovs-vsctl transactions as printed here, on a simulated host and a real Open vSwitch: the same database and ports. */
import { afterAll, beforeAll, expect, it } from "vitest";
import { type OvsdbRow, parseOvsdbTable } from "../../../collect/parse/ovsdb.ts";
import { Random } from "../../../datapath/openflow/testing/random.ts";
import { PrivateSwitch } from "../../../datapath/openflow/testing/vswitchd.ts";
import { parseFlowDump } from "../../../net/openflow/parse.ts";
import { printFlowBrief } from "../../../net/openflow/print.ts";
import { newNamespace } from "../../kernel/device.ts";
import type { HostState, OvsBridge } from "../../state.ts";
import { CommandError } from "../command.ts";
import { VSCTL } from "./vsctl.ts";

const COMMANDS = Number(process.env.UNDERLAY_DIFF_COMMANDS ?? 150);
const BRIDGES = ["br-int", "br-tun", "br-ex"];
const PORTS = ["tap1", "qr-2", "patch-a", "patch-b", "vxlan-1", "gre-2", "missing"];

let ovs: PrivateSwitch;

beforeAll(async () => {
  ovs = await PrivateSwitch.start();
});

afterAll(async () => {
  await ovs?.stop();
});

function randomWords(r: Random): string[] {
  const b = r.pick(BRIDGES);
  const p = r.pick(PORTS);
  const n = r.below(9) + 1;
  const type = p.startsWith("patch")
    ? "patch"
    : p.startsWith("vxlan")
      ? "vxlan"
      : p.startsWith("gre")
        ? "gre"
        : "internal";
  const peer = p === "patch-a" ? "patch-b" : "patch-a";
  const options =
    type === "patch"
      ? [`options:peer=${peer}`]
      : type === "internal"
        ? []
        : [`options:remote_ip=10.0.0.${n}`, "options:key=flow"];
  const typed = p === "missing" ? [] : ["--", "set", "Interface", p, `type=${type}`, ...options];
  switch (r.below(16)) {
    case 0:
    case 1:
      return ["--may-exist", "add-br", b, "--", "set", "Bridge", b, "datapath_type=dummy"];
    case 2:
      return [r.chance(0.5) ? "--if-exists" : "--", "del-br", b];
    case 3:
    case 4:
    case 5:
    case 6:
      return [
        ...(r.chance(0.7) ? ["--may-exist"] : []),
        "add-port",
        b,
        p,
        ...(r.chance(0.3) ? [`tag=${n}`] : []),
        ...typed,
      ];
    case 7:
      return [...(r.chance(0.5) ? ["--if-exists"] : []), "del-port", ...(r.chance(0.5) ? [b] : []), p];
    case 8:
      return ["set", "Port", p, `tag=${n}`, r.pick([`other_config:net=${n}`, `other-config={a=b, "c d"="e:${n}"}`])];
    case 9:
      return ["set", "Port", p, `trunks=${n},${n + 1}`, "vlan_mode=trunk", "--", "add", "Port", p, "trunks", "44"];
    case 10:
      return ["remove", "Port", p, "trunks", "44", "--", "clear", "Port", p, "tag", "vlan_mode"];
    case 11:
      return ["set", "Interface", p, `external-ids:iface-id=${n}`, "external_ids:attached-mac=fa:16:3e:00:00:01"];
    case 12:
      return ["remove", "Interface", p, "external_ids", r.chance(0.5) ? "iface-id" : `iface-id=${n}`];
    case 13:
      return r.pick([
        ["set-fail-mode", b, r.pick(["secure", "standalone"])],
        ["del-fail-mode", b],
        ["set-controller", b, "tcp:127.0.0.1:1"],
        ["del-controller", b],
      ]);
    case 14:
      return ["set", "Bridge", b, "protocols=OpenFlow13,OpenFlow10", `other_config:mac-table-size=${n}000`];
    default:
      return r.pick([
        ["set", "Port", p, "tag=5000"],
        ["set", "Port", p, "frob=1"],
        ["set", "Open_vSwitch", ".", `external_ids:x=${n}`],
        ["add", "Port", p, "other_config", `net=${n}`, `more=${n}`],
        ["set", "Interface", p, `ofport_request=${20 + n}`],
      ]);
  }
}

const COLUMNS = { needed: [], read: [] };

async function rows(table: string): Promise<OvsdbRow[]> {
  const text = await ovs.vsctl("--format=json", "list", table);
  return parseOvsdbTable(text, COLUMNS, () => {}) ?? [];
}

/** What the database says, in the shape of the simulated one. */
async function real(): Promise<unknown> {
  const [bridges, ports, interfaces, controllers, roots] = await Promise.all(
    ["Bridge", "Port", "Interface", "Controller", "Open_vSwitch"].map(rows),
  );
  const byUuid = (list: OvsdbRow[] = []) => new Map(list.map((row) => [row.text("_uuid") ?? "", row]));
  const [portRows, interfaceRows, targets] = [byUuid(ports), byUuid(interfaces), byUuid(controllers)];
  const out: Record<string, unknown> = {};
  for (const row of bridges ?? []) {
    const name = row.text("name") as string;
    out[name] = {
      failMode: row.text("fail_mode") ?? "standalone",
      protocols: row.texts("protocols"),
      controllers: row.texts("controller").map((uuid) => targets.get(uuid)?.text("target")),
      otherConfig: row.map("other_config"),
      ports: row
        .texts("ports")
        .map((uuid) => portRows.get(uuid) as OvsdbRow)
        .map((port) => ({
          name: port.text("name"),
          tag: port.number("tag"),
          trunks: port.numbers("trunks"),
          vlanMode: port.text("vlan_mode"),
          otherConfig: port.map("other_config"),
          interfaces: port
            .texts("interfaces")
            .map((uuid) => interfaceRows.get(uuid) as OvsdbRow)
            .map((one) => ({
              name: one.text("name"),
              type: one.text("type") || "system",
              options: one.map("options"),
              externalIds: one.map("external_ids"),
              taken: (one.number("ofport") ?? -1) > 0,
              fixed: (one.number("ofport") ?? 0) >= 20 ? one.number("ofport") : undefined,
              // Of patch ports it is refreshed some time later.
              error: one.text("type") === "patch" ? undefined : one.text("error") || undefined,
            })),
        }))
        .sort((a, b) => ((a.name ?? "") < (b.name ?? "") ? -1 : 1)),
      flows: await dumped(name),
    };
  }
  return { out, root: roots?.[0]?.map("external_ids").x };
}

async function dumped(bridge: string): Promise<string[]> {
  return parseFlowDump(await ovs.dump("OpenFlow13", "dump-flows", bridge)).flows.map(printFlowBrief);
}

function simulated(host: HostState): unknown {
  const shape = (bridge: OvsBridge) => ({
    failMode: bridge.failMode,
    protocols: bridge.protocols,
    controllers: bridge.controllers,
    otherConfig: bridge.otherConfig,
    ports: bridge.ports.map((port) => ({
      name: port.name,
      tag: port.tag,
      trunks: port.trunks,
      vlanMode: port.vlanMode,
      otherConfig: port.otherConfig,
      interfaces: port.interfaces.map((one) => ({
        name: one.name,
        type: one.type || "system",
        options: one.options,
        externalIds: one.externalIds,
        taken: (one.ofport ?? -1) > 0,
        fixed: (one.ofport ?? 0) >= 20 ? one.ofport : undefined,
        error: one.type === "patch" ? undefined : one.error,
      })),
    })),
    flows: bridge.flows.map(printFlowBrief),
  });
  return {
    out: Object.fromEntries((host.ovs?.bridges ?? []).map((bridge) => [bridge.name, shape(bridge)])),
    root: host.ovs?.externalIds.x,
  };
}

it(`${COMMANDS} random transactions do the same, and fail alike`, async () => {
  const r = new Random(7);
  const state = { otherConfig: {}, externalIds: {}, bridges: [], routes: [], tunnelNeighbours: [] };
  let host: HostState = {
    name: "h",
    namespaces: [newNamespace("root")],
    ovs: state,
    dnsmasq: [],
    config: {},
    processes: [],
    gaps: [],
  };
  let taken = 0;
  for (let i = 0; i < COMMANDS; i++) {
    const words = randomWords(r).filter((word, at) => word !== "--" || at > 0);
    const command = VSCTL.parse("ovs-vsctl", words, undefined, { words });
    const printed = VSCTL.print(command).words.slice(1);
    let failure: string | undefined;
    try {
      host = VSCTL.apply(host, "root", command);
      taken++;
    } catch (error) {
      if (!(error instanceof CommandError)) throw error;
      failure = error.message;
    }
    const reason = await ovs.vsctl(...printed).then(
      () => undefined,
      (error: { stderr?: string }) => (error.stderr ?? "").trim().split("\n").at(-1),
    );
    expect(failure, printed.join(" ")).toBe(reason);
    expect(simulated(host), printed.join(" ")).toEqual(await real());
  }
  expect(taken).toBeGreaterThan(COMMANDS / 3);
});
