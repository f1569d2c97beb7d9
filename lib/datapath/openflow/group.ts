/** Groups: xlate_group_action__, bucket liveness and selection of ofproto/ofproto-dpif-xlate.c. */
import type { Group, GroupBucket } from "../../net/openflow/ast.ts";
import { FIELDS, type Field, findField } from "../../net/openflow/field.ts";
import { printGroup } from "../../net/openflow/print.ts";
import { splitTop } from "../../net/openflow/scan.ts";
import { parseFieldValue, parseInteger, wordsToBig } from "../../net/openflow/value.ts";
import { orderActionSet } from "./actionset.ts";
import { hashBytes, hashInt, hashUint64 } from "./hash.ts";
import { bitRuns, type FlowKey, hasField, locate } from "./key.ts";
import { readRuns } from "./learn.ts";
import { portNumber } from "./match.ts";
import { compileActions } from "./program.ts";
import { MAX_DEPTH, MAX_RESUBMITS, type Run } from "./run.ts";

const MAX_LIVENESS_RECURSION = 128;

/** False ends the list that the group action stands in: the group does not exist. */
export function runGroup(run: Run, id: number): boolean {
  if (run.depth >= MAX_DEPTH || run.resubmits >= MAX_RESUBMITS) {
    run.fail();
    return true;
  }
  const group = run.bridge.groups.get(id);
  if (!group && run.bridge.state.unread?.includes("groups")) {
    run.unknown(`groups of ${run.bridge.name} could not be read`);
    return true;
  }
  if (!group) {
    run.drop("no-such-port", undefined, { type: "ovs-bridge", text: `${run.bridge.name} has no group ${id}` });
    return false;
  }
  switch (group.type) {
    case "all":
    case "indirect":
      for (const bucket of group.buckets) runBucket(run, bucket);
      return true;
    case "ff": {
      const bucket = firstLive(run, group, 0);
      if (bucket) runBucket(run, bucket);
      else run.drop("no-live-bucket", undefined, element(run, group));
      return true;
    }
    case "select": {
      const live = group.buckets.filter((b) => (b.weight ?? 1) > 0 && isLive(run, b, 0));
      if (live.length === 0) run.drop("no-live-bucket", undefined, element(run, group));
      else if (live.length === 1) runBucket(run, live[0] as GroupBucket);
      else {
        const basis = group.selectionMethod === "hash" ? fieldsHash(group, run.key) : undefined;
        // dp_hash, the default, is computed by the datapath.
        if (basis === undefined) run.unknown(`which of ${live.length} buckets of select group ${id} is taken`);
        else runBucket(run, bestBucket(live, basis));
      }
      return true;
    }
  }
}

function element(run: Run, group: Group): { type: "group"; bridge: string; id: number; text: string } {
  return { type: "group", bridge: run.bridge.name, id: group.id, text: printGroup(group) };
}

function firstLive(run: Run, group: Group, depth: number): GroupBucket | undefined {
  return group.buckets.find((b) => isLive(run, b, depth));
}

/** bucket_is_alive: a bucket that watches nothing always is. */
function isLive(run: Run, bucket: GroupBucket, depth: number): boolean {
  if (depth >= MAX_LIVENESS_RECURSION) return false;
  const port =
    bucket.watchPort === undefined || bucket.watchPort === "ANY" || bucket.watchPort === "NONE"
      ? undefined
      : portNumber(bucket.watchPort, run.bridge.names);
  if (port === undefined && bucket.watchGroup === undefined) return true;
  if (port !== undefined && run.bridge.ports.get(port)?.alive) return true;
  const watched = bucket.watchGroup === undefined ? undefined : run.bridge.groups.get(bucket.watchGroup);
  return watched !== undefined && firstLive(run, watched, depth + 1) !== undefined;
}

/** group_best_live_bucket; the last of equals. */
function bestBucket(live: readonly GroupBucket[], basis: number): GroupBucket {
  let best = live[0] as GroupBucket;
  let bestScore = 0;
  for (const b of live) {
    const score = (hashInt(b.id ?? 0, basis) & 0xffff) * (b.weight ?? 1);
    if (score >= bestScore) {
      best = b;
      bestScore = score;
    }
  }
  return best;
}

/** pick_hash_fields_select_group; undefined where a field cannot be read, or buckets have no ids (before OpenFlow 1.5). */
function fieldsHash(group: Group, key: FlowKey): number | undefined {
  if (group.selectionFields === undefined || group.buckets.some((b) => b.id === undefined)) return undefined;
  let hash = hashUint64(parseInteger(group.selectionParameter ?? "0") ?? 0n);
  const fields: { field: Field; mask: bigint }[] = [];
  for (const text of splitTop(group.selectionFields)) {
    const [name, mask] = text.split("=") as [string, string?];
    const field = findField(name);
    if (!field || !locate(field)) return undefined;
    const read = mask === undefined ? undefined : parseFieldValue(field, mask);
    if (mask !== undefined && !read) return undefined;
    fields.push({ field, mask: read ? wordsToBig(read.value) : (1n << BigInt(field.bits)) - 1n });
  }
  fields.sort((a, b) => rank(a.field) - rank(b.field));
  for (const { field, mask } of fields) {
    if (!hasField(field, key)) continue;
    const at = locate(field);
    if (!at) return undefined;
    const value = readRuns(key, bitRuns(at, 0, field.bits - 1)) & mask;
    const bytes = new Uint8Array(Math.ceil(field.bits / 8) === 3 ? 4 : Math.ceil(field.bits / 8));
    for (let i = 0; i < bytes.length; i++) bytes[bytes.length - 1 - i] = Number((value >> BigInt(8 * i)) & 255n);
    hash = hashBytes(bytes, hash);
  }
  return hash;
}

/** Fields are hashed in the order of their ids; registers stand between ct_tp_dst and eth_src. */
function rank(field: Field): number {
  const i = FIELDS.indexOf(field);
  return /^x{0,2}reg/.test(field.name) ? FIELDS.findIndex((f) => f.name === "ct_tp_dst") + i / 10_000 : i;
}

/** xlate_group_bucket: the bucket's action set on a copy of the packet. */
function runBucket(run: Run, bucket: GroupBucket): void {
  const key = run.key;
  run.key = key.slice();
  const ops = orderActionSet(compileActions(bucket.actions, run.bridge.names));
  run.depth++;
  run.act.runOps(run, ops);
  run.depth--;
  run.key = key;
  run.exit = false;
}
