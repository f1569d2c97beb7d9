/** What tells about the machine: `uname`, `ethtool`, `which`, `pidof`, `date`. */
import { CommandError } from "../../host/command/command.ts";
import type { HostState, Link, Namespace } from "../../host/state.ts";
import { type Answer, lines } from "../answer.ts";
import { spread } from "../spread.ts";
import { programOf } from "./processes.ts";

/** Debian 12, as the recorded hosts have it. */
const KERNEL = { release: "6.1.0", version: "#1 SMP PREEMPT_DYNAMIC Debian" };

export function uname(host: HostState, typed: readonly string[]): Answer {
  const parts: Readonly<Record<string, string>> = {
    ...{ s: "Linux", n: host.name, r: KERNEL.release, v: KERNEL.version, m: "x86_64", o: "GNU/Linux" },
  };
  const words = spread(typed, { flags: "asnrvmo", valued: "" });
  const other = words.find((word) => !/^-[asnrvmo]$/.test(word));
  if (other !== undefined) throw new CommandError(`uname: extra operand or option '${other}'`);
  const asked = Object.keys(parts).filter((one) => words.includes(`-${one}`) || words.includes("-a"));
  return lines([(asked.length === 0 ? ["s"] : asked).map((one) => parts[one]).join(" ")]);
}

export function hostname({ name }: HostState, ns: Namespace, words: readonly string[]): Answer {
  if (words.some((word) => !word.startsWith("-")))
    throw new CommandError("hostname: a simulated host keeps its name", 1);
  if (!words.includes("-I")) return lines([name]);
  const own = ns.addresses.filter((one) => one.dev !== "lo" && one.scope !== "link");
  return lines([own.map((one) => `${one.address} `).join("")]);
}

export function pidof({ processes }: HostState, words: readonly string[]): Answer {
  const found = processes.filter((one) => words.includes(programOf(one))).map((one) => one.pid);
  return found.length === 0 ? { text: "", status: 1 } : lines([found.sort((a, b) => b - a).join(" ")]);
}

/** Fields of SIOCETHTOOL's ETHTOOL_GDRVINFO: version, firmware, bus, and whether there are statistics. */
const DRIVERS: Partial<Record<Link["kind"], readonly [string, string, string, string, string]>> = {
  veth: ["veth", "1.0", "", "", "yes"],
  bridge: ["bridge", "2.3", "N/A", "N/A", "no"],
  tap: ["tun", "1.6", "", "tap", "no"],
  vxlan: ["vxlan", "0.1", "", "", "no"],
};

export function ethtool(ns: Namespace, words: readonly string[]): Answer {
  const option = words.find((word) => word.startsWith("-"));
  const name = words.find((word) => !word.startsWith("-"));
  if (name === undefined)
    throw new CommandError("ethtool: bad command line argument(s)\nFor more information run ethtool -h", 1);
  const link = ns.links.find((one) => one.name === name);
  if (option !== undefined && option !== "-i" && option !== "--driver")
    throw new CommandError(
      `ethtool: ${option} is not supported here, -i is; \`ip -s link show ${name}\` has the counters`,
      1,
    );
  if (option === undefined) {
    if (!link) throw new CommandError(`Settings for ${name}:\nnetlink error: No such device\nNo data available`, 75);
    return lines([`Settings for ${name}:`, `\tLink detected: ${link.up && link.carrier ? "yes" : "no"}`]);
  }
  if (!link) throw new CommandError("Cannot get driver information: No such device", 71);
  const driver = DRIVERS[link.kind];
  if (!driver)
    throw new CommandError(`ethtool: ${name} (${link.kind}): of a simulated device, the driver is not known`, 71);
  const [driverName, version, firmware, bus, statistics] = driver;
  return lines([
    `driver: ${driverName}`,
    `version: ${version}`,
    `firmware-version: ${firmware}`,
    "expansion-rom-version: ",
    `bus-info: ${bus}`,
    `supports-statistics: ${statistics}`,
    ...["test", "eeprom-access", "register-dump", "priv-flags"].map((what) => `supports-${what}: no`),
  ]);
}
