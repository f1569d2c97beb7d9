/** Programs that agents start and end: dnsmasq, haproxy, radvd, and `kill` (neutron/agent/linux/external_process.py). */
import { editNamespace, findNamespace } from "../edit.ts";
import { Highest } from "../highest.ts";
import { settleHeld } from "../kernel/held.ts";
import type { DnsmasqInstance, HostState, Listener, Process } from "../state.ts";
import { CommandError, type Invocation, type Tool } from "./command.ts";
import { freshInstance } from "./file.ts";

export type ProcessCommand =
  | {
      readonly tool: "process";
      readonly kind: "start";
      readonly words: readonly string[];
      readonly environment?: readonly string[];
    }
  | { readonly tool: "process"; readonly kind: "kill"; readonly signal: string; readonly pid: number };

/** What `kill` ends a program with; HUP makes it read its files again. */
const SIGNALS: Readonly<Record<string, string>> = {
  "9": "9",
  KILL: "9",
  "15": "15",
  TERM: "15",
  "1": "HUP",
  HUP: "HUP",
};

export const PROCESS: Tool<ProcessCommand> = {
  parse(name, words, _input, line): ProcessCommand {
    if (/(^|\/)kill$/.test(name)) return parseKill(words);
    const { environment } = line;
    return { tool: "process", kind: "start", words: [name, ...words], ...(environment && { environment }) };
  },
  print(command): Invocation {
    if (command.kind === "kill") return { words: ["kill", `-${command.signal}`, String(command.pid)] };
    return { words: command.words, ...(command.environment && { environment: command.environment }) };
  },
  apply: (host, netns, command) =>
    settleHeld(host, command.kind === "kill" ? kill(host, command) : start(host, netns, command.words)),
};

function parseKill(typed: readonly string[]): ProcessCommand {
  const words = /^-[sn]$/.test(typed[0] ?? "") && typed.length > 1 ? [`-${typed[1]}`, ...typed.slice(2)] : typed;
  const given = words.length > 1 && words[0]?.startsWith("-") ? words[0].slice(1).replace(/^SIG/, "") : "TERM";
  const rest = words[0]?.startsWith("-") ? words.slice(1) : words;
  const pid = rest[0] ?? "";
  const signal = SIGNALS[given];
  if (signal === undefined) throw new CommandError(`kill: ${given}: invalid signal specification`);
  if (rest.length !== 1) throw new CommandError("kill: usage: kill [-s sigspec | -n signum | -sigspec] pid", 2);
  if (!/^\d+$/.test(pid)) throw new CommandError(`kill: ${pid}: arguments must be process or job IDs`);
  return { tool: "process", kind: "kill", signal, pid: Number(pid) };
}

/** Process numbers are given one after the other. */
export function nextPid(host: HostState): number {
  return pids.of(host.processes) + 1;
}

const pids = new Highest<Process>(({ pid }) => pid);

function start(host: HostState, netns: string, words: readonly string[]): HostState {
  const command = words.join(" ");
  const networkId = networkOf(words);
  if (networkId !== undefined && host.dnsmasq.some((one) => one.networkId === networkId && one.running))
    throw new CommandError("dnsmasq: failed to create listening socket for port 53: Address already in use", 2);
  const proxy = listenerOf(words[0] ?? "", netns);
  if (proxy && host.processes.some((one) => one.netns === netns && /^(\S*\/)?haproxy\s/.test(one.command)))
    throw new CommandError(`[ALERT] cannot bind socket (Address already in use) [${proxy.address}:${proxy.port}]`);
  let out: HostState = { ...host, processes: [...host.processes, { pid: nextPid(host), netns, command }] };
  if (networkId !== undefined) out = runInstance(out, networkId, { netns, command, running: true });
  const ns = findNamespace(out, netns);
  if (!proxy || !ns || ns.listeners.some((l) => l.proto === proxy.proto && l.port === proxy.port)) return out;
  return editNamespace(out, netns, { listeners: [...ns.listeners, proxy] });
}

/** The network that a dnsmasq serves: the directory of its files. */
function networkOf(words: readonly string[]): string | undefined {
  if (!/(^|\/)dnsmasq$/.test(words[0] ?? "")) return undefined;
  for (const word of words) {
    const id = /^--(?:pid-file|dhcp-hostsfile)=.*\/dhcp\/([^/]+)\//.exec(word)?.[1];
    if (id !== undefined) return id;
  }
  return undefined;
}

function runInstance(
  host: HostState,
  networkId: string,
  changes: Pick<DnsmasqInstance, "netns" | "command" | "running">,
): HostState {
  const at = host.dnsmasq.findIndex((one) => one.networkId === networkId);
  const next = { ...(host.dnsmasq[at] ?? freshInstance(networkId)), ...changes };
  return { ...host, dnsmasq: at < 0 ? [...host.dnsmasq, next] : host.dnsmasq.with(at, next) };
}

/** The metadata proxy's socket (neutron/agent/metadata/driver.py): of a router, or of a network that DHCP serves. */
function listenerOf(program: string, netns: string): Listener | undefined {
  if (!/(^|\/)haproxy$/.test(program)) return undefined;
  return netns.startsWith("qdhcp-")
    ? { proto: "tcp", address: "169.254.169.254", port: 80, process: "haproxy" }
    : { proto: "tcp", address: "*", port: 9697, process: "haproxy" };
}

function kill(host: HostState, { signal, pid }: { signal: string; pid: number }): HostState {
  const process = host.processes.find((one) => one.pid === pid);
  if (!process) throw new CommandError(`kill: (${pid}) - No such process`);
  if (signal === "HUP") return host;
  let out: HostState = { ...host, processes: host.processes.filter((one) => one !== process) };
  const words = process.command.split(" ");
  const networkId = networkOf(words);
  if (networkId !== undefined)
    out = {
      ...out,
      dnsmasq: out.dnsmasq.map((one) =>
        one.networkId === networkId ? { ...one, netns: `qdhcp-${networkId}`, command: "", running: false } : one,
      ),
    };
  const netns = process.netns;
  const listener = netns === undefined ? undefined : listenerOf(words[0] ?? "", netns);
  const ns = netns === undefined ? undefined : findNamespace(out, netns);
  if (!listener || !ns) return out;
  const listeners = ns.listeners.filter((l) => l.process !== "haproxy");
  return listeners.length === ns.listeners.length ? out : editNamespace(out, ns.name, { listeners });
}
