/** `underlay ofproto-trace`: what `ovs-appctl ofproto/trace` would say, from the recorded state of a host. */
import { readFile, stat } from "node:fs/promises";
import { readHost } from "../collect/host.ts";
import { type CompiledOvs, compileOvs } from "../datapath/openflow/compile.ts";
import { type FlowTrace, traceFlow } from "../datapath/openflow/trace.ts";
import { traceText } from "../datapath/openflow/trace-text.ts";
import type { HostState } from "../host/state.ts";
import { FlowSyntaxError } from "../net/openflow/scan.ts";
import { unreadOf } from "./unread-switch.ts";

export const USAGE = `Usage: underlay ofproto-trace --host DIR BRIDGE FLOW [--json]
       underlay ofproto-trace --host DIR BRIDGE --flows FILE

Sends one packet through a host's Open vSwitch as it was recorded, and says where it comes out.

  --host DIR     the directory of one host in a bundle
  BRIDGE         the bridge that the packet enters, for instance br-int
  FLOW           the packet, as ovs-appctl ofproto/trace takes it:
                 icmp,in_port=4,dl_src=…,dl_dst=…,nw_src=…,nw_dst=…,nw_ttl=64
  --flows FILE   one flow a line ("-" is standard input); prints one line of JSON for each
  --json         print JSON

Exit status: 0 when the packet leaves the switch, 1 when it is dropped, 2 when that cannot be told or the input is bad.
`;

interface Options {
  host: string;
  bridge: string;
  flow?: string;
  flows?: string;
  json: boolean;
}

class UsageError extends Error {}

function parseOptions(args: readonly string[]): Options {
  const rest: string[] = [];
  let host: string | undefined;
  let flows: string | undefined;
  let json = false;
  for (let i = 0; i < args.length; i++) {
    const [name, inline] = splitOption(args[i] as string);
    const value = (): string => {
      const v = inline ?? args[++i];
      if (v === undefined) throw new UsageError(`${name}: expected a value`);
      return v;
    };
    if (name === "--host") host = value();
    else if (name === "--flows") flows = value();
    else if (name === "--json") json = true;
    else if (name.startsWith("--")) throw new UsageError(`unknown option ${name}`);
    else rest.push(args[i] as string);
  }
  const [bridge, flow, ...more] = rest;
  if (host === undefined) throw new UsageError("expected --host DIR");
  if (bridge === undefined) throw new UsageError("expected a bridge");
  if ((flow === undefined) === (flows === undefined) || more.length > 0)
    throw new UsageError("expected one flow, or --flows FILE");
  return { host, bridge, json, ...(flow !== undefined && { flow }), ...(flows !== undefined && { flows }) };
}

function splitOption(arg: string): [string, string | undefined] {
  const m = /^(--[a-z]+)=(.*)$/s.exec(arg);
  return m ? [m[1] as string, m[2]] : [arg, undefined];
}

/** Runs the command; returns the exit status. Writes results to standard output, one line for bad input to standard error. */
export async function main(args: string[]): Promise<number> {
  if (args.includes("--help") || args.includes("-h")) {
    process.stdout.write(USAGE);
    return 0;
  }
  try {
    const options = parseOptions(args);
    const known = await load(options.host);
    return options.flows === undefined ? one(known, options) : await many(known, options.bridge, options.flows);
  } catch (error) {
    process.stderr.write(`underlay ofproto-trace: ${oneLine(error)}\n`);
    return 2;
  }
}

function oneLine(error: unknown): string {
  const text =
    error instanceof FlowSyntaxError
      ? `${error.message} (${error.text})`
      : error instanceof Error
        ? error.message
        : String(error);
  return text.replaceAll("\n", " ");
}

interface Switch {
  host: HostState;
  ovs: CompiledOvs;
}

async function load(dir: string): Promise<Switch> {
  const found = await stat(dir).catch(() => undefined);
  if (!found?.isDirectory()) throw new Error(`${dir}: expected the directory of a host in a bundle`);
  const host = await readHost(dir);
  for (const gap of host.gaps) {
    if (gap.file.includes("ovs/"))
      process.stderr.write(
        `underlay ofproto-trace: ${gap.file}${gap.line ? `:${gap.line}` : ""}: ${gap.reason.replaceAll("\n", " ")}\n`,
      );
  }
  if (!host.ovs) throw new Error(`${dir}/ovs: expected the outputs of ovs-vsctl and ovs-ofctl`);
  return { host, ovs: compileOvs(host.ovs) };
}

/** What is missing of the bridges on the way counts as unknown: a packet that comes out nowhere may have had a port. */
function traced({ host, ovs }: Switch, bridge: string, flow: string): FlowTrace {
  const trace = traceFlow(ovs, bridge, flow);
  return { ...trace, unknowns: [...trace.unknowns, ...unreadOf(host, bridge, trace)] };
}

function statusOf(trace: FlowTrace): number {
  if (trace.unknowns.length > 0) return 2;
  return trace.outputs.length > 0 ? 0 : 1;
}

function toJson(trace: FlowTrace): string {
  return JSON.stringify({
    outputs: trace.outputs,
    tables: trace.tables,
    ...(trace.unknowns.length > 0 && { unknown: trace.unknowns }),
  });
}

function one(known: Switch, options: Options): number {
  const trace = traced(known, options.bridge, options.flow as string);
  process.stdout.write(options.json ? `${toJson(trace)}\n` : traceText(trace, options.flow as string));
  if (trace.unknowns.length > 0)
    process.stderr.write(`underlay ofproto-trace: cannot tell: ${trace.unknowns.join("; ")}\n`);
  return statusOf(trace);
}

async function many(known: Switch, bridge: string, file: string): Promise<number> {
  const text = await readFile(file === "-" ? "/dev/stdin" : file, "utf8").catch(() => {
    throw new Error(`${file}: expected a file with one flow a line`);
  });
  let status = 0;
  let out = "";
  for (const [i, raw] of text.split("\n").entries()) {
    const line = raw.trim();
    if (line === "" || line.startsWith("#")) continue;
    try {
      const trace = traced(known, bridge, line);
      out += `${toJson(trace)}\n`;
      status = Math.max(status, statusOf(trace));
    } catch (error) {
      const reason = oneLine(error);
      out += `${JSON.stringify({ error: reason })}\n`;
      process.stderr.write(`underlay ofproto-trace: ${file}:${i + 1}: ${reason}\n`);
      status = 2;
    }
  }
  process.stdout.write(out);
  return status;
}
