import { describe, expect, it } from "vitest";
import { findLink, namespaceOf } from "../../host/edit.ts";
import type { HostState } from "../../host/state.ts";
import { hostView, networkView, portView, uuid } from "../testing/cloud.ts";
import { afterViews, deviceNames, portOf } from "../testing/run.ts";

const RED = networkView("10");
const ID = "00000001-00";

function linkOf(host: HostState, name: string) {
  return findLink(namespaceOf(host, "root"), name);
}

function plugged(changes: Parameters<typeof portView>[2] = {}): HostState {
  return afterViews([hostView({ networks: [RED], ports: [portView("01", RED, changes)] })]);
}

describe("a guest's port", () => {
  it("hangs on a bridge of its own where iptables filters it", () => {
    const host = plugged();
    expect(linkOf(host, `tap${ID}`)).toMatchObject({
      kind: "tap",
      mac: "fe:16:3e:00:00:01",
      mtu: 1450,
      up: true,
      carrier: true,
      master: `qbr${ID}`,
    });
    expect(linkOf(host, `qbr${ID}`)?.bridge).toMatchObject({ ageingTime: 0, stp: false });
    expect(linkOf(host, `qvb${ID}`)).toMatchObject({ master: `qbr${ID}`, linkName: `qvo${ID}`, promisc: true });
    expect(portOf(host, "br-int", `qvo${ID}`)?.interfaces[0]?.externalIds).toEqual({
      "attached-mac": "fa:16:3e:00:00:01",
      "iface-id": uuid("01"),
      "iface-status": "active",
      "vm-uuid": uuid("a01"),
    });
    expect(namespaceOf(host, "root").sysctls).toMatchObject({
      [`net.ipv6.conf.qbr${ID}.disable_ipv6`]: "1",
      [`net.ipv4.conf.qbr${ID}.arp_ignore`]: "1",
    });
  });

  it("hangs on br-int itself under the native firewall", () => {
    const host = plugged({ hybridPlug: false });
    expect(deviceNames(host)).not.toContain(`qbr${ID}`);
    expect(linkOf(host, `tap${ID}`)).toMatchObject({ up: true, carrier: true });
    expect(portOf(host, "br-int", `tap${ID}`)).toMatchObject({ tag: 1 });
  });

  it("has its tap alone on a Linux bridge host: the agent there puts it in its bridge", () => {
    const settings = { agents: ["compute"], bridgeMappings: {} } as const;
    const ports = [portView("01", RED, { vifType: "bridge", hybridPlug: false })];
    const host = afterViews([hostView({ settings, networks: [RED], ports })]);
    expect(linkOf(host, `tap${ID}`)).toMatchObject({ up: true, carrier: true });
    expect(linkOf(host, `tap${ID}`)?.master).toBeUndefined();
  });

  it("lowers the MTU of br-int to its own, as the switch does", () => {
    expect(linkOf(plugged(), "br-int")?.mtu).toBe(1450);
  });

  it("goes with its guest: no device, port or process is left", () => {
    const view = (ids: string[]) => hostView({ networks: [RED], ports: ids.map((id) => portView(id, RED)) });
    const before = afterViews([view([])]);
    const after = afterViews([view(["01"]), view([])], before);
    expect(deviceNames(after)).toEqual(deviceNames(before));
    expect(portOf(after, "br-int", `qvo${ID}`)).toBeUndefined();
    expect(after.processes).toEqual(before.processes);
    expect(namespaceOf(after, "root").routes).toEqual(namespaceOf(before, "root").routes);
  });

  it("that is not bound has no device", () => {
    const host = plugged({ vifType: "binding_failed" });
    expect(deviceNames(host)).not.toContain(`tap${ID}`);
  });
});

describe("many ports at once", () => {
  it("come out as one after the other: same devices, and numbers in order", () => {
    const ports = ["01", "02", "03"].map((id) => portView(id, RED));
    const view = (n: number) => hostView({ networks: [RED], ports: ports.slice(0, n) });
    const once = afterViews([view(3)]);
    const oneByOne = afterViews([view(1), view(2), view(3)]);
    expect(namespaceOf(once, "root")).toEqual(namespaceOf(oneByOne, "root"));
    const numbers = ["01", "02", "03"].map((id) => portOf(once, "br-int", `qvo000000${id}-00`)?.interfaces[0]?.ofport);
    expect(numbers).toEqual([4, 5, 6]);
  });
});
