/** Files that a host's state tells: dnsmasq's, the agents' configuration, settings of the kernel. `cat`, `ls`, `sysctl`. */
import { CommandError } from "../../host/command/command.ts";
import { isDhcpFile, writeDhcpFile } from "../../host/command/dhcp-files.ts";
import type { SysctlCommand } from "../../host/command/sysctl.ts";
import { findLink, namespaceOf, ROOT } from "../../host/edit.ts";
import { initial } from "../../host/kernel/sysctl-initial.ts";
import type { HostState, Link, Namespace } from "../../host/state.ts";
import { type Answer, lines, NOTHING } from "../answer.ts";
import { globs } from "../glob.ts";

const DHCP = "/var/lib/neutron/dhcp";
const ETC = "/etc/neutron";
const PLUGINS = `${ETC}/plugins/ml2`;
const DHCP_FILES = ["addn_hosts", "host", "interface", "leases", "opts", "pid"];

/** Text of a file; undefined where there is none. */
function read(host: HostState, ns: Namespace, path: string): string | undefined {
  const dhcp = /^\/var\/lib\/neutron\/dhcp\/([^/]+)\/([^/]+)$/.exec(path);
  const instance = host.dnsmasq.find((one) => one.networkId === dhcp?.[1]);
  const name = dhcp?.[2] ?? "";
  if (instance && isDhcpFile(name)) return writeDhcpFile(name, instance);
  if (instance && name === "pid") {
    const pid = host.processes.find((one) => one.command === instance.command)?.pid;
    return pid === undefined ? undefined : `${pid}\n`;
  }
  if (path === "/etc/hostname" || path === "/proc/sys/kernel/hostname") return `${host.name}\n`;
  if (path.startsWith("/proc/sys/")) {
    const value = setting(ns, path.slice("/proc/sys/".length).replaceAll("/", "."));
    return value === undefined ? undefined : `${value}\n`;
  }
  const pid = /^\/proc\/(\d+)\/cmdline$/.exec(path)?.[1];
  if (pid !== undefined) {
    const command = host.processes.find((one) => String(one.pid) === pid)?.command;
    return command && `${command.split(" ").join("\0")}\0`;
  }
  const [, device, attribute = ""] = /^\/sys\/class\/net\/([^/]+)\/(\w+)$/.exec(path) ?? [];
  const link = device === undefined ? undefined : findLink(ns, device);
  if (link) return attributeOf(link, attribute);
  const file = path.startsWith(`${ETC}/`) ? path.slice(path.lastIndexOf("/") + 1) : "";
  const sections = host.config[file];
  return sections && etcPaths(host).includes(path) ? ini(sections) : undefined;
}

function attributeOf(link: Link, name: string): string | undefined {
  const values: Readonly<Record<string, string | number>> = {
    ...{ address: link.mac, ifindex: link.ifindex, mtu: link.mtu, operstate: link.operstate.toLowerCase() },
    ...(link.up && { carrier: Number(link.carrier) }),
  };
  return Object.hasOwn(values, name) ? `${values[name]}\n` : undefined;
}

function ini(sections: Record<string, Record<string, string>>): string {
  return Object.entries(sections)
    .map(
      ([section, values]) =>
        `[${section}]\n${Object.entries(values)
          .map(([key, value]) => `${key} = ${value}\n`)
          .join("")}`,
    )
    .join("\n");
}

function etcPaths(host: HostState): string[] {
  return Object.keys(host.config).map((file) =>
    /^(openvswitch_agent|linuxbridge_agent|ml2_conf|sriov_agent)\.ini$/.test(file)
      ? `${PLUGINS}/${file}`
      : `${ETC}/${file}`,
  );
}

/** A shell's `*`, within one name of a path. */
function expanded(host: HostState, path: string): string[] {
  if (!path.includes("*")) return [path];
  let found = [""];
  for (const part of path.split("/").slice(1)) {
    const fits = (name: string) => globs(part, name);
    found = found.flatMap((at) => (children(host, at) ?? []).filter(fits).map((name) => `${at}/${name}`));
  }
  return found.length === 0 ? [path] : found;
}

export function cat(host: HostState, ns: Namespace, given: readonly string[]): Answer {
  const answers = given
    .flatMap((one) => expanded(host, one))
    .map((path) => {
      const text = read(host, ns, path);
      return text === undefined ? lines([missing(host, path)], 1) : { text, status: 0 };
    });
  return { text: answers.map((one) => one.text).join(""), status: answers.some((one) => one.status !== 0) ? 1 : 0 };
}

function missing(host: HostState, path: string): string {
  if (path.startsWith("/var/log/"))
    return `cat: ${path}: the agents of a simulated host write no logs; what they did is on its page, under Commands`;
  if (children(host, path.replace(/\/$/, ""))) return `cat: ${path}: Is a directory`;
  return `cat: ${path}: No such file or directory`;
}

/** Names in a directory; undefined where there is none. */
function children(host: HostState, at: string): string[] | undefined {
  const path = at.replace(/^\/var\/run(?=\/|$)/, "/run");
  const files = [
    ...host.namespaces.map((one) => (one.name === ROOT ? "/run/netns" : `/run/netns/${one.name}`)),
    ...namespaceOf(host, ROOT).links.map((link) => `/sys/class/net/${link.name}`),
    ...host.dnsmasq.flatMap((one) =>
      DHCP_FILES.filter((name) => name !== "pid" || one.running).map((name) => `${DHCP}/${one.networkId}/${name}`),
    ),
    ...etcPaths(host),
    "/etc/hostname",
  ];
  const inside = files
    .filter((file) => file.startsWith(`${path}/`))
    .map((file) => file.slice(path.length + 1).split("/")[0] ?? "");
  return inside.length === 0 ? undefined : [...new Set(inside)].sort();
}

/** A file or directory of those that `ls` lists. */
export function isThere(host: HostState, path: string): boolean {
  const at = path.replace(/\/$/, "");
  const cut = at.lastIndexOf("/");
  return children(host, at) !== undefined || children(host, at.slice(0, cut))?.includes(at.slice(cut + 1)) === true;
}

export function ls(host: HostState, words: readonly string[]): Answer {
  const paths = words.filter((word) => !word.startsWith("-"));
  const path = paths[0]?.replace(/(.)\/$/, "$1") ?? "/";
  const names = children(host, path === "/" ? "" : path);
  if (!names) throw new CommandError(`ls: cannot access '${path}': No such file or directory`, 2);
  return lines(names);
}

/** What was set, or what the kernel begins with; undefined for a setting that there is not, as far as this can be told. */
function setting(ns: Namespace, name: string): string | undefined {
  const known = ns.sysctls[name];
  if (known !== undefined) return known;
  const dev = /^net\.ipv[46]\.(?:conf|neigh)\.(.+)\.[a-z_0-9]+$/.exec(name)?.[1]?.replaceAll("/", ".");
  if (dev !== undefined) return dev === "all" || dev === "default" || findLink(ns, dev) ? initial(name) : undefined;
  return GLOBAL.has(name) ? initial(name) : undefined;
}

const GLOBAL: ReadonlySet<string> = new Set([
  ...["net.ipv4.ip_forward", "net.ipv4.ip_nonlocal_bind", "net.ipv4.icmp_echo_ignore_all", "net.ipv4.fwmark_reflect"],
  ...[
    "net.bridge.bridge-nf-call-iptables",
    "net.bridge.bridge-nf-call-ip6tables",
    "net.bridge.bridge-nf-call-arptables",
  ],
  "net.netfilter.nf_conntrack_tcp_loose",
]);

/** Undefined where something is set. */
export function showSysctl(ns: Namespace, words: readonly string[]): Answer | undefined {
  const names = words
    .filter((word) => !word.startsWith("-"))
    .map((name) => (name.includes("/") && !/^[^/]*\./.test(name) ? name.replaceAll("/", ".") : name));
  if (words.includes("-w") || names.some((name) => name.includes("="))) return undefined;
  const bare = words.includes("-n");
  const line = (name: string, value: string) => (bare ? value : `${name} = ${value}`);
  if (words.includes("-a"))
    return lines(
      Object.entries(ns.sysctls)
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([name, value]) => line(name, value)),
    );
  if (names.length === 0)
    throw new CommandError("sysctl: no variables specified\nTry `sysctl --help' for more information.", 1);
  const out = names.map((name) => ({ name, value: setting(ns, name) }));
  return lines(
    out.map(({ name, value }) =>
      value === undefined
        ? `sysctl: cannot stat /proc/sys/${name.replaceAll(".", "/")}: No such file or directory`
        : line(name, value),
    ),
    out.every(({ value }) => value !== undefined) ? 0 : 1,
  );
}

/** What `sysctl -w` says of what it wrote. */
export function writtenSysctl({ settings }: SysctlCommand, words: readonly string[]): Answer {
  if (words.some((word) => /^-(\w*q|-quiet)/.test(word))) return NOTHING;
  const bare = words.some((word) => /^-(\w*n|-values)/.test(word));
  return lines(settings.map(({ name, value }) => (bare ? value : `${name} = ${value}`)));
}
