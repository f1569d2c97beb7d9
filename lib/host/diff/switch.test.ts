/** Differences of what agents make beside devices: switches, flows, rules, sets, programs and files. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { printFlowBrief, printGroup } from "../../net/openflow/print.ts";
import { CommandError } from "../command/command.ts";
import { parseCommand, parseCommands, printCommand } from "../command/shell.ts";
import { apply, applyAll } from "../run.ts";
import type { HostState, OvsBridge } from "../state.ts";
import { bareHost } from "../testing/commands.ts";
import { switchLine } from "../testing/switch-commands.ts";
import { diff } from "./diff.ts";

const DEVICES = ["ip link add qvo1 type veth peer name qvb1", "ip tuntap add tap2 mode tap"];

function start(): HostState {
  const ovs = { otherConfig: {}, externalIds: {}, bridges: [], routes: [], tunnelNeighbours: [] };
  return applyAll({ ...bareHost(), ovs }, DEVICES.map(parseCommand));
}

/** Runs what a host takes of them. */
function runSome(host: HostState, lines: readonly string[]): HostState {
  return lines.reduce((state, line) => {
    try {
      return apply(state, parseCommand(line));
    } catch (error) {
      if (error instanceof CommandError) return state;
      throw error;
    }
  }, host);
}

/** Without what depends on the way, and in one order. */
function comparable(host: HostState): unknown {
  const [root] = host.namespaces;
  const rulesets = [root?.iptables, root?.ip6tables].map((ruleset) =>
    (ruleset?.tables ?? []).flatMap((table) =>
      table.chains
        .filter((chain) => chain.policy !== "ACCEPT" || chain.rules.length > 0)
        .map((chain) => [table.name, chain.name, chain.policy, ...chain.rules.map((rule) => rule.text)].join("\n")),
    ),
  );
  return {
    links: root?.links.map(({ ifindex: _, ...link }) => JSON.stringify(link)).sort(),
    bridges: host.ovs?.bridges.map(comparableBridge).sort((a, b) => (a.name < b.name ? -1 : 1)),
    rulesets: rulesets.map((chains) => chains.sort()),
    ipsets: root?.ipsets
      .map((set) => ({ ...set, members: texts(set.members) }))
      .sort((a, b) => (a.name < b.name ? -1 : 1)),
    listeners: texts(root?.listeners ?? []),
    processes: host.processes.map(({ netns, command }) => `${netns} ${command}`).sort(),
    dnsmasq: [...host.dnsmasq].sort((a, b) => (a.networkId < b.networkId ? -1 : 1)),
  };
}

function comparableBridge(bridge: OvsBridge) {
  return {
    ...bridge,
    flows: bridge.flows.map((flow) => `${flow.cookie} ${printFlowBrief(flow)}`).sort(),
    groups: bridge.groups.map(printGroup).sort(),
  };
}

function texts(list: readonly unknown[]): string[] {
  return list.map((one) => JSON.stringify(one)).sort();
}

const lines = fc.array(switchLine, { minLength: 20, maxLength: 80, size: "max" });

describe("diff of switches, rules and programs", () => {
  test("running the difference of two hosts gives the second", () => {
    fc.assert(
      fc.property(lines, lines, lines, (first, left, right) => {
        const base = runSome(start(), first);
        const a = runSome(base, left);
        const b = runSome(base, right);
        const commands = diff(a, b);
        const text = commands.map(printCommand).join("\n");
        const after = applyAll(a, commands);
        expect(comparable(after), text).toEqual(comparable(b));
        expect(diff(after, b).map(printCommand)).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });

  test("printed and parsed, the commands are the same", () => {
    fc.assert(
      fc.property(lines, (some) => {
        const commands = diff(start(), runSome(start(), some));
        const text = commands.map((one) => `${printCommand(one)}\n`).join("");
        expect(parseCommands(text).map(printCommand)).toEqual(commands.map(printCommand));
      }),
      { numRuns: 100 },
    );
  });
});

test.each(["ip link add qvb1 type veth peer name qvo1", "ip tuntap add qvo1 mode tap", "ip link set tap2 name qvo1"])(
  "a port that waits for its device has it with %s",
  (line) => {
    const plugged = ["ovs-vsctl add-br br-int", "ovs-vsctl add-port br-int qvo1", "ip link del qvb1"];
    const rowOn = (host: HostState) =>
      host.ovs?.bridges[0]?.ports
        .find(({ name }) => name === "qvo1")
        ?.interfaces.map(({ ofport, error }) => [ofport, error]);
    const waiting = applyAll(start(), plugged.map(parseCommand));
    expect(rowOn(waiting)).toEqual([[-1, "could not open network device qvo1 (No such device)"]]);
    expect(rowOn(apply(waiting, parseCommand(line)))).toEqual([[1, undefined]]);
  },
);
