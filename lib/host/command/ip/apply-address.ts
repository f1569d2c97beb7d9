/** `ip address` on a host. */
import { broadcastOf, canonicalIp, networkBase, parseCidr } from "../../../net/address.ts";
import { namespaceOf, withNamespace } from "../../edit.ts";
import { addAddress, LEAST_MTU6, removeAddresses } from "../../kernel/inet.ts";
import { primaryOf, sameNetwork } from "../../kernel/kernel-routes.ts";
import { linkOf, refused } from "../../kernel/links.ts";
import { deviceSetting, ipv6Enabled } from "../../kernel/sysctl.ts";
import type { Address, HostState, Link, Namespace } from "../../state.ts";
import { CommandError } from "../command.ts";
import type { AddrCommand, AddrFlush } from "./command.ts";

export function applyAddress(host: HostState, netns: string, command: AddrCommand): HostState {
  const link = linkOf(host, netns, command.dev);
  const ns = namespaceOf(host, netns);
  const wanted = addressOf(command);
  const own = ns.addresses.filter((a) => a.dev === link.name && a.family === wanted.family);
  if (command.action === "addr-del") {
    const gone = own.find(
      (a) => a.address === wanted.address && (command.prefix === undefined || a.prefix === wanted.prefix),
    );
    if (!gone && wanted.family === 6 && link.mtu < LEAST_MTU6) throw disabled();
    if (!gone) throw notFound(wanted.family);
    return withNamespace(host, remove(ns, link, gone));
  }
  if (wanted.family === 6 && link.mtu < LEAST_MTU6) throw refused("Invalid argument");
  if (wanted.family === 6 && !ipv6Enabled(ns, link.name)) throw disabled();
  const same = own.find((a) => a.address === wanted.address && (a.family === 6 || a.prefix === wanted.prefix));
  if (same) {
    if (command.action === "addr-add")
      throw new CommandError(
        `Error: ipv${wanted.family}: ${wanted.family === 4 ? "A" : "a"}ddress already assigned.`,
        2,
      );
    return host;
  }
  const secondary = wanted.family === 4 && own.some((a) => !a.secondary && sameNetwork(a, wanted));
  return withNamespace(host, addAddress(ns, link, secondary ? { ...wanted, secondary } : wanted));
}

function disabled(): CommandError {
  return new CommandError("Error: ipv6: IPv6 is disabled on this device.", 2);
}

function notFound(family: 4 | 6): CommandError {
  return new CommandError(`Error: ipv${family}: ${family === 4 ? "A" : "a"}ddress not found.`, 2);
}

function addressOf(command: AddrCommand): Address {
  const family = command.address.includes(":") ? 6 : 4;
  const peer = command.peer === undefined ? undefined : parseCidr(command.peer);
  const prefix = peer?.prefix ?? command.prefix ?? (family === 4 ? 32 : 128);
  const broadcast = broadcastText(command, prefix);
  return {
    dev: command.dev,
    family,
    address: canonicalIp(command.address) ?? command.address,
    prefix,
    scope: family === 6 ? scope6(command.address) : (command.scope ?? defaultScope(command.address)),
    secondary: false,
    ...(broadcast !== undefined && family === 4 && { broadcast }),
    ...(peer && { peer: peer.address }),
  };
}

function broadcastText({ broadcast, address }: AddrCommand, prefix: number): string | undefined {
  if (broadcast === "+") return broadcastOf({ family: 4, address, prefix });
  if (broadcast === "-") return networkBase({ family: 4, address, prefix });
  return broadcast;
}

/** iproute2 ip/ipaddress.c default_scope. */
function defaultScope(address: string): string {
  return address.startsWith("127.") ? "host" : "global";
}

/** The kernel reads an IPv6 address's scope from itself. */
function scope6(address: string): string {
  if (/^fe[89ab]/i.test(address)) return "link";
  if (/^fe[c-f]/i.test(address)) return "site";
  return address === "::1" ? "host" : "global";
}

/** A primary address takes its secondary ones with it, unless they are to be promoted (net/ipv4/devinet.c). */
function remove(ns: Namespace, link: Link, gone: Address): Namespace {
  const seconds = gone.secondary
    ? []
    : ns.addresses.filter((a) => a.dev === gone.dev && a.secondary && sameNetwork(a, gone));
  if (gone.family === 6 || seconds.length === 0) return removeAddresses(ns, link, new Set([gone]));
  if (
    deviceSetting(ns, 4, link.name, "promote_secondaries") !== "1" &&
    ns.sysctls["net.ipv4.conf.all.promote_secondaries"] !== "1"
  )
    return removeAddresses(ns, link, new Set([gone, ...seconds]));
  const out = removeAddresses(ns, link, new Set([gone, ...seconds]));
  return seconds.reduce((after, a) => {
    const { secondary: _, ...rest } = a;
    const first = { ...rest, secondary: false };
    return addAddress(after, link, {
      ...first,
      secondary:
        primaryOf(
          first,
          after.addresses.filter((b) => b.dev === a.dev),
        ) !== undefined,
    });
  }, out);
}

export function flushAddresses(host: HostState, netns: string, { dev, family, scope }: AddrFlush): HostState {
  const link = linkOf(host, netns, dev);
  const ns = namespaceOf(host, netns);
  const gone = ns.addresses.filter(
    (a) => a.dev === dev && (family === undefined || a.family === family) && (scope === undefined || a.scope === scope),
  );
  if (gone.length === 0) return host;
  if (link.name !== dev) throw refused("No such device");
  return withNamespace(host, removeAddresses(ns, link, new Set(gone)));
}
