/** The agents' commands, run one after the other on a bare host, build the recorded host; and then nothing is left to run. */
import { beforeAll, describe, expect, it } from "vitest";
import { AGENTS } from "../agents/agents.ts";
import { baseline } from "../agents/baseline/baseline.ts";
import type { HostView } from "../agents/view.ts";
import { readBundle } from "../collect/bundle.ts";
import type { CollectedCloud } from "../collect/cloud.ts";
import type { Command } from "../host/command/command.ts";
import { toolNamed } from "../host/command/tools.ts";
import { change } from "../host/diff/diff.ts";
import type { HostState } from "../host/state.ts";
import { compareHosts, differenceText } from "./compare.ts";
import { viewsOf } from "./recorded.ts";

function run(view: HostView, host: HostState): { host: HostState; commands: Command[] } {
  const steps = AGENTS.filter((one) => view.settings.agents.includes(one.kind)).flatMap((one) => one.steps);
  const commands: Command[] = [];
  let next = host;
  for (const step of steps) {
    const done = change(next, step.plan(view, next));
    commands.push(...done.commands);
    next = done.host;
  }
  return { host: next, commands };
}

function lines(commands: readonly Command[]): string[] {
  return commands.map(({ netns, run }) => {
    const line = toolNamed(run.tool).print(run).words.join(" ");
    return netns === "root" ? line : `ip netns exec ${netns} ${line}`;
  });
}

describe.each(["legacy", "dvr"])("the recorded %s cloud", (name) => {
  let cloud: CollectedCloud;
  let views: Map<string, HostView>;

  beforeAll(async () => {
    cloud = await readBundle(`lib/demo/${name}`);
    views = viewsOf(cloud.api, cloud.world.hosts);
  });

  it.each(["network1", "compute1", "compute2"])("%s is what the commands make", (hostName) => {
    const recorded = cloud.world.hosts.find((one) => one.name === hostName);
    const view = views.get(hostName);
    if (!recorded || !view) throw new Error(`no ${hostName} in ${name}`);
    const first = run(view, baseline(view.settings));
    const second = run(view, first.host);
    expect(lines(second.commands)).toEqual([]);
    expect(compareHosts(recorded, second.host, { numbers: "named" }).map(differenceText)).toEqual([]);
  });
});
