import { beforeAll, describe, expect, it } from "vitest";
import type { HostView } from "../agents/view.ts";
import { readBundle } from "../collect/bundle.ts";
import type { Command, ToolCommand } from "../host/command/command.ts";
import { toolOf } from "../host/command/tools.ts";
import { applyAll } from "../host/run.ts";
import type { HostState } from "../host/state.ts";
import { compareHosts, differenceText } from "./compare.ts";
import { intended } from "./intended.ts";
import { viewsOf } from "./recorded.ts";

let host: HostState;
let view: HostView;
beforeAll(async () => {
  const { api, world } = await readBundle("lib/demo/dvr");
  const found = world.hosts.find((one) => one.name === "compute1");
  const seen = viewsOf(api, world.hosts).get("compute1");
  if (!found || !seen) throw new Error("no compute1");
  host = found;
  view = seen;
});

function command(line: string): Command {
  const [name = "", ...words] = line.split(" ");
  const tool = toolOf(name);
  if (!tool) throw new Error(`no ${name}`);
  const run: ToolCommand = tool.parse(name, words, undefined, { words: [name, ...words] });
  return { netns: "root", run };
}

/** What is wrong with the host after somebody ran these lines on it. */
function wrongAfter(...lines: string[]): string[] {
  const changed = applyAll(host, lines.map(command));
  return compareHosts(changed, intended(view, changed)).map((one) => differenceText(one).split("\n", 1)[0] ?? "");
}

describe("a recorded host of a healthy cloud", () => {
  it("is as it should be", () => {
    expect(wrongAfter()).toEqual([]);
  });
});

describe("what somebody did by hand is told, and nothing else", () => {
  it.each([
    ["ovs-vsctl set Port qvocb9bcee4-5d tag=4095", "different port [br-int qvocb9bcee4-5d] qvocb9bcee4-5d"],
    ["ovs-vsctl set Port qvo76e2234a-cf tag=77", "different port [br-int qvo76e2234a-cf] qvo76e2234a-cf"],
    [
      "ovs-ofctl -O OpenFlow13 --strict del-flows br-tun table=22,priority=1,dl_vlan=1",
      "missing flow [br-tun 22] priority=1,dl_vlan=1: pop_vlan,set_field:0xa->tun_id,output:2,output:3",
    ],
    [
      "ovs-ofctl -O OpenFlow13 add-flow br-int table=0,priority=300,in_port=4,actions=drop",
      "unexpected flow [br-int 0] priority=300,in_port=4: drop",
    ],
    ["ovs-vsctl set Bridge br-ex fail_mode=standalone", "different bridge [br-ex] br-ex"],
    [
      "ovs-ofctl -O OpenFlow13 --strict del-flows br-int table=0,priority=0",
      "missing flow [br-int 0] priority=0: goto_table:59",
    ],
  ])("%s", (line, difference) => {
    expect(wrongAfter(line)).toEqual([difference]);
  });

  it("a tunnel port that is gone, with what leads through it", () => {
    const wrong = wrongAfter("ovs-vsctl del-port br-tun vxlan-0a002c15");
    expect(wrong).toContainEqual(expect.stringMatching(/^missing port \[br-tun vxlan-0a002c15\]/));
    expect(wrong.every((line) => line.includes("br-tun"))).toBe(true);
  });
});
