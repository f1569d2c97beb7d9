/** Flows and groups of one bridge, from whichever OpenFlow version was asked. */
import type { OvsBridge } from "../host/state.ts";
import { parseFlowDump, parseGroupDump } from "../net/openflow/parse.ts";
import type { HostFiles } from "./files.ts";

type BridgeFlows = Pick<OvsBridge, "flows" | "groups" | "flowsKnown" | "flowErrors" | "unread">;

/** The newest version that was captured: a later one shows what an earlier one cannot. */
export function versioned(files: HostFiles, dir: string, what: "show" | "dump-flows" | "dump-groups"): string {
  const pattern = new RegExp(`^ovs-ofctl(?:-O-?OpenFlow(\\d+))?-${what}\\.txt$`);
  const newest = (paths: string[]): string | undefined => {
    let best: { file: string; version: number } | undefined;
    for (const file of paths) {
      const m = pattern.exec(file.slice(dir.length + 1));
      if (!m) continue;
      const version = Number(m[1] ?? 0);
      if (!best || version > best.version) best = { file, version };
    }
    return best?.file;
  };
  return newest(files.under(`${dir}/`)) ?? newest(files.listed(`${dir}/`)) ?? `${dir}/ovs-ofctl-${what}.txt`;
}

/** A dump always has at least the reply's head line, so that an empty file tells nothing. */
export async function readFlows(files: HostFiles, dir: string): Promise<BridgeFlows> {
  const out: BridgeFlows = { flows: [], groups: [], flowsKnown: false };
  const file = versioned(files, dir, "dump-flows");
  const dump = await files.read(file, { endsWithNewline: true });
  if (dump && dump.text !== "") {
    const note = files.log.for(file);
    const { flows, errors } = parseFlowDump(dump.text);
    out.flows = flows;
    out.flowsKnown = dump.whole && errors.length === 0;
    for (const error of errors) note(error.reason, error.line, error.text);
    if (dump.whole && errors.length > 0) {
      out.flowErrors = errors.map(({ text, reason }) => {
        const table = /(?:^|[\s,])table=(\d{1,3})\b/.exec(text)?.[1];
        return table === undefined ? { text, reason } : { table: Number(table), text, reason };
      });
    }
  }
  const groupFile = versioned(files, dir, "dump-groups");
  // OpenFlow 1.0 has no groups, and its switch answers with an error.
  const groups = await files.read(groupFile, { endsWithNewline: true, optional: groupFile.includes("OpenFlow10") });
  if (groups && groups.text !== "") {
    const note = files.log.for(groupFile);
    const parsed = parseGroupDump(groups.text);
    out.groups = parsed.groups;
    for (const error of parsed.errors) note(error.reason, error.line, error.text);
  }
  if (files.log.countOf(groupFile) > 0) out.unread = ["groups"];
  return out;
}
