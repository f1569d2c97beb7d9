/** `virsh`: the instances of a host, their devices, and the way into one. */
import { CommandError } from "../host/command/command.ts";
import type { Guest } from "../host/world.ts";
import { type Answer, lines } from "./answer.ts";
import type { Call, Terminal } from "./terminal.ts";

export function virsh(terminal: Terminal, { words }: Call): Answer {
  const [verb = "list", name] = words.filter((word) => !word.startsWith("--"));
  const guests = instances(terminal);
  if (verb === "list") {
    const width = Math.max(4, ...guests.map((one) => one.name.length)) + 3;
    const rows = guests.map((one, i) => ` ${String(i + 1).padEnd(4)} ${one.name.padEnd(width)}running`);
    return lines([` Id   ${"Name".padEnd(width)}State`, "-".repeat(width + 14), ...rows, ""]);
  }
  if (!["console", "domiflist", "dumpxml"].includes(verb))
    throw new CommandError(`error: unknown command: '${verb}'; list, console, domiflist and dumpxml are known here`, 1);
  const found = guests.find(
    (one, i) =>
      name !== undefined &&
      [one.name, one.serverId, `instance-${one.serverId?.slice(0, 8)}`, String(i + 1)].includes(name),
  );
  if (!found) throw new CommandError(`error: failed to get domain '${name ?? ""}'`, 1);
  if (verb === "domiflist") return domiflist(terminal, found);
  if (verb === "dumpxml") return dumpxml(terminal, found);
  terminal.session = { guest: found.portId };
  return lines([
    `Connected to domain '${found.name}'`,
    "Its port tells what is inside: `help` says what can be typed, `exit` leaves.",
  ]);
}

interface Card {
  readonly tap: string;
  readonly bridge: string;
  readonly guest: Guest;
  /** Of Open vSwitch, not of the kernel. */
  readonly ovs: boolean;
}

/** All cards of the instance, with what its hypervisor plugged them into. */
function cards({ host, world }: Terminal, { serverId, portId }: Guest): Card[] {
  const own = world.guests.filter(
    (one) => one.portId === portId || (serverId !== undefined && one.serverId === serverId),
  );
  return own
    .filter((one) => one.host === host.name)
    .map((guest) => {
      const { tap } = guest;
      const switched = host.ovs?.bridges.find((one) => one.ports.some((port) => port.name === tap));
      const master = host.namespaces.flatMap((ns) => ns.links).find((link) => link.name === tap)?.master;
      return { tap, bridge: switched?.name ?? master ?? "-", guest, ovs: switched !== undefined };
    });
}

function domiflist(terminal: Terminal, guest: Guest): Answer {
  const rows = cards(terminal, guest).map((one) => [one.tap, "bridge", one.bridge, "virtio", one.guest.mac]);
  const head = ["Interface", "Type", "Source", "Model", "MAC"];
  const widths = head.map((title, i) => Math.max(title.length, ...rows.map((row) => row[i]?.length ?? 0)));
  const print = (row: readonly string[]) =>
    ` ${row.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join("   ")}`.trimEnd();
  return lines([print(head), "-".repeat(widths.reduce((sum, one) => sum + one + 3, -1)), ...rows.map(print), ""]);
}

/** Of a domain's description, what a host's state tells: its cards. */
function dumpxml(terminal: Terminal, guest: Guest): Answer {
  return lines([
    "<domain type='kvm'>",
    `  <name>${guest.name}</name>`,
    ...(guest.serverId === undefined ? [] : [`  <uuid>${guest.serverId}</uuid>`]),
    "  <devices>",
    ...cards(terminal, guest).flatMap((one) => [
      "    <interface type='bridge'>",
      `      <mac address='${one.guest.mac}'/>`,
      `      <source bridge='${one.bridge}'/>`,
      ...(one.ovs
        ? [
            "      <virtualport type='openvswitch'>",
            `        <parameters interfaceid='${one.guest.portId}'/>`,
            "      </virtualport>",
          ]
        : []),
      `      <target dev='${one.tap}'/>`,
      "      <model type='virtio'/>",
      `      <mtu size='${one.guest.mtu}'/>`,
      "    </interface>",
    ]),
    "  </devices>",
    "</domain>",
  ]);
}

/** One entry for each instance, by its first port. */
function instances(terminal: Terminal): Guest[] {
  const seen = new Set<string>();
  return terminal.world.guests.filter((one) => {
    const key = one.serverId ?? one.portId;
    if (one.host !== terminal.host.name || seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}
