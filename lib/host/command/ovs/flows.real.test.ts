/**
 * Flows as printed, added, changed and deleted here, against a real Open vSwitch that is given the same commands: random
 * pipelines, then random mod-flows and del-flows. UNDERLAY_DIFF_ROUNDS sets how many.
 */
import { afterAll, beforeAll, expect, it } from "vitest";
import { labCommands, labState } from "../../../datapath/openflow/testing/lab.ts";
import { makePipeline } from "../../../datapath/openflow/testing/pipeline.ts";
import { Random } from "../../../datapath/openflow/testing/random.ts";
import { PrivateSwitch } from "../../../datapath/openflow/testing/vswitchd.ts";
import type { Flow } from "../../../net/openflow/ast.ts";
import { parseFlowDump } from "../../../net/openflow/parse.ts";
import { printFlowBrief, printMatch } from "../../../net/openflow/print.ts";
import type { HostState, OvsBridge } from "../../state.ts";
import { bridgeNamed } from "./bridges.ts";
import { OFCTL } from "./ofctl.ts";

const ROUNDS = Number(process.env.UNDERLAY_DIFF_ROUNDS ?? 6);
const CHANGES = 12;

let ovs: PrivateSwitch;

beforeAll(async () => {
  ovs = await PrivateSwitch.start();
  for (const command of labCommands()) await ovs.vsctl(...command);
});

afterAll(async () => {
  await ovs?.stop();
});

function emptyHost(): HostState {
  const ovs = labState();
  ovs.bridges = ovs.bridges.map((bridge) => ({ ...bridge, protocols: [], flows: [], groups: [] }));
  return { name: "h", namespaces: [], ovs, dnsmasq: [], config: {}, processes: [], gaps: [] };
}

/** Runs words on both; false when the real tool refuses. */
async function both(host: HostState, words: string[], input?: string): Promise<HostState | undefined> {
  const command = OFCTL.parse("ovs-ofctl", words, input, { words });
  const printed = OFCTL.print(command);
  expect(OFCTL.parse("ovs-ofctl", printed.words.slice(1), printed.input, printed)).toEqual(command);
  // What is printed here runs there.
  const args = printed.words.slice(1).filter((word) => word !== "-O" && !word.startsWith("OpenFlow"));
  const strict = args.includes("--strict");
  const [name = "", bridge = "", ...rest] = args.filter((word) => word !== "--strict");
  const versions = printed.words.find((word) => word.startsWith("OpenFlow"));
  try {
    await ovs.ofctl(strict ? `${name}` : name, bridge, strict ? [...rest, "--strict"] : rest, printed.input, versions);
  } catch (error) {
    refusals.push(String((error as { stderr?: string }).stderr).split("\n")[0] ?? "");
    return undefined;
  }
  return OFCTL.apply(host, "root", command);
}

const refusals: string[] = [];

function texts(flows: readonly Flow[]): string[] {
  return flows.map((f) => `cookie=${f.cookie}, ${printFlowBrief(f)}`).sort();
}

async function compare(host: HostState, bridge: string): Promise<void> {
  const real = parseFlowDump(await ovs.dump("OpenFlow13", "dump-flows", bridge));
  expect(real.errors).toEqual([]);
  expect(texts((bridgeNamed(host, bridge) as OvsBridge).flows)).toEqual(texts(real.flows));
}

it(`${ROUNDS} random pipelines are the same flows after the same commands`, async () => {
  let compared = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const r = new Random(round + 1);
    const pipeline = makePipeline(r, round % 2 === 0);
    let host = emptyHost();
    for (const { name } of host.ovs?.bridges ?? []) {
      await ovs.ofctl("del-flows", name, []);
      await ovs.ofctl("del-groups", name, []);
      const groups = pipeline.groups[name] ?? [];
      for (const line of groups) {
        const next = await both(host, ["-O", "OpenFlow15", "add-group", name, line]);
        host = next ?? host;
      }
      for (const line of pipeline.flows[name] ?? []) {
        const next = await both(host, ["-O", "OpenFlow13", "add-flow", name, line]);
        host = next ?? host;
      }
      await compare(host, name);
      for (let i = 0; i < CHANGES; i++) {
        const words = randomChange(r, bridgeNamed(host, name) as OvsBridge);
        if (!words) break;
        host = (await both(host, ["-O", "OpenFlow13", ...words])) ?? host;
        await compare(host, name);
        compared++;
      }
    }
  }
  expect(compared).toBeGreaterThan(ROUNDS * CHANGES);
});

function randomChange(r: Random, bridge: OvsBridge): string[] | undefined {
  if (bridge.flows.length === 0) return undefined;
  const flow = r.pick(bridge.flows);
  const fields = r.shuffle([...flow.match.fields]);
  // A protocol word stays, because other fields need it.
  const some = fields.filter((f) => f.value === "" || r.chance(0.3));
  const loose = [`table=${flow.table}`, printMatch({ fields: some })].filter((t) => t !== "").join(",");
  const exact = [`table=${flow.table}`, `priority=${flow.priority}`, printMatch(flow.match)].filter((t) => t !== "");
  switch (r.below(4)) {
    case 0:
      return ["del-flows", bridge.name, r.chance(0.2) ? loose.replace(/^table=\d+,?/, "") || loose : loose];
    case 1:
      return ["--strict", "del-flows", bridge.name, exact.join(",")];
    case 2:
      return ["mod-flows", bridge.name, `${loose},actions=drop`];
    default:
      return ["--strict", "mod-flows", bridge.name, `cookie=0x${r.below(9)},${exact.join(",")},actions=NORMAL`];
  }
}
