import { describe, expect, it } from "vitest";
import { parseCommands, printCommand } from "../../host/command/shell.ts";
import { change } from "../../host/diff/diff.ts";
import type { Change } from "../../host/diff/recorder.ts";
import { findLink, namespaceOf } from "../../host/edit.ts";
import { applyAll } from "../../host/run.ts";
import type { HostState } from "../../host/state.ts";
import { hostView, networkView, portView, uuid } from "../testing/cloud.ts";
import { afterViews, deviceNames, portOf } from "../testing/run.ts";
import { COMPUTE } from "./agent.ts";

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

  it.each([
    ["a dummy for its tap", `ip link del tap${ID}`, `ip link add tap${ID} type dummy`],
    ["a bridge for its tap", `ip link del tap${ID}`, `ip link add tap${ID} type bridge`],
    ["a dummy for one end of its pair", `ip link del qvo${ID}`, `ip link add qvo${ID} type dummy`],
    ["half of its pair", `ip link set qvo${ID} name gone`],
    ["a pair of its tap and bridge", `ip link del tap${ID}`, `ip link add qbr${ID} type veth peer name tap${ID}`],
  ])("is plugged anew where somebody left %s", (_, ...lines) => {
    const view = hostView({ networks: [RED], ports: [portView("01", RED)] });
    const host = afterViews([view]);
    const bare = lines.at(-1)?.includes("qbr") ? [`ip link del qbr${ID}`, ...lines] : lines;
    const after = afterViews([view], applyAll(host, parseCommands(bare.join("\n"))));
    const devices = (on: HostState) =>
      ["tap", "qbr", "qvb", "qvo"].map((name) => {
        const { kind, master, linkName } = linkOf(on, name + ID) ?? {};
        return { name, kind, master, linkName };
      });
    expect(devices(after)).toEqual(devices(host));
    expect(portOf(after, "br-int", `qvo${ID}`)).toMatchObject({ tag: 1 });
  });

  it("that is not bound has no device", () => {
    const host = plugged({ vifType: "binding_failed" });
    expect(deviceNames(host)).not.toContain(`tap${ID}`);
  });
});

describe("the commands", () => {
  const view = (ids: string[]) => hostView({ networks: [RED], ports: ids.map((id) => portView(id, RED)) });
  const told = (before: HostState, ids: string[]) =>
    COMPUTE.steps
      .reduce<Change>(
        (done, step) => {
          const next = change(done.host, step.plan(view(ids), done.host));
          return { host: next.host, commands: [...done.commands, ...next.commands] };
        },
        { host: before, commands: [] },
      )
      .commands.map(printCommand)
      .filter((line) => !/qemu|kill/.test(line));

  it("plug a port as os-vif and the hypervisor do", () => {
    const lines = told(afterViews([view([])]), ["01"]);
    expect(lines.filter((line) => !/^(sysctl|ovs-vsctl)/.test(line))).toEqual([
      `brctl addbr qbr${ID}`,
      `brctl setfd qbr${ID} 0`,
      `brctl stp qbr${ID} off`,
      `brctl setageing qbr${ID} 0`,
      `ip link add qvb${ID} type veth peer name qvo${ID}`,
      ...["qvb", "qvo"].flatMap((kind) =>
        ["up", "promisc on", "mtu 1450"].map((what) => `ip link set ${kind}${ID} ${what}`),
      ),
      `ip link set qbr${ID} up`,
      `brctl addif qbr${ID} qvb${ID}`,
      `ip tuntap add tap${ID} mode tap`,
      `ip link set tap${ID} address fe:16:3e:00:00:01`,
      `ip link set tap${ID} mtu 1450`,
      `brctl addif qbr${ID} tap${ID}`,
      `ip link set tap${ID} up`,
    ]);
    expect(lines.find((line) => line.startsWith("ovs-vsctl"))).toMatch(`--may-exist add-port br-int qvo${ID} -- set`);
  });

  it("unplug it again, and no more than is there", () => {
    expect(told(afterViews([view(["01"])]), [])).toEqual([
      `ip link set qbr${ID} down`,
      `brctl delbr qbr${ID}`,
      `ovs-vsctl -- --if-exists del-port br-int qvo${ID}`,
      `ip link delete qvo${ID}`,
      `ip tuntap del tap${ID} mode tap`,
    ]);
  });
});

describe("many ports at once", () => {
  it("come out as one after the other: same devices, and numbers in order", () => {
    const ids = ["01", "02", "03", "04", "05", "06"];
    const ports = ids.map((id) => portView(id, RED));
    const view = (n: number) => hostView({ networks: [RED], ports: ports.slice(0, n) });
    const once = afterViews([view(ids.length)]);
    const oneByOne = afterViews(ids.map((_, i) => view(i + 1)));
    expect(namespaceOf(once, "root")).toEqual(namespaceOf(oneByOne, "root"));
    const numbers = ids.map((id) => portOf(once, "br-int", `qvo000000${id}-00`)?.interfaces[0]?.ofport);
    expect(numbers).toEqual([4, 5, 6, 7, 8, 9]);
  });
});
