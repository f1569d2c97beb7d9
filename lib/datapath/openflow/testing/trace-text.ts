/** Reads the text of `ovs-appctl ofproto/trace`: which flows were visited, and what the datapath is told to do. */

export interface TraceSegment {
  /** Of the recirculation that leads here; undefined for the first. */
  recirc?: number;
  /** `nw_src=…` and so on, where NAT is simulated at the start. */
  flows: { bridge: string; table: number; text: string }[];
  actions: string;
}

export function readTrace(text: string): TraceSegment[] {
  const segments: TraceSegment[] = [];
  let current: TraceSegment = { flows: [], actions: "" };
  /** Bridges by indentation of their headings. */
  const open: { indent: number; name: string }[] = [];
  for (const line of text.split("\n")) {
    const recirc = /^recirc\(0x([0-9a-f]+)\)/.exec(line);
    if (recirc) {
      current = { recirc: Number.parseInt(recirc[1] as string, 16), flows: [], actions: "" };
      open.length = 0;
      continue;
    }
    const actions = /^Datapath actions: (.*)$/.exec(line);
    if (actions) {
      current.actions = actions[1] as string;
      segments.push(current);
      continue;
    }
    const bridge = /^( *)bridge\("(.*)"\)$/.exec(line);
    if (bridge) {
      const indent = (bridge[1] as string).length;
      while (open.length > 0 && (open.at(-1) as { indent: number }).indent >= indent) open.pop();
      open.push({ indent, name: bridge[2] as string });
      continue;
    }
    const flow = /^( *)(\d+)\. (.*)$/.exec(line);
    if (!flow) continue;
    const indent = (flow[1] as string).length;
    while (open.length > 1 && (open.at(-1) as { indent: number }).indent > indent) open.pop();
    current.flows.push({ bridge: open.at(-1)?.name ?? "", table: Number(flow[2]), text: flow[3] as string });
  }
  return segments;
}
