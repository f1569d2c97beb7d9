/** Recorded hosts, exported and built again, are what they were. */
import { expect, test } from "vitest";
import { readBundle } from "../collect/bundle.ts";
import { parseCommands } from "../host/command/shell.ts";
import { applyAll } from "../host/run.ts";
import { compareHosts, differenceText } from "../intent/compare.ts";
import { bareMachine, buildScript } from "./build-script.ts";

test.each(["legacy", "dvr"])("the hosts of the recorded %s cloud are built by their scripts", async (name) => {
  const cloud = await readBundle(new URL(`../demo/${name}`, import.meta.url).pathname);
  const hosts = cloud.world.hosts.map((host) => {
    const script = buildScript(host);
    expect(script).toMatch(/^#!\/bin\/sh\n# Builds /);
    const commands = script.split("\n").filter((line) => !/^(#|set -e|mkdir )/.test(line));
    return applyAll(bareMachine(host), parseCommands(commands.join("\n")));
  });
  const differences = cloud.world.hosts.flatMap((host, i) =>
    compareHosts(host, hosts[i] ?? host, { numbers: "named" }),
  );
  // A device's routes to itself are the kernel's business.
  expect(differences.filter((one) => !one.name.startsWith("local fe80:")).map(differenceText)).toEqual([]);
});
