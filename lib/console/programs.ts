/** Every program of a simulated host: what asks is answered here, what changes goes the way of all commands (lib/host/command). */
import { CommandError, type ToolCommand } from "../host/command/command.ts";
import { isKept } from "../host/command/file.ts";
import { SYSCTL } from "../host/command/sysctl.ts";
import { toolOf } from "../host/command/tools.ts";
import { ROOT } from "../host/edit.ts";
import { type Answer, lines, NOTHING } from "./answer.ts";
import { FILTER_NAMES, filter } from "./filters.ts";
import { guestProgram } from "./guest.ts";
import { HELP, helpOf } from "./help.ts";
import { normalization } from "./normalization.ts";
import { service, systemctl } from "./services.ts";
import { showAppctl, showDpctl } from "./show/appctl.ts";
import { showBrctl, showBridge } from "./show/bridge.ts";
import { showConntrack } from "./show/conntrack.ts";
import { cat, isThere, ls, showSysctl, writtenSysctl } from "./show/files.ts";
import { showIp } from "./show/ip.ts";
import { showIpset } from "./show/ipset.ts";
import { saveIptables, showIptables } from "./show/iptables.ts";
import { arp, ifconfig, route } from "./show/net-tools.ts";
import { showOfctl } from "./show/ofctl.ts";
import { pgrep, ps, ss } from "./show/processes.ts";
import { ethtool, hostname, pidof, uname } from "./show/system.ts";
import { showVsctl } from "./show/vsctl.ts";
import { kill, killall, pkill } from "./signals.ts";
import { type Letters, spread } from "./spread.ts";
import type { Call, Program, Terminal } from "./terminal.ts";
import { arping } from "./traffic/arping.ts";
import { ping } from "./traffic/ping.ts";
import { tcpdump } from "./traffic/tcpdump.ts";
import { traceroute } from "./traffic/traceroute.ts";
import { virsh } from "./virsh.ts";

/** Asks where it can, changes otherwise. */
function tool(show: (terminal: Terminal, call: Call) => Answer | undefined): Program {
  return (terminal, call) => show(terminal, call) ?? change(terminal, call);
}

function change(terminal: Terminal, { program, words, netns, line }: Call): Answer {
  const known = toolOf(program);
  if (!known) throw new CommandError(`${program}: command not found`, 127);
  const run = known.parse(program, words, line.input, line);
  if (isQuestion(run))
    throw new CommandError(`${program}: this is not supported here; \`help ${program}\` says what is`);
  terminal.change({ netns, run });
  return run.tool === "ovs-ofctl" ? normalization(run.action, terminal.now) : NOTHING;
}

/** What only asks has been answered before, where it can be. */
function isQuestion(run: ToolCommand): boolean {
  if (run.tool === "conntrack") return run.kind === "query";
  return run.tool === "iptables" && run.kind === "change" && run.change.op === "query";
}

function writeSysctl(terminal: Terminal, { words, netns, line }: Call): Answer {
  const run = SYSCTL.parse("sysctl", words, undefined, line);
  terminal.change({ netns, run });
  return writtenSysctl(run, words);
}

/** Scripts that build a host write all its agents' files; people are told which of them mean something. */
function write(terminal: Terminal, call: Call): Answer {
  const file = call.line.output?.file ?? "";
  const done = change(terminal, call);
  if (!isKept(file))
    terminal.notes.push(`${file} is not kept: of files that are written, only dnsmasq's are simulated.`);
  return done;
}

function remove(terminal: Terminal, call: Call): Answer {
  const options = call.words.filter((one) => one.startsWith("-")).join("");
  const path = call.words.find((one) => !one.startsWith("-"));
  if (path !== undefined && /^\/+$/.test(path))
    throw new CommandError(
      "rm: it is dangerous to operate recursively on '/'\nrm: use --no-preserve-root to override this failsafe",
    );
  if (path !== undefined && !isThere(terminal.host, path)) {
    if (options.includes("f")) return NOTHING;
    throw new CommandError(`rm: cannot remove '${path}': No such file or directory`);
  }
  const before = terminal.commands.length;
  const done = change(terminal, call);
  if (terminal.commands.length === before && !isKept(path ?? ""))
    throw new CommandError(`rm: cannot remove '${path}': not supported here; of files, only dnsmasq's are simulated`);
  return done;
}

/** Only what agents start is simulated: a program without its files would end at once. */
function start(option: RegExp): Program {
  return (terminal, call) => {
    if (!call.words.some((word) => option.test(word)))
      throw new CommandError(`${call.program}: only an agent's command line is supported here; \`ps\` shows them`, 1);
    return change(terminal, call);
  };
}

function withOperand(program: string, words: readonly string[]): readonly string[] {
  if (words.length === 0) throw new CommandError(`${program}: nothing can be typed into it here; name a file`, 1);
  return words;
}

function restore(terminal: Terminal, call: Call): Answer {
  if (call.line.input === undefined)
    throw new CommandError(`${call.program}: rules come from a heredoc here: ${call.program} <<'EOF'`, 1);
  return change(terminal, call);
}

/** What of their options iptables and conntrack take in one word; a rule's own ones stay as they are typed. */
const IPTABLES = { flags: "nvx46", valued: "tAIDRCNPE", optional: "LSFZXw" };
const CONNTRACK = { flags: "LDCFEn", valued: "sdrqpfwmo" };

function spreading(letters: Letters, program: Program): Program {
  return (terminal, call) => program(terminal, { ...call, words: spread(call.words, letters) });
}

const iptables = spreading(
  IPTABLES,
  tool((t, { program, words, netns }) => showIptables(t.namespace(netns), program, words)),
);
const save = spreading({ flags: "c", valued: "t" }, (t, { program, words, netns }) =>
  saveIptables(t.namespace(netns), program, words, t.now),
);

const PROGRAMS: Readonly<Record<string, Program>> = {
  ip: tool((t, { words, netns }) => showIp(t.host, t.namespace(netns), words)),
  bridge: tool((t, { words, netns }) => showBridge(t.host, t.namespace(netns), words)),
  brctl: tool((t, { words, netns }) => showBrctl(t.namespace(netns), words)),
  "ovs-vsctl": tool((t, { words }) => showVsctl(t.host, words)),
  "ovs-ofctl": tool((t, { words, tty }) => showOfctl(t.host, words, tty)),
  "ovs-appctl": (t, { words }) => showAppctl(t.host, words, (bridge) => t.forgetMacs(bridge)),
  "ovs-dpctl": (t, { words }) => showDpctl(t.host, words),
  iptables,
  ip6tables: iptables,
  "iptables-save": save,
  "ip6tables-save": save,
  "iptables-restore": restore,
  "ip6tables-restore": restore,
  ipset: tool((t, { words, netns }) => showIpset(t.namespace(netns), words)),
  conntrack: spreading(
    CONNTRACK,
    tool((t, { words, netns }) => showConntrack(t.namespace(netns), words)),
  ),
  sysctl: (t, call) => showSysctl(t.namespace(call.netns), call.words) ?? writeSysctl(t, call),
  cat: (t, call) =>
    call.line.output ? write(t, call) : cat(t.host, t.namespace(call.netns), withOperand("cat", call.words)),
  rm: remove,
  kill,
  pkill,
  killall,
  systemctl,
  service,
  dnsmasq: start(/^--(pid-file|dhcp-hostsfile)=/),
  haproxy: start(/^-f/),
  radvd: start(/^-C/),
  ls: (t, { words }) => ls(t.host, words),
  ps: (t, { words }) => ps(t.host, words),
  pgrep: (t, { words }) => pgrep(t.host, words),
  ss: (t, { words, netns }) => ss(t.namespace(netns), words),
  ping,
  ping6: ping,
  arping,
  tcpdump,
  virsh,
  traceroute,
  ifconfig: (t, { words, netns }) => ifconfig(t.host, t.namespace(netns), words),
  route: (t, { words, netns }) => route(t.namespace(netns), words),
  arp: (t, { words, netns }) => arp(t.namespace(netns), words),
  hostname: (t, { words, netns }) => hostname(t.host, t.namespace(netns), words),
  uname: (t, { words }) => uname(t.host, words),
  ethtool: (t, { words, netns }) => ethtool(t.namespace(netns), words),
  pidof: (t, { words }) => pidof(t.host, words),
  which: (_, { words }) => which(words),
  date: (t) =>
    lines([`${new Date(t.now).toUTCString().replace(/^(\w+), (\d+) (\w+) (\d+) (\S+) GMT$/, "$1 $3 $2 $5 UTC $4")}`]),
  id: () => lines(["uid=0(root) gid=0(root) groups=0(root)"]),
  whoami: () => lines(["root"]),
  echo: (_, { words }) => lines([words.join(" ")]),
  true: () => NOTHING,
  false: () => ({ text: "", status: 1 }),
  sleep: () => NOTHING,
  help: (_, { words }) => ({ text: words[0] === undefined ? HELP : helpOf(words[0]), status: 0 }),
  man: (_, { words }) => ({
    text: words[0] === undefined ? "What manual page do you want?\n" : helpOf(words[0]),
    status: 0,
  }),
  bash: enter,
  sh: enter,
  exit: leave,
  logout: leave,
  clear(t) {
    t.clear = true;
    return NOTHING;
  },
};

export const PROGRAM_NAMES: readonly string[] = Object.keys(PROGRAMS);

function which(words: readonly string[]): Answer {
  const found = words.filter((word) => Object.hasOwn(PROGRAMS, word));
  return lines(
    found.map((word) => `/usr/bin/${word}`),
    found.length === words.length ? 0 : 1,
  );
}

/** A filter at the beginning of a line reads files. */
function filtered(terminal: Terminal, { program, words, netns }: Call): Answer {
  const at = words.findIndex((word) => word.startsWith("/"));
  if (words.includes("-f") && program === "tail") throw new CommandError("tail: -f is not supported here", 1);
  if (at < 0) throw new CommandError(`${program}: nothing can be typed into it here; name a file by its whole path`, 1);
  const { text, status } = cat(terminal.host, terminal.namespace(netns), words.slice(at));
  if (status !== 0) return { text: text.replace(/^cat: /gm, `${program}: `), status: 2 };
  return filter([program, ...words.slice(0, at)], text) ?? NOTHING;
}

/** `ip netns exec NAME bash` stays there until `exit`. */
function enter(terminal: Terminal, { netns, words }: Call): Answer {
  if (words.length > 0) throw new CommandError("bash: scripts are not supported here; type their commands", 2);
  terminal.namespace(netns);
  terminal.session = netns === ROOT ? {} : { netns };
  return NOTHING;
}

function leave(terminal: Terminal): Answer {
  terminal.session = {};
  return NOTHING;
}

/** Elsewhere, not on a host: what people are likely to try. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  openstack: "run it on your own machine: `underlay openrc` prints the settings that it needs",
  neutron: "run `openstack` on your own machine: `underlay openrc` prints the settings that it needs",
  nova: "run `openstack` on your own machine: `underlay openrc` prints the settings that it needs",
  cd: "there are no directories to be in: name files by their whole path",
  pwd: "there are no directories to be in: name files by their whole path",
  su: "you are root already",
  ssh: "each host's page has a console",
  watch: "arrow up brings the line back",
  journalctl: "the agents of a simulated host write no logs: what they did is the host's history",
  tracepath: "use `traceroute`",
  mtr: "use `traceroute`",
  netstat: "use `ss -lntup`, `ip route` and `ip -s link`",
  ...Object.fromEntries(
    ["nc", "curl", "wget", "telnet", "iperf", "iperf3", "nmap", "dig", "nslookup"].map((name) => [
      name,
      "trace a TCP or UDP packet on the trace page",
    ]),
  ),
  dmesg: "the kernel of a simulated host writes no log",
  lsmod: "modules of the kernel are not simulated: those that Neutron needs are there",
  modprobe: "modules of the kernel are not simulated: those that Neutron needs are there",
  ebtables: "it is not simulated: what it would drop on a Linux bridge host passes",
  arptables: "it is not simulated, and Neutron does not use it",
  "ovsdb-client": "use `ovs-vsctl list TABLE`",
  "ovs-tcpdump": "use `tcpdump -i DEVICE`; patch ports have none",
  tc: "queueing is not simulated",
  nft: "use `iptables`",
  awk: "pipe into grep, head, tail, sort, uniq or wc",
  sed: "pipe into grep, head, tail, sort, uniq or wc",
  vi: "files are written with `cat > FILE <<'EOF'`",
  vim: "files are written with `cat > FILE <<'EOF'`",
};

export function runProgram(terminal: Terminal, call: Call): Answer {
  if (terminal.guest) return guestProgram(terminal, call);
  const { program } = call;
  const known = Object.hasOwn(PROGRAMS, program) ? PROGRAMS[program] : undefined;
  if (known) return known(terminal, call);
  if (FILTER_NAMES.includes(program)) return filtered(terminal, call);
  const hint = Object.hasOwn(ELSEWHERE, program)
    ? `: not here; ${ELSEWHERE[program]}`
    : ": command not found. `help` lists what there is";
  throw new CommandError(`${program}${hint}`, 127);
}
