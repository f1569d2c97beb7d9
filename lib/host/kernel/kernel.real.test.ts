/** Random commands run by a real kernel and by a simulated host: both take and refuse the same, and end up alike. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { type Command, CommandError } from "../command/command.ts";
import { parseCommands, printCommand } from "../command/shell.ts";
import { apply } from "../run.ts";
import type { HostState } from "../state.ts";
import { onlyWhatShows, withMacs } from "../testing/as-real.ts";
import { bareHost, command } from "../testing/commands.ts";
import { comparable } from "../testing/comparable.ts";
import { runForReal } from "../testing/real-kernel.ts";

interface Simulated {
  readonly host: HostState;
  readonly errors: readonly string[];
}

function simulate(commands: readonly Command[]): Simulated {
  let host = bareHost();
  const errors = commands.map((one) => {
    try {
      host = apply(host, one);
      return "";
    } catch (error) {
      if (!(error instanceof CommandError)) throw error;
      return error.message.trim();
    }
  });
  return { host, errors };
}

/** All that a host takes, and some that it refuses: what is refused changes nothing, and takes the kernel's time. */
function mostlyTaken(commands: readonly Command[]): Command[] {
  const { errors } = simulate(commands);
  return commands.filter((_, i) => errors[i] === "" || i % 5 === 0);
}

async function expectAlike(commands: readonly Command[]): Promise<void> {
  const simulated = simulate(commands);
  const real = await runForReal(commands);
  const told = commands.map((one, i) => {
    const result = real.results[i];
    return `${printCommand(one)} → ${result?.status === 0 ? "" : result?.error}`;
  });
  expect(commands.map((one, i) => `${printCommand(one)} → ${simulated.errors[i]}`)).toEqual(told);
  expect(comparable(onlyWhatShows(simulated.host)), told.join("\n")).toEqual(comparable(onlyWhatShows(real.host)));
}

test("random commands", async () => {
  const many = fc.array(command, { minLength: 300, maxLength: 300, size: "max" });
  await fc.assert(
    fc.asyncProperty(many, (commands) => expectAlike(mostlyTaken(withMacs("host1", commands)))),
    { numRuns: 5, endOnFailure: true },
  );
});

test("a hybrid VIF, a router's namespaces and l2population's entries", async () => {
  await expectAlike(
    parseCommands(`
ip link add qbr1 type bridge
ip link add qvb1 address 02:00:00:00:00:11 type veth peer name qvo1 address 02:00:00:00:00:12
ip link set qvb1 mtu 1450
ip link set qvo1 mtu 1450
ip link set qvb1 up
ip link set qvb1 promisc on
ip link set qvo1 up
ip link set qvo1 promisc on
ip link set qbr1 up
brctl addif qbr1 qvb1
ip tuntap add tap1 mode tap
ip link set tap1 address fe:16:3e:00:00:01 up
brctl addif qbr1 tap1
brctl addif qbr1 tap1
bridge link set dev tap1 isolated on learning off
ip netns add qrouter-1
ip netns add fip-1
sysctl -w net.ipv6.conf.all.forwarding=1
ip netns exec qrouter-1 sysctl -w net.ipv4.ip_forward=1
ip netns exec qrouter-1 sysctl -w net.ipv6.conf.all.forwarding=1
ip -n qrouter-1 link set lo up
ip -n fip-1 link set lo up
ip -n qrouter-1 link add rfp-1 address 02:00:00:00:00:21 type veth peer name fpr-1 address 02:00:00:00:00:22 netns fip-1
ip -n qrouter-1 link set rfp-1 up
ip -n qrouter-1 addr add 169.254.88.134/31 dev rfp-1
ip -n qrouter-1 route replace default via 169.254.88.135 table 16 proto static
ip -n fip-1 link set fpr-1 up
ip -n fip-1 addr add 169.254.88.135/31 dev fpr-1
ip -n fip-1 route add 172.24.4.104/32 via 169.254.88.134 dev fpr-1 proto static
ip -n qrouter-1 neigh replace 169.254.88.135 lladdr 02:00:00:00:00:22 nud permanent dev rfp-1
ip -n qrouter-1 rule add from 172.16.10.237 lookup 16 priority 41916
ip -n qrouter-1 rule add from 172.16.10.1/24 lookup 2886732289 priority 2886732289
ip -n qrouter-1 rule add from 172.16.10.1/24 lookup 2886732289 priority 2886732289
ip -n qrouter-1 -6 route replace default via fe80::ff:fe00:22 dev rfp-1 proto static
ip -n qrouter-1 -6 addr add 2001:db8::1/64 dev rfp-1
ip -n qrouter-1 addr add 172.16.10.1/24 brd 172.16.10.255 dev rfp-1
ip -n qrouter-1 addr add 172.16.10.2/24 brd 172.16.10.255 dev rfp-1
ip -n qrouter-1 addr del 172.16.10.1/24 dev rfp-1
ip -n fip-1 link set fpr-1 down
ip -n fip-1 link set fpr-1 up
ip link add vxlan-10 address 02:00:00:00:00:31 type vxlan id 10 dev qvo1 group 239.1.1.1 dstport 4789
ip link set vxlan-10 up
bridge fdb append 00:00:00:00:00:00 dev vxlan-10 dst 10.0.0.2
bridge fdb replace fa:16:3e:00:00:02 dev vxlan-10 dst 10.0.0.2
bridge fdb replace fa:16:3e:00:00:02 dev vxlan-10 dst 10.0.0.3
bridge fdb add fa:16:3e:00:00:02 dev vxlan-10 dst 10.0.0.4
bridge fdb del fa:16:3e:00:00:02 dev vxlan-10 dst 10.0.0.3
ip link set qvo1 name renamed
brctl delif qbr1 tap1
ip route add 10.7.0.0/16 via 10.9.9.9
ip route add 10.7.0.1/16 dev tap1
ip link set tap1 mtu 50
ip link add qbr9 type bridge
ip link add qvb9 address 02:00:00:00:00:41 type veth peer name qvo9 address 02:00:00:00:00:42
ip link set qvb9 master qbr9
ip link set qvb9 up
ip link set qvo9 up
ip link set qbr9 up
ip link set qvb9 mtu 1000
ip link set qvb9 mtu 1400
ip link set qvb9 mtu 1200
ip link set tap1 address 01:00:00:00:00:00
ip link set lo netns qrouter-1
ip netns delete fip-1
`),
  );
});
