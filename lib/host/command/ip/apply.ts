/** What each `ip` command does to a host. */
import { findNamespace } from "../../edit.ts";
import { addNamespace, newNamespace, removeNamespace } from "../../kernel/device.ts";
import type { HostState } from "../../state.ts";
import { CommandError } from "../command.ts";
import { followNewDevices } from "../ovs/reconfigure.ts";
import { applyAddress, flushAddresses } from "./apply-address.ts";
import { addDevice, changeTuntap, deleteDevice, setDevice } from "./apply-link.ts";
import { applyNeighbour, flushNeighbours } from "./apply-neighbour.ts";
import { applyRoute, flushRoutes } from "./apply-route.ts";
import { applyRule } from "./apply-rule.ts";
import type { IpCommand, NetnsCommand } from "./command.ts";

export function applyIp(host: HostState, netns: string, command: IpCommand): HostState {
  switch (command.action) {
    case "link-add":
      return followNewDevices(addDevice(host, netns, command));
    case "link-set": {
      const after = setDevice(host, netns, command);
      return command.newName === undefined && command.netns === undefined ? after : followNewDevices(after);
    }
    case "link-del":
      return deleteDevice(host, netns, command);
    case "tuntap-add":
    case "tuntap-del":
      return followNewDevices(changeTuntap(host, netns, command));
    case "addr-add":
    case "addr-replace":
    case "addr-del":
      return applyAddress(host, netns, command);
    case "addr-flush":
      return flushAddresses(host, netns, command);
    case "route-add":
    case "route-append":
    case "route-replace":
    case "route-change":
    case "route-del":
      return applyRoute(host, netns, command);
    case "route-flush":
      return flushRoutes(host, netns, command);
    case "rule-add":
    case "rule-del":
      return applyRule(host, netns, command);
    case "neigh-add":
    case "neigh-replace":
    case "neigh-change":
    case "neigh-del":
      return applyNeighbour(host, netns, command);
    case "neigh-flush":
      return flushNeighbours(host, netns, command);
    case "netns-add":
    case "netns-del":
      return changeNamespace(host, command);
  }
}

function changeNamespace(host: HostState, { action, name }: NetnsCommand): HostState {
  const there = findNamespace(host, name) !== undefined;
  if (action === "netns-add") {
    if (there) throw new CommandError(`Cannot create namespace file "/run/netns/${name}": File exists`, 1);
    return addNamespace(host, newNamespace(name));
  }
  if (!there || name === "root")
    throw new CommandError(`Cannot remove namespace file "/run/netns/${name}": No such file or directory`, 1);
  return removeNamespace(host, name);
}
