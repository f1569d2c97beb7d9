/** Reads what `ovs-ofctl dump-flows` and `dump-groups` print, for OpenFlow 1.0 to 1.5, and single flows as `ovs-ofctl` takes them. */
import type { Flow, Group, GroupBucket, Match } from "./ast.ts";
import { parseActions } from "./parse-actions.ts";
import { parsePort } from "./parse-operand.ts";
import { FlowSyntaxError, needNumber, splitTop } from "./scan.ts";
import { HEADER, newCache, parseLine, parseMatchField } from "./scan-flow.ts";

/** A line that could not be read. Lines count from 1. */
interface DumpError {
  line: number;
  text: string;
  reason: string;
}

interface FlowDump {
  flows: Flow[];
  errors: DumpError[];
}

/** Reads a whole dump. Lines in error are reported and left out; nothing else is. */
export function parseFlowDump(text: string): FlowDump {
  const cache = newCache();
  const flows: Flow[] = [];
  const errors: DumpError[] = [];
  let line = 0;
  let pos = 0;
  while (pos < text.length) {
    let end = text.indexOf("\n", pos);
    if (end < 0) end = text.length;
    line++;
    try {
      const flow = parseLine(text, pos, end, cache);
      if (flow) flows.push(flow);
    } catch (error) {
      if (!(error instanceof FlowSyntaxError)) throw error;
      errors.push({ line, text: text.slice(pos, Math.min(end, pos + 200)), reason: error.message });
    }
    pos = end + 1;
  }
  return { flows, errors };
}

/** Reads one flow: a line of a dump, or `table=…,priority=…,match actions=…` as given to add-flow. Throws FlowSyntaxError. */
export function parseFlow(text: string): Flow {
  const flow = parseLine(text, 0, text.length, newCache());
  if (!flow) throw new FlowSyntaxError("expected a flow", text);
  return flow;
}

/** Reads a bare match such as `icmp,in_port=4,dl_src=…`: the syntax of ofproto/trace. Throws FlowSyntaxError. */
export function parseMatch(text: string): Match {
  return { fields: splitTop(text, true).map(parseMatchField) };
}

/** Reads `ovs-ofctl dump-groups`. */
export function parseGroupDump(text: string): { groups: Group[]; errors: DumpError[] } {
  const groups: Group[] = [];
  const errors: DumpError[] = [];
  for (const [i, raw] of text.split("\n").entries()) {
    const line = raw.trim();
    if (HEADER.test(line)) continue;
    try {
      groups.push(parseGroup(line));
    } catch (error) {
      if (!(error instanceof FlowSyntaxError)) throw error;
      errors.push({ line: i + 1, text: line.slice(0, 200), reason: error.message });
    }
  }
  return { groups, errors };
}

/** Reads one group as `group_id=1,type=select,bucket=…`. Throws FlowSyntaxError. */
export function parseGroup(line: string): Group {
  const first = line.search(/,?bucket=/);
  const head = first < 0 ? line : line.slice(0, first);
  const group: Group = { id: -1, type: "all", buckets: [] };
  for (const piece of splitTop(head)) {
    const i = piece.search(/[=(]/);
    const key = i < 0 ? piece : piece.slice(0, i);
    const value = i < 0 ? "" : piece.slice(i + 1);
    if (key === "group_id") group.id = needNumber(value, key);
    else if (key === "type") {
      const type = value === "fast_failover" ? "ff" : value;
      if (type !== "all" && type !== "select" && type !== "indirect" && type !== "ff")
        throw new FlowSyntaxError(`unknown group type ${value}`, line);
      group.type = type;
    } else if (key === "selection_method") group.selectionMethod = value;
    else if (key === "selection_method_param") group.selectionParameter = value;
    else if (key === "fields") group.selectionFields = piece[i] === "(" ? value.slice(0, -1) : value;
    else throw new FlowSyntaxError(`unknown group property ${key}`, line);
  }
  if (group.id < 0) throw new FlowSyntaxError("expected group_id=", line);
  if (first >= 0) {
    const rest = line.slice(first).replace(/^,/, "");
    for (const text of rest.split(/,?bucket=/).slice(1)) group.buckets.push(parseBucket(text));
  }
  return group;
}

function parseBucket(text: string): GroupBucket {
  const bucket: GroupBucket = { actions: [] };
  let at = text.indexOf("actions=");
  let actions: string | undefined;
  if (at >= 0) actions = text.slice(at + 8);
  else at = text.length;
  for (const piece of splitTop(text.slice(0, at))) {
    const m = /^(bucket_id|weight|watch_port|watch_group)[:=](.+)$/.exec(piece);
    if (m?.[1] === "bucket_id") bucket.id = needNumber(m[2] as string, "bucket_id");
    else if (m?.[1] === "weight") bucket.weight = needNumber(m[2] as string, "weight", 65536);
    else if (m?.[1] === "watch_port") bucket.watchPort = parsePort(m[2] as string);
    else if (m?.[1] === "watch_group") bucket.watchGroup = needNumber(m[2] as string, "watch_group");
    else throw new FlowSyntaxError(`unknown bucket property ${piece}`, text);
  }
  if (actions === undefined) throw new FlowSyntaxError("bucket: expected actions=", text);
  bucket.actions = parseActions(actions);
  return bucket;
}
