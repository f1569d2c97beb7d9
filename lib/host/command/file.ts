/**
 * Files that agents write for the programs they start: `cat > PATH <<'EOF'` and `rm`. A HostState holds those of dnsmasq; what
 * other files say is forgotten (a proxy's configuration follows from its namespace).
 */
import type { DnsmasqInstance, HostState } from "../state.ts";
import { CommandError, type Invocation, type Tool } from "./command.ts";
import { type DhcpFile, isDhcpFile, readDhcpFile } from "./dhcp-files.ts";

export type FileCommand =
  | { readonly tool: "file"; readonly kind: "write"; readonly path: string; readonly content: string }
  | { readonly tool: "file"; readonly kind: "remove"; readonly path: string; readonly recursive: boolean };

/** Neutron's state directory of dnsmasq instances: one directory for each network, or the one of an older Quantum. */
const DHCP_PATH = /^\/var\/lib\/(?:neutron|quantum)\/dhcp\/([^/]+)(?:\/([^/]*))?$/;

export const FILE: Tool<FileCommand> = {
  parse(name, words, input, line): FileCommand {
    if (/(^|\/)rm$/.test(name)) return parseRemove(words);
    const { output } = line;
    if (words.length > 0 || output === undefined || output.append || input === undefined)
      throw new CommandError(`${name}: only \`${name} > FILE\` with a heredoc is supported`);
    return { tool: "file", kind: "write", path: output.file, content: input };
  },
  print(command): Invocation {
    if (command.kind === "remove") return { words: ["rm", command.recursive ? "-rf" : "-f", command.path] };
    return { words: ["cat"], input: command.content, output: { file: command.path, append: false } };
  },
  apply(host, _netns, command) {
    const m = DHCP_PATH.exec(command.path);
    const networkId = m?.[1];
    if (networkId === undefined) return host;
    const file = m?.[2] ?? "";
    if (command.kind === "write") return isDhcpFile(file) ? writeFile(host, networkId, file, command.content) : host;
    if (file === "") return command.recursive ? removeInstance(host, networkId) : host;
    return isDhcpFile(file) ? writeFile(host, networkId, file, "") : host;
  },
};

/** Whether anything remembers what is written there. */
export function isKept(path: string): boolean {
  return isDhcpFile(DHCP_PATH.exec(path)?.[2] ?? "");
}

function parseRemove(words: readonly string[]): FileCommand {
  const options = words.filter((word) => word.startsWith("-"));
  const paths = words.filter((word) => !word.startsWith("-"));
  const [path] = paths;
  if (path === undefined) throw new CommandError("rm: missing operand");
  if (paths.length > 1) throw new CommandError("rm: only one file at a time is supported");
  return { tool: "file", kind: "remove", path, recursive: options.some((option) => /r/i.test(option)) };
}

function writeFile(host: HostState, networkId: string, file: DhcpFile, content: string): HostState {
  const at = host.dnsmasq.findIndex((one) => one.networkId === networkId);
  const before = host.dnsmasq[at] ?? freshInstance(networkId);
  const next = { ...before, ...readDhcpFile(file, content) };
  if (file === "interface" && content.trim() === "") delete next.interface;
  return { ...host, dnsmasq: at < 0 ? [...host.dnsmasq, next] : host.dnsmasq.with(at, next) };
}

export function freshInstance(networkId: string): DnsmasqInstance {
  return {
    networkId,
    netns: `qdhcp-${networkId}`,
    command: "",
    running: false,
    hosts: [],
    options: [],
    addnHosts: [],
    leases: [],
  };
}

/** A program that still runs keeps what it has read. */
function removeInstance(host: HostState, networkId: string): HostState {
  const left = host.dnsmasq.filter((one) => one.networkId !== networkId || one.running);
  return left.length === host.dnsmasq.length ? host : { ...host, dnsmasq: left };
}
