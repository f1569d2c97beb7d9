import { describe, expect, it } from "vitest";
import { linkLocalAddress } from "../../net/eui64.ts";
import type { PortView } from "../view.ts";
import { redirectIndex } from "./redirect.ts";
import { caseView, ROUTER_ID } from "./testing/case-view.ts";
import { RULE_CASES, type RuleCase } from "./testing/rule-cases.ts";
import { addressesIn, bareHost, devicesOf, portsOf, routesIn, rulesIn, run, withRouter } from "./testing/run.ts";

const ROUTER = `qrouter-${ROUTER_ID}`;
const SNAT = `snat-${ROUTER_ID}`;
const FIP = "fip-ext";
const PAIR = { router: "rfp-77777777-7", fip: "fpr-77777777-7" } as const;
const GATEWAY = "qg-99999999-99";
const OUTSIDE = "fg-88888888-88";

function caseOf(name: string): RuleCase {
  const found = RULE_CASES[name];
  if (!found) throw new Error(`no case ${name}`);
  return found;
}

function built(name: string, mode: "dvr" | "dvr_snat" | "dvr_no_external" = "dvr_snat") {
  const { view, router } = caseView(caseOf(name), mode);
  const bare = bareHost(view);
  return { view, router, bare, host: run(view, bare) };
}

describe("a distributed router", () => {
  it("has a namespace for guests, one for SNAT where its gateway is, and the host's way out", () => {
    const { view, host } = built("two floating IPs");
    expect(devicesOf(host, ROUTER)).toEqual(["qr-00000001-00", "qr-00000002-00", PAIR.router]);
    expect(devicesOf(host, SNAT)).toEqual([GATEWAY, "sg-00000001-55", "sg-00000002-55"]);
    expect(devicesOf(host, FIP)).toEqual([OUTSIDE, PAIR.fip]);
    expect(run(view, host)).toBe(host);
    expect(
      built("two floating IPs", "dvr")
        .host.namespaces.map((one) => one.name)
        .sort(),
    ).toEqual([FIP, ROUTER, "root"]);
  });

  it("sends floating IPs out directly, and all else to SNAT", () => {
    const { host } = built("two floating IPs");
    expect(rulesIn(host, ROUTER)).toEqual([
      "32768: from 10.0.1.5/32 lookup 16",
      "32769: from 10.0.2.6/32 lookup 16",
      "167772417: from 10.0.1.1/24 lookup 167772417",
      "167772673: from 10.0.2.1/24 lookup 167772673",
    ]);
    const mac = host.namespaces.find((one) => one.name === FIP)?.links.find((one) => one.name === PAIR.fip)?.mac ?? "";
    expect(routesIn(host, ROUTER)).toEqual([
      "0.0.0.0/0 via 10.0.1.250 dev qr-00000001-00 table 167772417",
      "0.0.0.0/0 via 10.0.2.250 dev qr-00000002-00 table 167772673",
      `0.0.0.0/0 via 169.254.88.135 dev ${PAIR.router} table 16`,
      `::/0 via ${linkLocalAddress(mac)} dev ${PAIR.router}`,
    ]);
    expect(routesIn(host, FIP)).toEqual([
      `0.0.0.0/0 via 203.0.113.1 dev ${OUTSIDE} table 2852018311`,
      `203.0.113.20/32 via 169.254.88.134 dev ${PAIR.fip}`,
      `203.0.113.21/32 via 169.254.88.134 dev ${PAIR.fip}`,
    ]);
    expect(rulesIn(host, FIP)).toEqual([`2852018311: from all iif ${PAIR.fip} lookup 2852018311`]);
  });

  it("forgets a floating IP that is gone, and gives its priority to the next one", () => {
    const { view, router, host } = built("two floating IPs");
    const [first, second] = router.floatingIps;
    if (!first || !second) throw new Error("two floating IPs expected");
    const fewer = run(withRouter(view, { floatingIps: [second] }), host);
    expect(rulesIn(fewer, ROUTER)[0]).toBe("32769: from 10.0.2.6/32 lookup 16");
    expect(routesIn(fewer, FIP)).not.toContainEqual(expect.stringContaining("203.0.113.20"));
    const moved = run(withRouter(view, { floatingIps: [{ ...first, fixedAddress: "10.0.1.9" }, second] }), fewer);
    expect(rulesIn(moved, ROUTER).slice(0, 2)).toEqual([
      "32768: from 10.0.1.9/32 lookup 16",
      "32769: from 10.0.2.6/32 lookup 16",
    ]);
  });

  it("serves floating IPs of other hosts' guests nowhere, and of ports without a host by SNAT", () => {
    const { view, router } = caseView(caseOf("two floating IPs"), "dvr_snat");
    const [first, second] = router.floatingIps;
    if (!first || !second) throw new Error("two floating IPs expected");
    const floatingIps = [
      { ...first, host: "elsewhere" },
      { ...second, host: "", snatBound: true },
    ];
    const host = run(withRouter(view, { floatingIps }), bareHost(view));
    expect(rulesIn(host, ROUTER).filter((rule) => rule.endsWith("lookup 16"))).toEqual([]);
    expect(addressesIn(host, SNAT, GATEWAY)).toEqual(["203.0.113.10/24", "203.0.113.21/32"]);
    const snat = JSON.stringify(host.namespaces.find((one) => one.name === SNAT)?.iptables);
    expect(snat).toContain("--to-source 203.0.113.21");
    expect(JSON.stringify(host.namespaces.map((one) => one.iptables))).not.toContain("203.0.113.20");
  });

  it("loses all ways out with its gateway", () => {
    const { view, host } = built("two floating IPs");
    const changes = { gateway: null, gatewayHost: null, snatInterfaces: [], agentGateway: null, floatingIps: [] };
    const without = run(withRouter(view, changes), host);
    expect(without.namespaces.map((one) => one.name)).toEqual(["root", ROUTER]);
    expect(portsOf(without)).toEqual(["qr-00000001-00", "qr-00000002-00"]);
    expect(devicesOf(without, ROUTER)).toEqual(["qr-00000001-00", "qr-00000002-00"]);
    expect([...rulesIn(without, ROUTER), ...routesIn(without, ROUTER)]).toEqual([]);
  });

  it("leaves SNAT to the host that its gateway moved to", () => {
    const { view, host } = built("two floating IPs");
    const moved = run(withRouter(view, { gatewayHost: "elsewhere" }), host);
    expect(moved.namespaces.map((one) => one.name)).not.toContain(SNAT);
    expect(portsOf(moved)).toEqual([OUTSIDE, "qr-00000001-00", "qr-00000002-00"]);
    expect(rulesIn(moved, ROUTER)).toEqual(rulesIn(host, ROUTER));
  });

  it("has no way out of its own on a host without one", () => {
    const { host } = built("two floating IPs", "dvr_no_external");
    expect(host.namespaces.map((one) => one.name)).toEqual(["root", ROUTER]);
    expect(rulesIn(host, ROUTER).filter((rule) => rule.endsWith("lookup 16"))).toEqual([]);
  });

  it("lets networks of the external network's scope out as they are", () => {
    const { host } = built("address scopes", "dvr");
    expect(rulesIn(host, ROUTER)).toEqual([
      "32768: from 10.0.1.5/32 lookup 16",
      "32769: from 10.0.2.6/32 lookup 16",
      "32770: from 10.0.3.7/32 lookup 16",
      "80000: from 10.0.1.0/24 lookup 16",
      "167772673: from 10.0.2.1/24 lookup 167772673",
      "167772929: from 10.0.3.1/24 lookup 167772929",
    ]);
    expect(routesIn(host, FIP)).toContain(`10.0.1.0/24 via 169.254.88.134 dev ${PAIR.fip}`);
  });

  it("numbers IPv6 networks' tables as Neutron does", () => {
    // _get_snat_idx of neutron/agent/l3/dvr_local_router.py, run on these.
    expect(redirectIndex("2001:db8:1::1/64")).toBe(1043523879);
    expect(redirectIndex("fd00:10::1/64")).toBe(233447066);
  });

  it("knows its subnets' ports from the start, and forgets those that are gone", () => {
    const { view, router } = caseView(caseOf("two floating IPs"), "dvr");
    const [own] = router.interfaces;
    if (!own) throw new Error("an interface expected");
    const guest: PortView = {
      ...own,
      id: "guest",
      mac: "fa:16:3e:aa:aa:aa",
      deviceOwner: "compute:nova",
      fixedIps: [{ subnetId: "10.0.1.1/24", address: "10.0.1.5" }],
      allowedAddressPairs: [
        { address: "10.0.1.200", mac: "fa:16:3e:bb:bb:bb" },
        { address: "10.0.1.128/25", mac: "fa:16:3e:aa:aa:aa" },
      ],
    };
    const host = run(withRouter(view, { subnetPorts: [own, guest], snatInterfaces: [] }), bareHost(view));
    const neighbours = () => host.namespaces.find((one) => one.name === ROUTER)?.neighbours ?? [];
    expect(
      neighbours()
        .filter((one) => one.dev.startsWith("qr-"))
        .map(({ address, mac }) => `${address} ${mac}`),
    ).toEqual(["10.0.1.5 fa:16:3e:aa:aa:aa", "10.0.1.200 fa:16:3e:bb:bb:bb"]);
    const later = run(withRouter(view, { subnetPorts: [own], snatInterfaces: [] }), host);
    const left = later.namespaces.find((one) => one.name === ROUTER)?.neighbours ?? [];
    expect(left.filter((one) => one.dev.startsWith("qr-"))).toEqual([]);
  });

  it("takes extra routes to SNAT, and those over the external network to the way out", () => {
    const { view, host } = built("two floating IPs");
    const routes = [
      { destination: "192.168.1.0/24", nexthop: "10.0.1.77" },
      { destination: "192.168.2.0/24", nexthop: "203.0.113.77" },
    ];
    const more = run(withRouter(view, { routes }), host);
    expect(routesIn(more, ROUTER)).toContain("192.168.1.0/24 via 10.0.1.77 dev qr-00000001-00");
    expect(routesIn(more, SNAT)).toEqual([
      `0.0.0.0/0 via 203.0.113.1 dev ${GATEWAY}`,
      "192.168.1.0/24 via 10.0.1.77 dev sg-00000001-55",
      `192.168.2.0/24 via 203.0.113.77 dev ${GATEWAY}`,
    ]);
    expect(routesIn(more, FIP)).toContain(`192.168.2.0/24 via 203.0.113.77 dev ${OUTSIDE} table 2852018311`);
    expect(run(withRouter(view, { routes }), more)).toBe(more);
    const fewer = run(withRouter(view, { routes: [] }), more);
    expect([...routesIn(fewer, SNAT), ...routesIn(fewer, FIP)].join()).not.toContain("192.168");
  });

  it("shares the host's way out with other routers, each by its own pair", () => {
    const { view, router, host } = built("two floating IPs", "dvr");
    const other = {
      ...router,
      id: "66666666-6666-6666-6666-666666666666",
      interfaces: router.interfaces.map((one) => ({ ...one, id: `2${one.id}` })),
      floatingIps: [],
    };
    const both = run({ ...view, routers: [router, other] }, host);
    expect(devicesOf(both, FIP)).toEqual([OUTSIDE, "fpr-66666666-6", PAIR.fip]);
    expect(addressesIn(both, `qrouter-${other.id}`, "rfp-66666666-6")).toEqual(["169.254.112.144/31"]);
    const one = run({ ...view, routers: [other] }, both);
    expect(one.namespaces.map((ns) => ns.name).sort()).toEqual([FIP, `qrouter-${other.id}`, "root"]);
    expect(devicesOf(one, FIP)).toEqual([OUTSIDE, "fpr-66666666-6"]);
    expect(rulesIn(one, FIP)).toHaveLength(1);
  });
});
