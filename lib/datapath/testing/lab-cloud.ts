/**
 * A cloud of real namespaces: hosts, the wires between them, namespaces of a host, and guests behind taps. It is recorded
 * with bin/snapshot-host, pinged for real, and read back as a bundle.
 */
import { execFile, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { readBundle } from "../../collect/bundle.ts";
import type { CollectedCloud } from "../../collect/cloud.ts";
import { inNs, ipBatch, Lab, run, sysctl } from "../kernel/testing/netns.ts";
import { type Captured, Machines, type Plug } from "./machines.ts";

const SNAPSHOT = fileURLToPath(new URL("../../../bin/snapshot-host", import.meta.url));
/** What a host sees of a machine: its own processes, its own namespaces by their names in Neutron, no Open vSwitch. */
const RECORD = `set -e
out=$1; script=$2; hostname "$3"; shift 3
run=$(mktemp -d)
mount -t tmpfs none "$run"
mkdir "$run/netns"
for pair; do touch "$run/netns/\${pair%%=*}"; mount --bind "/run/netns/\${pair#*=}" "$run/netns/\${pair%%=*}"; done
mount --rbind "$run" /run
for own in /etc/neutron /var/lib/neutron; do if [ -d "$own" ]; then mount -t tmpfs none "$own"; fi; done
sh "$script" | tar -x -C "$out"
umount -l "$run" && rmdir "$run"`;
/** Neighbours stay as they are, and are asked once: nothing goes on behind a test's back. */
const CALM = `cd /proc/sys/net/ipv4/neigh
for device in */; do echo 3600 >"$device"/delay_first_probe_time; echo 3600 >"$device"/base_reachable_time; echo 1 >"$device"/mcast_solicit; done`;
/** No IPv6, and an ICMP error for each packet that deserves one. */
const PLAIN = [...["default", "all"].map((c) => `net.ipv6.conf.${c}.disable_ipv6=1`), "net.ipv4.icmp_ratelimit=0"];
const LOST_AFTER_S = "0.3";

export interface LabGuest {
  host: string;
  tap: string;
  mac: string;
  /** Address with prefix length. */
  address: string;
  mtu: number;
  gateway: string;
  routes?: readonly string[];
}

/** A namespace of a host, under the name that the host knows it by. */
interface Inner {
  host: string;
  name: string;
  netns: string;
}

export interface PingOptions {
  size?: number;
  df?: boolean;
  ttl?: number;
}

export class LabCloud {
  readonly #lab = new Lab();
  readonly #dir = mkdtempSync(join(tmpdir(), "underlay-lab-"));
  readonly #wire: string;
  readonly #hosts = new Map<string, string>();
  readonly #inner: Inner[] = [];
  readonly #guests = new Map<string, { netns: string; guest: LabGuest }>();
  #machines: Machines | undefined;
  #count = 0;

  constructor() {
    this.#wire = this.#namespace("w");
  }

  #namespace(short: string): string {
    const netns = this.#lab.namespace(short);
    inNs(netns, "sysctl", ["-qw", ...PLAIN]);
    return netns;
  }

  /** A plain switch between hosts. */
  wire(name: string): void {
    ipBatch(this.#wire, [`link add ${name} type bridge mcast_snooping 0`, `link set ${name} up`]);
  }

  host(name: string): void {
    this.#hosts.set(name, this.#namespace(`h${this.#hosts.size}`));
  }

  /** A network card of a host, plugged into a wire. */
  nic(host: string, device: string, mac: string, wire: string): void {
    const port = `${wire}p${this.#count++}`;
    run("ip", [
      ...["link", "add", device, "netns", this.netns(host), "address", mac, "type", "veth"],
      ...["peer", "name", port, "netns", this.#wire],
    ]);
    ipBatch(this.#wire, [`link set ${port} master ${wire} up`]);
    this.ip(host, `link set ${device} up`);
  }

  /** A namespace inside a host, addressed afterwards as `host:name`. */
  inner(host: string, name: string): void {
    const netns = this.#namespace(`i${this.#inner.length}`);
    this.#inner.push({ host, name, netns });
  }

  guest(name: string, guest: LabGuest): void {
    this.#guests.set(name, { netns: this.#namespace(`g${this.#guests.size}`), guest });
  }

  /** The real name of a host's or guest's namespace, or of `host:namespace`. */
  netns(place: string): string {
    const found =
      this.#hosts.get(place) ??
      this.#guests.get(place)?.netns ??
      this.#inner.find((i) => `${i.host}:${i.name}` === place)?.netns;
    if (!found) throw new RangeError(`no such place: ${place}`);
    return found;
  }

  ip(place: string, ...commands: string[]): void {
    ipBatch(this.netns(place), commands);
  }

  run(place: string, command: string, args: readonly string[], input?: string): string {
    return inNs(this.netns(place), command, args, input);
  }

  sysctl(place: string, name: string, value: string): void {
    sysctl(this.netns(place), name, value);
  }

  /** Plugs the guests in, and starts to capture everywhere. */
  async start(): Promise<void> {
    const plugs = [...this.#guests.values()].map(
      ({ netns, guest }): Plug => ({
        netns: this.netns(guest.host),
        device: guest.tap,
        mac: guest.mac.replace(/^fa/, "fe"),
        guest: netns,
        guestMac: guest.mac,
      }),
    );
    const places = [...this.#hosts.values(), ...this.#inner.map((i) => i.netns), ...plugs.map((p) => p.guest)];
    this.#machines = await Machines.start(plugs, places);
    for (const { netns, guest } of this.#guests.values()) {
      ipBatch(this.netns(guest.host), [`link set ${guest.tap} mtu ${guest.mtu} up`]);
      ipBatch(netns, [
        `link set eth0 mtu ${guest.mtu} up`,
        `addr add ${guest.address} dev eth0`,
        `route add default via ${guest.gateway}`,
        ...(guest.routes ?? []).map((r) => `route add ${r}`),
      ]);
    }
  }

  /** Keeps neighbours known on all devices that there are. */
  calm(): void {
    const guests = [...this.#guests.values()].map((g) => g.netns);
    for (const netns of [...this.#hosts.values(), ...this.#inner.map((i) => i.netns), ...guests])
      inNs(netns, "sh", ["-c", CALM]);
  }

  /** All hosts as they are now, with the answers of the API. */
  async record(api: Record<string, unknown>): Promise<CollectedCloud> {
    const dir = mkdtempSync(join(this.#dir, "bundle-"));
    mkdirSync(join(dir, "api"));
    for (const [file, answer] of Object.entries(api)) writeFileSync(join(dir, "api", file), JSON.stringify(answer));
    await Promise.all([...this.#hosts].map(([name, netns]) => this.#snapshot(name, netns, join(dir, name))));
    return readBundle(dir, { name: "lab" });
  }

  async #snapshot(name: string, netns: string, out: string): Promise<void> {
    mkdirSync(out);
    const inner = this.#inner.filter((i) => i.host === name).map((i) => `${i.name}=${i.netns}`);
    const apart = ["unshare", "--mount", "--pid", "--fork", "--mount-proc", "--uts", "sh", "-c", RECORD, "record"];
    const all = ["netns", "exec", netns, ...apart, out, SNAPSHOT, name, ...inner];
    await promisify(execFile)("ip", all, { encoding: "utf8" });
  }

  /** One ping from a place; it and all guests have forgotten their neighbours and what errors told them, as fresh ones. */
  async ping(from: string, to: string, options: PingOptions = {}): Promise<{ ok: boolean; captured: Captured[] }> {
    if (!this.#machines) throw new Error("the machines are not started");
    for (const netns of new Set([this.netns(from), ...[...this.#guests.values()].map((g) => g.netns)]))
      ipBatch(netns, ["neigh flush all", "route flush cache"]);
    await this.#machines.captured();
    const args = ["-n", "-c", "1", "-W", LOST_AFTER_S, "-s", String(options.size ?? 56)];
    args.push("-M", options.df ? "do" : "dont", "-t", String(options.ttl ?? 64), to);
    const { status } = spawnSync("ip", ["netns", "exec", this.netns(from), "ping", ...args]);
    return { ok: status === 0, captured: await this.#machines.captured() };
  }

  /** Name of the place that a namespace is, as the engine's events have it. */
  place(netns: string): { host: string; netns: string } {
    for (const [host, real] of this.#hosts) if (real === netns) return { host, netns: "root" };
    for (const i of this.#inner) if (i.netns === netns) return { host: i.host, netns: i.name };
    for (const [name, g] of this.#guests) if (g.netns === netns) return { host: g.guest.host, netns: `guest:${name}` };
    throw new RangeError(`no such namespace: ${netns}`);
  }

  dispose(): void {
    this.#machines?.close();
    this.#lab.dispose();
    rmSync(this.#dir, { recursive: true, force: true });
  }
}
