import { describe, expect, it } from "vitest";
import { caseView, ROUTER_ID } from "./testing/case-view.ts";
import { RULE_CASES, type RuleCase } from "./testing/rule-cases.ts";
import { addressesIn, bareHost, devicesOf, portsOf, routesIn, run, withRouter } from "./testing/run.ts";

const NETNS = `qrouter-${ROUTER_ID}`;
const GATEWAY = "qg-99999999-99";

function caseOf(name: string): RuleCase {
  const found = RULE_CASES[name];
  if (!found) throw new Error(`no case ${name}`);
  return found;
}

function built(name: string) {
  const { view, router } = caseView(caseOf(name), "legacy");
  const bare = bareHost(view);
  return { view, router, bare, host: run(view, bare) };
}

describe("a legacy router", () => {
  it("is left alone once it is there", () => {
    const { view, host } = built("two floating IPs");
    expect(run(view, host)).toBe(host);
  });

  it("has each floating IP on its gateway, until it is gone", () => {
    const { view, router, host } = built("two floating IPs");
    expect(addressesIn(host, NETNS, GATEWAY)).toEqual(["203.0.113.10/24", "203.0.113.20/32", "203.0.113.21/32"]);
    const fewer = run(withRouter(view, { floatingIps: router.floatingIps.slice(1) }), host);
    expect(addressesIn(fewer, NETNS, GATEWAY)).toEqual(["203.0.113.10/24", "203.0.113.21/32"]);
    expect(JSON.stringify(fewer.namespaces.map((one) => one.iptables))).not.toContain("203.0.113.20");
  });

  it("has the addresses of forwarded ports on its gateway, too", () => {
    const { host } = built("port forwardings");
    expect(addressesIn(host, NETNS, GATEWAY)).toEqual([
      "203.0.113.10/24",
      ...["203.0.113.20/32", "203.0.113.30/32", "203.0.113.31/32"],
    ]);
  });

  it("loses its gateway's port, addresses and route with it", () => {
    const { view, host } = built("two floating IPs");
    expect(routesIn(host, NETNS)).toEqual([`0.0.0.0/0 via 203.0.113.1 dev ${GATEWAY}`]);
    const without = run(withRouter(view, { gateway: null, gatewayHost: null, floatingIps: [] }), host);
    expect(portsOf(without)).toEqual(["qr-00000001-00", "qr-00000002-00"]);
    expect(devicesOf(without, NETNS)).toEqual(["qr-00000001-00", "qr-00000002-00"]);
    expect(routesIn(without, NETNS)).toEqual([]);
    expect(JSON.stringify(without.namespaces.map((one) => one.iptables))).not.toContain("SNAT");
  });

  it("takes the gateway's new address in place of the old one", () => {
    const { view, router, host } = built("no SNAT");
    const gateway = router.gateway && {
      ...router.gateway,
      fixedIps: router.gateway.fixedIps.map((ip) => ({ ...ip, address: "203.0.113.99" })),
    };
    const moved = run(withRouter(view, { gateway }), host);
    expect(addressesIn(moved, NETNS, GATEWAY).sort()).toEqual(["203.0.113.20/32", "203.0.113.99/24"]);
    expect(routesIn(moved, NETNS)).toEqual([`0.0.0.0/0 via 203.0.113.1 dev ${GATEWAY}`]);
  });

  it("unplugs an interface that was removed, and one whose port is down", () => {
    const { view, router, host } = built("two floating IPs");
    const [first, second] = router.interfaces;
    if (!first || !second) throw new Error("two interfaces expected");
    const fewer = run(withRouter(view, { interfaces: [first] }), host);
    expect(portsOf(fewer)).toEqual([GATEWAY, "qr-00000001-00"]);
    const down = run(withRouter(view, { interfaces: [first, { ...second, adminUp: false }] }), host);
    expect(portsOf(down)).toEqual([GATEWAY, "qr-00000001-00"]);
  });

  it("routes as it is told, over several next hops as well", () => {
    const { view, host } = built("two floating IPs");
    const routes = [
      { destination: "192.168.1.0/24", nexthop: "10.0.1.77" },
      { destination: "192.168.2.0/24", nexthop: "10.0.1.77" },
      { destination: "192.168.2.0/24", nexthop: "10.0.2.77" },
      { destination: "192.168.3.0/24", nexthop: "172.31.0.1" },
    ];
    const more = run(withRouter(view, { routes }), host);
    expect(routesIn(more, NETNS)).toEqual([
      `0.0.0.0/0 via 203.0.113.1 dev ${GATEWAY}`,
      "192.168.1.0/24 via 10.0.1.77 dev qr-00000001-00",
      "192.168.2.0/24 via 10.0.1.77 via 10.0.2.77",
    ]);
    expect(run(withRouter(view, { routes }), more)).toBe(more);
    const fewer = run(withRouter(view, { routes: routes.slice(1, 2) }), more);
    expect(routesIn(fewer, NETNS)).toEqual([
      `0.0.0.0/0 via 203.0.113.1 dev ${GATEWAY}`,
      "192.168.2.0/24 via 10.0.1.77 dev qr-00000001-00",
    ]);
  });

  it("reaches subnets of its external network that it has no address in, and a gateway beyond its own", () => {
    const { view, router } = caseView(caseOf("no SNAT"), "legacy");
    const external = view.networks.get("ext");
    const [own] = external?.subnets ?? [];
    if (!external || !own) throw new Error("an external subnet expected");
    const other = { ...own, id: "other", cidr: "198.51.100.0/24", gateway: null };
    const networks = new Map(view.networks).set("ext", {
      ...external,
      subnets: [{ ...own, gateway: "192.0.2.1" }, other],
    });
    const host = run({ ...view, networks, routers: [router] }, bareHost(view));
    expect(routesIn(host, NETNS)).toEqual([
      `0.0.0.0/0 via 192.0.2.1 dev ${GATEWAY}`,
      `192.0.2.1/32 dev ${GATEWAY}`,
      `198.51.100.0/24 dev ${GATEWAY}`,
    ]);
  });

  it("advertises itself on IPv6 subnets, and takes advertisements outside where it has no IPv6 gateway", () => {
    const { view, host } = built("IPv6 beside IPv4");
    const ns = host.namespaces.find((one) => one.name === NETNS);
    const commands = host.processes.filter((one) => one.netns === NETNS).map((one) => one.command.split(" ")[0]);
    expect(commands).toEqual(["radvd", "haproxy"]);
    expect(ns?.sysctls[`net.ipv6.conf.${GATEWAY}.accept_ra`]).toBe("0");
    expect(addressesIn(host, NETNS, "qr-00000002-00")).toEqual(["2001:db8:1::1/64"]);
    expect(routesIn(host, NETNS)).toContain(`::/0 via 2001:db8:ffff::1 dev ${GATEWAY}`);
    expect(run(view, host)).toBe(host);
    const only4 = built("no SNAT").host.namespaces.find((one) => one.name === NETNS);
    expect(only4?.sysctls[`net.ipv6.conf.${GATEWAY}.accept_ra`]).toBe("2");
  });

  it("keeps what an administrator added by hand: rules, counters, routes", () => {
    const { view, router, host } = built("no SNAT");
    const rule = {
      packets: 0,
      bytes: 0,
      matches: [],
      target: { kind: "ACCEPT" as const },
      text: "-A FORWARD -j ACCEPT",
    };
    const byHand = {
      ...host,
      namespaces: host.namespaces.map((ns) =>
        ns.name !== NETNS || !ns.iptables
          ? ns
          : {
              ...ns,
              iptables: {
                ...ns.iptables,
                tables: ns.iptables.tables.map((table) => ({
                  ...table,
                  chains: table.chains.map((chain) => ({
                    ...chain,
                    rules: [
                      ...chain.rules.map((one) => ({ ...one, packets: 7 })),
                      ...(table.name === "filter" && chain.name === "FORWARD" ? [rule] : []),
                    ],
                  })),
                })),
              },
            },
      ),
    };
    const after = run(withRouter(view, { floatingIps: [] }), byHand);
    const filter = after.namespaces
      .find((one) => one.name === NETNS)
      ?.iptables?.tables.find((t) => t.name === "filter");
    const forward = filter?.chains.find((one) => one.name === "FORWARD");
    expect(forward?.rules.map(({ text, packets }) => `${packets} ${text}`)).toEqual([
      "7 -A FORWARD -j neutron-filter-top",
      "7 -A FORWARD -j neutron-l3-agent-FORWARD",
      "0 -A FORWARD -j ACCEPT",
    ]);
    expect(router.floatingIps).toHaveLength(1);
  });

  it("goes with all that is its own, when it is deleted, or an agent starts and does not know it", () => {
    const { view, bare, host } = built("two floating IPs");
    const gone = run({ ...view, routers: [] }, host);
    expect(gone.namespaces.map((one) => one.name)).toEqual(bare.namespaces.map((one) => one.name));
    expect(portsOf(gone)).toEqual([]);
    expect(gone.processes).toEqual(bare.processes);
  });

  it("is not built while it is down, highly available, or distributed where the agent's mode is legacy", () => {
    const { view, bare } = built("no gateway");
    for (const changes of [{ adminUp: false }, { ha: true }, { distributed: true }])
      expect(run(withRouter(view, changes), bare)).toBe(bare);
  });
});
