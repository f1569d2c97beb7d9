/** Random commands that a real host would mostly take: over few names, so that they meet. */
import fc from "fast-check";
import type { Command, ToolCommand } from "../command/command.ts";
import { setUp } from "../kernel/carrier.ts";
import { newNamespace } from "../kernel/device.ts";
import type { HostState } from "../state.ts";

/** A host with nothing but its loopback device, which is up. */
export function bareHost(name = "host1"): HostState {
  const host = { name, namespaces: [newNamespace("root")], dnsmasq: [], config: {}, processes: [], gaps: [] };
  return setUp(host, "root", "lo", true);
}

const DEVICES = ["va", "vb", "vc", "vd", "br0", "br1", "t0", "vx0"] as const;
const NAMESPACES = ["q1", "q2"] as const;
const device = fc.constantFrom(...DEVICES);
const end = fc.constantFrom("va", "vb", "vc", "vd");
const bridge = fc.constantFrom("br0", "br1");
const space = fc.constantFrom("root", ...NAMESPACES);

const PREFIXES4 = ["10.0.0.0", "10.0.1.0", "10.0.2.0"];
const address4 = fc.tuple(fc.nat(2), fc.integer({ min: 1, max: 3 })).map(([n, i]) => `10.0.${n}.${i}`);
const gateway4 = fc.tuple(fc.nat(2), fc.integer({ min: 7, max: 9 })).map(([n, i]) => `10.0.${n}.${i}`);
const address6 = fc.tuple(fc.nat(2), fc.integer({ min: 1, max: 3 })).map(([n, i]) => `2001:db8:${n + 1}::${i}`);
const mac = fc.integer({ min: 1, max: 9 }).map((i) => `02:00:00:00:00:0${i}`);

const newDevice: fc.Arbitrary<ToolCommand> = fc.oneof(
  fc.constantFrom<ToolCommand>(
    { tool: "ip", action: "link-add", name: "va", device: { kind: "veth", peer: "vb" } },
    { tool: "ip", action: "link-add", name: "vc", device: { kind: "veth", peer: "vd" } },
    { tool: "ip", action: "tuntap-add", name: "t0", mode: "tap" },
    {
      tool: "ip",
      action: "link-add",
      name: "vx0",
      device: { kind: "vxlan", key: 10, local: "10.0.0.1", dstport: 4789 },
    },
  ),
  bridge.map((name): ToolCommand => ({ tool: "brctl", action: "addbr", bridge: name })),
);

const linkChange: fc.Arbitrary<ToolCommand> = fc.oneof(
  device.map((name): ToolCommand => ({ tool: "ip", action: "link-set", name, up: true })),
  device.map((name): ToolCommand => ({ tool: "ip", action: "link-set", name, up: true })),
  device.map((name): ToolCommand => ({ tool: "ip", action: "link-set", name, up: false })),
  fc
    .tuple(end, bridge)
    .map(([name, master]): ToolCommand => ({ tool: "brctl", action: "addif", bridge: master, device: name })),
  fc.tuple(end, mac).map(([name, address]): ToolCommand => ({ tool: "ip", action: "link-set", name, address })),
  fc
    .tuple(end, fc.constantFrom(1200, 1400, 1450, 1500))
    .map(([name, mtu]): ToolCommand => ({ tool: "ip", action: "link-set", name, mtu })),
  fc
    .tuple(end, fc.constantFrom("q1", "q2", "1"))
    .map(([name, netns]): ToolCommand => ({ tool: "ip", action: "link-set", name, netns })),
  device.map((name): ToolCommand => ({ tool: "ip", action: "link-del", name })),
  end.map((name): ToolCommand => ({ tool: "ip", action: "link-set", name, master: null })),
  fc
    .tuple(end, fc.boolean())
    .map(([dev, on]): ToolCommand => ({ tool: "bridge", action: "link-set", dev, flags: { hairpin: on } })),
);

const addressChange: fc.Arbitrary<ToolCommand> = fc.oneof(
  fc
    .tuple(device, address4, fc.constantFrom(24, 24, 24, 31, 32), fc.boolean())
    .map(([dev, address, prefix, brd]): ToolCommand => {
      const broadcast = brd && prefix === 24 ? { broadcast: address.replace(/\d+$/, "255") } : {};
      return { tool: "ip", action: "addr-add", family: 4, dev, address, prefix, ...broadcast, scope: "global" };
    }),
  fc
    .tuple(device, address6)
    .map(([dev, address]): ToolCommand => ({ tool: "ip", action: "addr-add", family: 6, dev, address, prefix: 64 })),
  fc
    .tuple(device, address4)
    .map(([dev, address]): ToolCommand => ({ tool: "ip", action: "addr-del", family: 4, dev, address, prefix: 24 })),
  fc
    .tuple(device, address6)
    .map(([dev, address]): ToolCommand => ({ tool: "ip", action: "addr-del", family: 6, dev, address, prefix: 64 })),
);

const destination = fc.constantFrom("default", "10.9.0.0/16", "10.9.9.9/32", ...PREFIXES4.map((base) => `${base}/24`));
const table = fc.constantFrom({}, {}, { table: "16" });

const routeChange: fc.Arbitrary<ToolCommand> = fc.oneof(
  fc
    .tuple(fc.constantFrom("route-add" as const, "route-replace" as const), destination, gateway4, table)
    .map(([action, dst, via, rest]): ToolCommand => ({ tool: "ip", action, family: 4, dst, via, ...rest })),
  fc
    .tuple(fc.constantFrom("route-add" as const, "route-replace" as const), destination, device, table)
    .map(
      ([action, dst, dev, rest]): ToolCommand => ({ tool: "ip", action, family: 4, dst, dev, scope: "link", ...rest }),
    ),
  fc.tuple(device, table).map(
    ([dev, rest]): ToolCommand => ({
      tool: "ip",
      action: "route-replace",
      family: 6,
      dst: "default",
      via: "fe80::9",
      dev,
      ...rest,
    }),
  ),
  destination.map((dst): ToolCommand => ({ tool: "ip", action: "route-del", family: 4, dst })),
  fc.constant<ToolCommand>({ tool: "ip", action: "route-add", family: 4, type: "blackhole", dst: "10.66.0.0/16" }),
);

const ruleChange: fc.Arbitrary<ToolCommand> = fc
  .tuple(
    fc.constantFrom("rule-add" as const, "rule-del" as const),
    address4,
    fc.integer({ min: 100, max: 103 }),
    fc.boolean(),
  )
  .map(([action, from, priority, marked]): ToolCommand => {
    const what = marked ? { fwmark: { value: 0x4000000, mask: 0xffff0000 } } : { from: `${from}/32` };
    return { tool: "ip", action, family: 4, ...what, priority, table: "16" };
  });

const neighbourChange: fc.Arbitrary<ToolCommand> = fc.oneof(
  fc.tuple(end, address4, mac).map(
    ([dev, address, lladdr]): ToolCommand => ({
      tool: "ip",
      action: "neigh-replace",
      address,
      dev,
      mac: lladdr,
      nud: "permanent",
    }),
  ),
  fc.tuple(end, address4).map(([dev, address]): ToolCommand => ({ tool: "ip", action: "neigh-del", address, dev })),
  fc
    .tuple(end, address4)
    .map(([dev, address]): ToolCommand => ({ tool: "ip", action: "neigh-add", address, dev, proxy: true })),
);

const fdbChange: fc.Arbitrary<ToolCommand> = fc
  .tuple(
    fc.constantFrom("append" as const, "replace" as const, "del" as const),
    mac,
    fc.integer({ min: 1, max: 3 }),
    fc.boolean(),
  )
  .map(([verb, address, host, flood]): ToolCommand => {
    const where = flood ? "00:00:00:00:00:00" : address;
    // Only floods go to several places.
    const how = verb === "append" && !flood ? "replace" : verb === "replace" && flood ? "append" : verb;
    return {
      tool: "bridge",
      action: "fdb",
      verb: how,
      mac: where,
      dev: "vx0",
      dst: `10.0.0.${host}`,
      master: false,
      state: "permanent",
    };
  });

const setting: fc.Arbitrary<ToolCommand> = fc
  .tuple(
    fc.constantFrom(
      ...["net.ipv4.ip_forward", "net.ipv6.conf.all.forwarding", "net.ipv6.conf.default.disable_ipv6"],
      ...["net.ipv6.conf.va.disable_ipv6", "net.ipv4.conf.vb.rp_filter", "net.ipv6.conf.br0.disable_ipv6"],
    ),
    fc.constantFrom("0", "1"),
  )
  .map(([name, value]): ToolCommand => ({ tool: "sysctl", settings: [{ name, value }] }));

const namespaceChange: fc.Arbitrary<ToolCommand> = fc
  .tuple(
    fc.constantFrom("netns-add" as const, "netns-add" as const, "netns-del" as const),
    fc.constantFrom(...NAMESPACES),
  )
  .map(([action, name]): ToolCommand => ({ tool: "ip", action, name }));

const inside: fc.Arbitrary<Command> = fc
  .tuple(
    fc.constantFrom<Command["netns"]>("root", "root", "root"),
    space,
    fc.oneof(
      { weight: 4, arbitrary: newDevice },
      { weight: 8, arbitrary: linkChange },
      { weight: 4, arbitrary: addressChange },
      { weight: 3, arbitrary: routeChange },
      { weight: 1, arbitrary: ruleChange },
      { weight: 1, arbitrary: neighbourChange },
      { weight: 1, arbitrary: fdbChange },
      { weight: 1, arbitrary: setting },
    ),
  )
  .map(([root, other, run]) => ({ netns: run.tool === "brctl" && run.action === "addbr" ? root : other, run }));

/** One command, in a namespace that may or may not be there. */
export const command: fc.Arbitrary<Command> = fc.oneof(
  { weight: 9, arbitrary: inside },
  { weight: 1, arbitrary: namespaceChange.map((run) => ({ netns: "root", run })) },
);
