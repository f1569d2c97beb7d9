/** Writes into the words of a flow key, and what is told of them. */
import { formatFieldValue } from "../../net/openflow/value.ts";
import { type BitRun, type FlowKey, HEADER_END, locate, maskOf, W } from "./key.ts";
import type { WordWrite } from "./program.ts";
import type { Run } from "./run.ts";

export function write(key: FlowKey, writes: readonly WordWrite[]): void {
  for (let i = 0; i < writes.length; i++) {
    const w = writes[i] as WordWrite;
    key[w.word] = ((key[w.word] as number) & ~w.mask) | w.value;
  }
}

export function writeRuns(key: FlowKey, runs: readonly BitRun[], value: bigint): void {
  let rest = value;
  for (const { word, shift, bits } of runs) {
    const mask = (maskOf(bits) << shift) >>> 0;
    key[word] = ((key[word] as number) & ~mask) | ((Number(rest & BigInt(maskOf(bits))) << shift) >>> 0);
    rest >>= BigInt(bits);
  }
}

export function move(key: FlowKey, from: readonly BitRun[], to: readonly BitRun[]): void {
  const parts = from.map((r) => ((key[r.word] as number) >>> r.shift) & maskOf(r.bits));
  for (const [i, r] of to.entries()) {
    const mask = (maskOf(r.bits) << r.shift) >>> 0;
    key[r.word] = ((key[r.word] as number) & ~mask) | (((parts[i] as number) << r.shift) & mask);
  }
}

export function noteRewrite(run: Run, op: { field: Parameters<typeof locate>[0] }, change: () => void): void {
  const at = run.note && locate(op.field);
  if (!at || at.word >= HEADER_END || at.word === W.IN_PORT) {
    change();
    return;
  }
  const read = (): string => {
    const words = [...run.key.subarray(at.word, at.word + at.words)];
    if (at.words === 1) words[0] = ((words[0] as number) >>> at.shift) & maskOf(at.bits);
    return formatFieldValue(op.field, words).value;
  };
  const from = read();
  change();
  const to = read();
  if (from !== to) run.note?.({ kind: "rewrite", field: op.field.name, from, to });
}
