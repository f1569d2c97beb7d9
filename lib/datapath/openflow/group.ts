/** Groups: xlate_group_action__, bucket liveness and selection of ofproto/ofproto-dpif-xlate.c. */
import type { Group, GroupBucket } from "../../net/openflow/ast.ts";
import { printGroup } from "../../net/openflow/print.ts";
import { orderActionSet } from "./actionset.ts";
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
      // The hash is computed by the datapath (dp_hash, the default) or over a seed that no dump shows.
      else run.unknown(`which of ${live.length} buckets of select group ${id} is taken`);
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
