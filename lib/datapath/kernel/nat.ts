/** The choice of new addresses and ports: get_unique_tuple of net/netfilter/nf_nat_core.c. */
import { formatIp, ipOf } from "../../net/address.ts";
import { type CtTuple, isIcmp } from "./tuple.ts";

/** New source or destination for a connection. Ports and ICMP ids are kept where they can be. */
export interface NatRange {
  min?: string;
  max?: string;
  /** Ports, or ICMP ids. */
  ports?: { from: number; to: number };
  /** `--random`: a port is chosen by chance even when the own one is free. */
  random?: boolean;
}

export interface ChosenTuple {
  tuple: CtTuple;
  /** What the kernel chooses by chance or by a secret hash, and we took the first of. */
  assumed?: string;
}

/**
 * `current` is the packet as it is to be sent so far; the answer has the side replaced. `sources` are mappings that
 * other connections of the same source have.
 */
export function chooseTuple(
  original: CtTuple,
  current: CtTuple,
  side: "src" | "dst",
  range: NatRange,
  isTaken: (t: CtTuple) => boolean,
  sources: readonly CtTuple[],
): ChosenTuple {
  if (side === "src" && !range.random) {
    if (inRange(original, range)) {
      const same = { ...current, src: original.src, sport: original.sport };
      if (!isTaken(same)) return { tuple: same };
    } else {
      for (const s of sources) {
        const same = { ...current, src: s.src, sport: s.sport };
        if (inRange(same, range) && !isTaken(same)) return { tuple: same };
      }
    }
  }
  let tuple = current;
  let assumed: string | undefined;
  if (range.min !== undefined) {
    tuple = side === "src" ? { ...current, src: range.min } : { ...current, dst: range.min };
    if (range.max !== undefined && range.max !== range.min)
      assumed = `address ${range.min} of ${range.min}-${range.max}`;
  }
  if (!range.random) {
    if (range.ports) {
      const port = portOf(tuple, side);
      const { from, to } = range.ports;
      if (port >= from && port <= to && (from === to || !isTaken(tuple))) return { tuple, assumed };
    } else if (!isTaken(tuple)) return { tuple, assumed };
  }
  // nf_nat_l4proto_unique_tuple: a destination keeps its port unless told otherwise.
  if (!range.ports && side === "dst") return { tuple, assumed };
  const { from, to } = range.ports ?? defaultPorts(tuple);
  const chance = from === to ? assumed : `port ${from} of ${from}-${to}`;
  for (let port = from; port <= to; port++) {
    const moved = withPort(tuple, side, port);
    if (port === to || !isTaken(moved)) {
      return { tuple: moved, assumed: chance?.replace(`port ${from}`, `port ${port}`) };
    }
  }
  return { tuple, assumed };
}

function portOf(t: CtTuple, side: "src" | "dst"): number {
  return side === "src" || isIcmp(t.proto) ? t.sport : t.dport;
}

function withPort(t: CtTuple, side: "src" | "dst", port: number): CtTuple {
  return side === "src" || isIcmp(t.proto) ? { ...t, sport: port } : { ...t, dport: port };
}

function defaultPorts(t: CtTuple): { from: number; to: number } {
  if (isIcmp(t.proto)) return { from: 0, to: 65535 };
  if (t.sport < 512) return { from: 1, to: 511 };
  return t.sport < 1024 ? { from: 600, to: 1023 } : { from: 1024, to: 65535 };
}

/** nf_in_range: whether a source already is what the range asks for. */
function inRange(t: CtTuple, range: NatRange): boolean {
  if (range.min !== undefined) {
    const [ip, min, max] = [ipOf(t.src), ipOf(range.min), ipOf(range.max ?? range.min)];
    if (!ip || !min || !max || ip.value < min.value || ip.value > max.value) return false;
  }
  return !range.ports || (t.sport >= range.ports.from && t.sport <= range.ports.to);
}

/** NETMAP: the network part of `address` replaced by that of `network` (bits of `mask`). */
export function mapNetwork(address: string, network: string, prefix: number): string | undefined {
  const [ip, net] = [ipOf(address), ipOf(network)];
  if (!ip || !net || ip.family !== net.family) return undefined;
  const width = ip.family === 4 ? 32n : 128n;
  const host = (1n << (width - BigInt(prefix))) - 1n;
  const value = (BigInt(net.value) & ~host) | (BigInt(ip.value) & host);
  return formatIp(ip.family === 4 ? { family: 4, value: Number(value) } : { family: 6, value });
}
