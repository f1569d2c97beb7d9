import type { VerdictEvent } from "../datapath/event.ts";
export function summarize(_a: unknown, _b: unknown, _c: unknown, _d: unknown, _e: unknown, v: VerdictEvent): string {
  return v.code;
}
