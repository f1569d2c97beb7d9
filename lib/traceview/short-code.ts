/** Verdict codes in three letters, for places where the whole word has no room. */
import type { VerdictCode } from "../datapath/event.ts";

/** Where the initials are another's. */
const OWN: Partial<Record<VerdictCode, string>> = {
  DELIVERED: "OK",
  NAMESPACE_MISSING: "NSM",
  LOOP_DETECTED: "LOP",
  FIREWALL_DENIED: "FWD",
};

/** `SECURITY_GROUP_DENIED` → `SGD`. No two codes have the same. */
export function shortCode(code: VerdictCode): string {
  return (
    OWN[code] ??
    code
      .split("_")
      .map((word) => word.charAt(0))
      .join("")
      .slice(0, 3)
  );
}
