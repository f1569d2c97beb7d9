import { expect, test } from "vitest";
import { parseCommands } from "../command/shell.ts";
import { apply, applyAll } from "../run.ts";
import type { HostState } from "../state.ts";
import { bareHost } from "../testing/commands.ts";

const TAP = "tap1e2b09d7-e9";

function plugged(): HostState {
  return applyAll(
    bareHost(),
    parseCommands(`
brctl addbr qbr1
ip link set qbr1 up
ip tuntap add ${TAP} mode tap
ip link set ${TAP} up
brctl addif qbr1 ${TAP}
`),
  );
}

function carriers(host: HostState): string[] {
  return host.namespaces.flatMap((ns) => ns.links.flatMap((l) => (l.carrier ? [l.name] : [])));
}

test("a guest that starts gives its device and the bridge a carrier, and takes it when it ends", () => {
  const down = plugged();
  expect(carriers(down)).not.toContain(TAP);
  const words = ["qemu-system-x86_64", "-netdev", `tap,id=hostnet0,ifname=${TAP}`];
  const guest = apply(down, { netns: "root", run: { tool: "process", kind: "start", words } });
  expect(carriers(guest)).toEqual(expect.arrayContaining([TAP, "qbr1"]));
  expect(guest.namespaces[0]?.addresses.map((a) => a.dev)).toContain(TAP);
  const pid = guest.processes.at(-1)?.pid;
  expect(carriers(applyAll(guest, parseCommands(`kill -9 ${pid}`)))).toEqual(["lo"]);
});
