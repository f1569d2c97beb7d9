/** A whole cloud, built on this machine by the scripts of its hosts, as a person would do it; then captured and pinged. */
import { execFile, spawnSync } from "node:child_process";
import { globSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { buildScript } from "../../check/build-script.ts";
import { guestNamespaces } from "../../check/build-script-guests.ts";
import { readHost } from "../../collect/host.ts";
import type { PingOptions } from "../../datapath/testing/lab-cloud.ts";
import { type Captured, Machines } from "../../datapath/testing/machines.ts";
import { ROOT } from "../../host/edit.ts";
import type { HostState } from "../../host/state.ts";
import type { Guest, World } from "../../host/world.ts";
import { Forgetting, type Memories } from "./forgetting.ts";
import { hasVlans, withoutVlans } from "./vlan-tools.ts";

interface Place {
  readonly host: string;
  /** As the engine's events have it. */
  readonly netns: string;
  /** File that is the namespace, seen from here. */
  readonly path: string;
}

/**
 * Neighbours that were found stay found, and nobody asks for them again behind a test's back; who answers for others does so
 * at once, and not after up to 0.8 s. Each packet that deserves an ICMP error gets it. Without IPv6 nobody speaks unasked.
 */
const CALM = `for path; do nsenter --net="$path" sh -c '
  echo 1 >/proc/sys/net/ipv6/conf/all/disable_ipv6
  echo 0 >/proc/sys/net/ipv4/icmp_ratelimit
  cd /proc/sys/net/ipv4/neigh
  for device in */; do
    echo 3600 >"$device"/delay_first_probe_time; echo 3600 >"$device"/base_reachable_time; echo 1 >"$device"/mcast_solicit
    echo 0 >"$device"/proxy_delay
  done'
done`;

/** Of a ping that will be answered, as long as it takes on a busy machine; of others not long. */
const ANSWERED_WITHIN_S = "5";
const LOST_AFTER_S = "0.5";
/** How often to wait for frames that are still missing: each time at least until nothing moves. */
const LOOKS = 20;

export interface RealPing extends PingOptions {
  /** What the tracer said of it. */
  readonly answered: boolean;
  /** Whether these are all frames that must come. Others may still come after them. */
  isWhole(captured: readonly Captured[]): boolean;
}

const SNAPSHOT = fileURLToPath(new URL("../../../bin/snapshot-host", import.meta.url));

/** Everybody asks for everybody, so that hosts come to know each other. */
const GREET = `netns=$1; shift
for address; do nsenter --net="$netns" ping -n -c 1 -W 0.5 "$address" >/dev/null 2>&1 & done
wait`;

interface Lease {
  readonly address: string;
  /** By number, hexadecimal. */
  readonly options: Readonly<Record<string, string>>;
}

interface Ping {
  readonly ok: boolean;
  readonly captured: readonly Captured[];
}

export class BuiltCloud {
  readonly #dir = mkdtempSync(join(tmpdir(), "underlay-built-"));
  readonly #lab = `ul${process.pid.toString(36)}`;
  readonly #world: World;
  readonly #places: Place[] = [];
  readonly #env: NodeJS.ProcessEnv;
  /** The hosts as bin/snapshot-host found them, before anything was done with them. */
  readonly recorded = new Map<string, HostState>();
  /** Whether this kernel makes VLAN devices, or a program stands in for them. */
  readonly hasVlans = hasVlans();
  #machines: Machines | undefined;
  #forgetting: Forgetting | undefined;

  private constructor(world: World) {
    this.#world = world;
    const path = this.hasVlans ? (process.env.PATH ?? "") : `${withoutVlans(this.#dir)}:${process.env.PATH}`;
    this.#env = { ...process.env, PATH: path, UNDERLAY_LAB: this.#lab };
  }

  static async build(world: World): Promise<BuiltCloud> {
    const cloud = new BuiltCloud(world);
    try {
      await cloud.#build();
      return cloud;
    } catch (error) {
      cloud.dispose();
      throw error;
    }
  }

  async #build(): Promise<void> {
    const { hosts, guests } = this.#world;
    await Promise.all(
      hosts.map((host) => {
        writeFileSync(this.#script(host.name), buildScript(this.#world, host));
        return this.script(host.name, "build");
      }),
    );
    await Promise.all(hosts.map((host) => this.#record(host.name)));
    for (const host of hosts) {
      const pid = this.#pid(host.name);
      for (const { name } of host.namespaces) {
        const path = name === ROOT ? `/proc/${pid}/ns/net` : `/proc/${pid}/root/run/netns/${name}`;
        this.#places.push({ host: host.name, netns: name, path });
      }
    }
    for (const [guest, name] of guestNamespaces(guests))
      this.#places.push({ host: guest.host, netns: `guest:${guest.name}`, path: `/run/netns/${this.#lab}-${name}` });
    await Promise.all(hosts.map((host) => this.#openHubs(host)));
    const paths = this.#places.map((one) => one.path);
    spawnSync("sh", ["-c", CALM, "calm", ...paths]);
    await this.#greet();
    this.#forgetting = await Forgetting.start(this.#memories(paths));
    this.#machines = await Machines.start([], paths);
  }

  async #record(host: string): Promise<void> {
    const [tar, out] = [join(this.#dir, `${host}.tar`), join(this.#dir, host)];
    await this.script(host, "run", "sh", "-c", 'exec sh "$1" >"$2"', "record", SNAPSHOT, tar);
    mkdirSync(out);
    await promisify(execFile)("tar", ["-x", "-f", tar, "-C", out]);
    this.recorded.set(host, await readHost(out));
  }

  async #greet(): Promise<void> {
    const addresses = this.#world.guests.flatMap((one) => one.fixedIps.map((ip) => ip.address));
    const guests = this.#places.filter((one) => one.netns.startsWith("guest:"));
    const greet = (path: string) => promisify(execFile)("sh", ["-c", GREET, "greet", path, ...addresses]);
    await Promise.all(guests.map(({ path }) => greet(path)));
  }

  /** A bridge that learns nothing hands all frames up to whoever captures on it as tcpdump does, in promiscuous mode. */
  async #openHubs({ name, namespaces }: HostState): Promise<void> {
    const hubs = namespaces.flatMap((one) => one.links).filter((link) => link.bridge?.ageingTime === 0);
    const commands = hubs.map((link) => `ip link set ${link.name} promisc on`);
    if (commands.length > 0) await this.script(name, "run", "sh", "-c", commands.join("; "));
  }

  #memories(namespaces: readonly string[]): Memories {
    const bridges: string[] = [];
    const switches: string[] = [];
    for (const { name, namespaces, ovs } of this.#world.hosts) {
      const root = `/proc/${this.#pid(name)}/root`;
      for (const link of namespaces.find((one) => one.name === ROOT)?.links ?? [])
        if (link.kind === "bridge") bridges.push(`${root}/sys/class/net/${link.name}/bridge/flush`);
      const run = `${root}/run/openvswitch`;
      if (ovs) switches.push(...globSync(`${run}/ovs-vswitchd.*.ctl`));
    }
    return { namespaces, bridges, switches };
  }

  #script(host: string): string {
    return join(this.#dir, `${host}.sh`);
  }

  #pid(host: string): string {
    return readFileSync(`/run/${this.#lab}/${host}/holder`, "utf8").split(" ")[0] ?? "";
  }

  /** Runs the host's script. @returns what it printed */
  async script(host: string, ...args: string[]): Promise<string> {
    const { stdout } = await promisify(execFile)("sh", [this.#script(host), ...args], { env: this.#env });
    return stdout;
  }

  /** Name of the place that a namespace is, as the engine's events have it. */
  place(path: string): { host: string; netns: string } {
    const found = this.#places.find((one) => one.path === path);
    if (!found) throw new RangeError(`no such namespace: ${path}`);
    return { host: found.host, netns: found.netns };
  }

  /** One ping from a guest, or from a host, when nobody has been heard. */
  async ping(from: string, to: string, { size = 56, df = false, ttl = 64, ...expected }: RealPing): Promise<Ping> {
    const patience = expected.answered ? ANSWERED_WITHIN_S : LOST_AFTER_S;
    const args = ["-n", "-c", "1", "-W", patience, "-s", String(size), "-t", String(ttl)];
    const ping = ["ping", ...args, "-M", df ? "do" : "dont", to];
    const { status, captured } = await this.#captured(from, ping, expected.isWhole);
    return { ok: status === 0, captured };
  }

  /** A guest asks for its address. @returns what it was told; undefined: nobody answered */
  async lease(guest: Guest, isWhole: RealPing["isWhole"]) {
    const client = fileURLToPath(new URL("dhcp.py", import.meta.url));
    const { stdout, captured } = await this.#captured(guest.name, ["python3", client, "eth0", guest.mac], isWhole);
    const lease: Lease | undefined = stdout === "" ? undefined : JSON.parse(stdout);
    return { lease, captured };
  }

  async #captured(from: string, command: readonly string[], isWhole: RealPing["isWhole"]) {
    const place = this.#places.find(
      (one) => one.netns === `guest:${from}` || (one.host === from && one.netns === ROOT),
    );
    if (!place || !this.#machines || !this.#forgetting) throw new RangeError(`no such guest or host: ${from}`);
    await this.#forgetting.forget();
    await this.#machines.captured();
    const { status, stdout } = spawnSync("nsenter", [`--net=${place.path}`, ...command], { encoding: "utf8" });
    const captured: Captured[] = [];
    for (let i = 0; i < LOOKS; i++) {
      captured.push(...(await this.#machines.captured()));
      if (isWhole(captured)) break;
    }
    return { status, stdout, captured };
  }

  /** What there is of it on this machine. */
  traces(): string[] {
    return ["/run", "/run/netns"].flatMap((directory) =>
      readdirSync(directory).filter((name) => name.startsWith(this.#lab)),
    );
  }

  dispose(): void {
    this.#machines?.close();
    this.#forgetting?.close();
    for (const { name } of this.#world.hosts)
      spawnSync("sh", [this.#script(name), "remove"], { env: this.#env, stdio: "ignore" });
    rmSync(this.#dir, { recursive: true, force: true });
  }
}
