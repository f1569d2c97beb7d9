/**
 * A host as the shell script that builds it with the real tools, for a person to read and to run. The host becomes a set of
 * namespaces, so that one machine can hold a whole cloud: cards lead to wires that the scripts of its hosts share.
 */
import { createHash } from "node:crypto";
import type { Command } from "../host/command/command.ts";
import type { VsctlCommand } from "../host/command/ovs/vsctl-command.ts";
import { printCommand } from "../host/command/shell.ts";
import { quoteWord } from "../host/command/words.ts";
import type { HostState } from "../host/state.ts";
import type { Guest, World } from "../host/world.ts";
import { buildCommands, type Chapter, cardsOf, chaptersOf } from "./build-script-commands.ts";
import { guestNamespaces, guestsShell } from "./build-script-guests.ts";
import { metadataProxy } from "./build-script-proxy.ts";
import { INSIDE, NAMESPACES_MADE, OPEN_VSWITCH, outerShell, SECURITY_GROUPS, TOOLS } from "./build-script-shell.ts";

export function buildScript({ hosts, guests, subports = [], segments }: World, host: HostState): string {
  const commands = buildCommands(host);
  const own = guests.filter((one) => one.host === host.name);
  const cards = cardsOf(host).map(({ name, mac, mtu }) => {
    const wire = segments.find(({ attachments }) =>
      attachments.some((at) => at.host === host.name && at.netns === "root" && at.dev === name),
    );
    return { name, mac, mtu, port: deviceName(`${host.name}-${name}`), wire: wire && deviceName(wire.name) };
  });
  const wires = [...new Set(cards.flatMap((card) => card.wire ?? []))];
  const ports = cards.map((card) => card.port);
  return `${header(host, hosts)}
${outerShell(needs(host, own, commands), ports)}
wires() {
${wires.map((wire) => `  wire ${wire}\n`).join("")}  :
}

cards() {
${cards.map(cardLine).join("\n")}
}

${guestsShell(guests, subports, host.name)}
# ── On the host ──────────────────────────────────────────────────────────────────────────────────────────────────────
inside() {
${INSIDE}${host.namespaces.some((ns) => ns.links.some((link) => link.kind === "bridge")) ? SECURITY_GROUPS : ""}${host.ovs ? OPEN_VSWITCH : ""}
${chaptersOf(commands)
  .map((chapter) => chapterText(chapter, host))
  .join("\n")}}

${ending(host, own[0] && guestNamespaces(guests).get(own[0]))}`;
}

interface CabledCard {
  readonly name: string;
  readonly mac: string;
  readonly mtu: number;
  readonly port: string;
  readonly wire: string | undefined;
}

function cardLine({ name, mac, mtu, port, wire }: CabledCard): string {
  const words = [name, mac, String(mtu), port, ...(wire === undefined ? [] : [wire])];
  return `  card ${words.map(quoteWord).join(" ")}`;
}

/** What a name may be where it is a part of paths and comments. */
function plainName(name: string): string {
  return name.replaceAll(/[^A-Za-z0-9._-]+/g, "-").replace(/^[-.]+/, "") || "host";
}

function header(host: HostState, hosts: readonly HostState[]): string {
  const name = plainName(host.name);
  const others = hosts.filter((one) => one !== host).map((one) => plainName(one.name));
  return `#!/bin/sh
# Builds the host ${name} with iproute2, Open vSwitch and iptables, as a machine of its own inside this one.
#
#   sh ${name}.sh              builds it (as root)
#   sh ${name}.sh run COMMAND  runs a command on it; without one, a shell
#   sh ${name}.sh remove       takes all of it away
#
# It has network, mount, process and name namespaces of its own: this machine's devices, rules and Open vSwitch are neither
# used nor changed. Here, it shows in /run/underlay/${name}, as namespaces underlay-* for its guests, and as the namespace
# underlay-wires, where its cards are plugged in together with those of ${others.length === 0 ? "other hosts" : others.join(", ")},
# once their scripts have run. UNDERLAY_LAB=another-name keeps several such clouds apart.
set -eu
host=${name}`;
}

/** Packages by what is run, and by whom. */
const PACKAGES: readonly (readonly [pattern: RegExp, command: string, packageName: string])[] = [
  [/^(ip netns exec \S+ )?brctl /m, "brctl", "bridge-utils"],
  [/^(ip netns exec \S+ )?iptables/m, "iptables-restore", "iptables"],
  [/^(ip netns exec \S+ )?ipset /m, "ipset", "ipset"],
  [/^(ip netns exec \S+ )?dnsmasq /m, "dnsmasq", "dnsmasq-base"],
];

function needs(host: HostState, guests: readonly Guest[], commands: readonly Command[]): string {
  const text = commands.map(printCommand).join("\n");
  const tools: (readonly [string, string])[] = [
    ...Object.entries(TOOLS),
    ...PACKAGES.flatMap(([pattern, command, name]) => (pattern.test(text) ? [[command, name] as const] : [])),
    ...(host.ovs
      ? ([
          ["ovsdb-tool", "openvswitch-common"],
          ["ovs-vswitchd", "openvswitch-switch"],
        ] as const)
      : []),
    ...(guests.length > 0 ? [["python3", "python3"] as const] : []),
  ];
  return tools.map(([command, name]) => `  need ${command} ${name}`).join("\n");
}

function chapterText({ title, commands }: Chapter, host: HostState): string {
  const lines = commands.map((command) => line(command, host)).join("");
  const after = title === "Namespaces" ? NAMESPACES_MADE : "";
  return `  say "${title}"\n${directories(commands)}${lines}${after}`;
}

/** Not indented: a heredoc ends at the start of a line. */
function line(command: Command, { ovs }: HostState): string {
  const { run, netns } = command;
  const text = printCommand(command);
  // Of its bridges' own devices the switch takes back any address that it was not told itself.
  if (run.tool === "ip" && run.action === "link-set" && run.address !== undefined)
    if (ovs?.bridges.some((bridge) => bridge.name === run.name))
      return `${["ovs-vsctl", "set", "Bridge", run.name, `other-config:hwaddr=${run.address}`].map(quoteWord).join(" ")}\n`;
  if (run.tool === "ovs-vsctl") return `${text}\n${outOfBand(run.steps)}`;
  if (run.tool !== "process" || run.kind !== "start") return `${text}\n`;
  const program = run.words[0] ?? "";
  // What agents tell it stands in a file that a host's state does not hold.
  if (program.endsWith("radvd"))
    return `# Not started, since its configuration is not known: ${text.replaceAll("\n", " ")}\n`;
  return program.endsWith("haproxy") ? metadataProxy(run.words, netns, text) : `${text}\n`;
}

/**
 * What a host's state does not hold, and agents say of each controller: its bridge need not be reached through the bridge
 * itself. A switch gives replies of DHCP to its own device otherwise. Source: neutron/agent/common/ovs_lib.py
 * OVSBridge.set_controllers_connection_mode.
 */
function outOfBand(steps: VsctlCommand["steps"]): string {
  return steps
    .flatMap((step) => (step.kind === "set-controller" ? step.bridge : []))
    .map((bridge) => `ovs-vsctl set Controller ${quoteWord(bridge)} connection_mode=out-of-band\n`)
    .join("");
}

function directories(commands: readonly Command[]): string {
  const files = commands.flatMap(({ run }) => (run.tool === "file" && run.kind === "write" ? [run.path] : []));
  const parents = new Set(files.map((path) => path.replace(/\/[^/]*$/, "")));
  return [...parents].map((path) => `mkdir -p ${quoteWord(path)}\n`).join("");
}

/** @param guest the namespace of one of its guests */
function ending({ ovs }: HostState, guest: string | undefined): string {
  const look = ovs ? "ovs-vsctl show" : "ip link";
  return `case \${1:-build} in
  build)
    build
    cat <<EOF
$host is built. Next:
  sh $script run ${look}${guest === undefined ? "" : `\n  ip netns exec $lab-${guest} ping ADDRESS      (inside a guest)`}
  the scripts of the cloud's other hosts, for those that it talks to
  sh $script remove          (takes $host away)
EOF
    ;;
  run)
    root
    runs || die "is not built"
    shift
    [ $# -gt 0 ] || set -- "\${SHELL:-sh}"
    nsenter --target "$pid" --mount --net --uts --pid -- "$@"
    ;;
  remove) remove ;;
  inside) inside ;;
  *) sed -n '2,/^set /s/^# \\{0,1\\}//p' "$script" ;;
esac
`;
}

/** 15 characters are all that a device's name may have; the same text always makes the same name. */
const LONGEST_NAME = 15;

function deviceName(text: string): string {
  const plain = plainName(text);
  if (text.length <= LONGEST_NAME && text === plain) return text;
  const hash = createHash("sha256").update(text).digest("hex").slice(0, 6);
  return `${plain.slice(0, LONGEST_NAME - 7)}-${hash}`;
}
