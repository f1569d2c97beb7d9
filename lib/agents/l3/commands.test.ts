/** What the agent's plans print as: source 000's list of an L3 agent's commands, with today's names of tools and chains. */
import { describe, expect, it } from "vitest";
import { printCommand } from "../../host/command/shell.ts";
import { change, diff } from "../../host/diff/diff.ts";
import { applyAll } from "../../host/run.ts";
import { caseView, ROUTER_ID } from "./testing/case-view.ts";
import { RULE_CASES } from "./testing/rule-cases.ts";
import { bareHost, run, withRouter } from "./testing/run.ts";

const NETNS = `qrouter-${ROUTER_ID}`;
const INSIDE = `ip netns exec ${NETNS}`;

function built(mode: "legacy" | "dvr_snat" = "legacy") {
  const one = RULE_CASES["two floating IPs"];
  if (!one) throw new Error("no such case");
  const { view, router } = caseView(one, mode);
  const bare = bareHost(view);
  return { view, router, bare, host: run(view, bare) };
}

function printed(from: Parameters<typeof change>[0], to: Parameters<typeof change>[0]): string[] {
  return change(from, to).commands.map((one) => printCommand(one));
}

describe("commands of an L3 agent", () => {
  it("for a router with two interfaces and a gateway", () => {
    const { bare, host } = built();
    const lines = printed(bare, host);
    const device = (name: string, id: string, mac: string, cidr: string, broadcast: string) => [
      `ovs-vsctl -- --may-exist add-port br-int ${name} -- set Interface ${name} type=internal -- set Interface ${name} external-ids:iface-id=${id} -- set Interface ${name} external-ids:iface-status=active -- set Interface ${name} external-ids:attached-mac=${mac}`,
      `ip link set ${name} address ${mac}`,
      `ip link set ${name} netns ${NETNS}`,
      `${INSIDE} ip link set ${name} up`,
      `${INSIDE} ip -4 addr add ${cidr} brd ${broadcast} scope global dev ${name}`,
    ];
    expect(lines).toEqual(
      expect.arrayContaining([
        `ip netns add ${NETNS}`,
        `${INSIDE} sysctl -w net.ipv4.ip_forward=1`,
        ...device("qr-00000001-00", "00000001-0000", "fa:16:3e:00:00:01", "10.0.1.1/24", "10.0.1.255"),
        ...device("qr-00000002-00", "00000002-0000", "fa:16:3e:00:00:02", "10.0.2.1/24", "10.0.2.255"),
        ...device("qg-99999999-99", "99999999-9999", "fa:16:3e:00:00:99", "203.0.113.10/24", "203.0.113.255"),
        `${INSIDE} ip -4 addr add 203.0.113.20/32 brd 203.0.113.20 scope global dev qg-99999999-99`,
        `${INSIDE} ip -4 route replace default via 203.0.113.1 dev qg-99999999-99 proto static`,
      ]),
    );
    const rules = lines.find((line) => line.startsWith(`${INSIDE} iptables-restore -n`));
    expect(rules).toContain("neutron-l3-agent-PREROUTING -d 203.0.113.20/32 -j DNAT --to-destination 10.0.1.5");
  });

  it("for a floating IP that goes: its address and its rules, and nothing else", () => {
    const { view, router, host } = built();
    const lines = printed(host, run(withRouter(view, { floatingIps: router.floatingIps.slice(1) }), host));
    expect(lines.map((line) => line.split("\n")[0])).toEqual([
      expect.stringContaining("ip -4 addr del 203.0.113.20/32"),
      expect.stringContaining("iptables-restore -n"),
    ]);
  });

  it("for a router that goes: its ports, its proxy and its namespace", () => {
    const { view, host } = built();
    const lines = printed(host, run({ ...view, routers: [] }, host));
    for (const port of ["qr-00000001-00", "qr-00000002-00", "qg-99999999-99"])
      expect(lines).toContain(`ovs-vsctl -- --if-exists del-port br-int ${port}`);
    expect(lines.at(-1)).toBe(`ip netns delete ${NETNS}`);
    expect(lines.some((line) => line.includes("kill"))).toBe(true);
  });

  it.each(["legacy", "dvr_snat"] as const)("give the planned host (%s): nothing is left to do on it", (mode) => {
    const { view, bare, host } = built(mode);
    const made = applyAll(bare, diff(bare, host));
    expect(run(view, made)).toBe(made);
    expect(change(made, host).commands).toEqual([]);
  });
});
