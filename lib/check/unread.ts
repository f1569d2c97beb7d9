/** What a check must not speak of, because it could not be read. */
import type { Gap } from "../host/state.ts";
import type { Part } from "../intent/compare/entry.ts";

export interface Unread {
  readonly reasons: string[];
  readonly parts: ReadonlySet<Part>;
  /** Nothing of the host can be judged. */
  readonly all: boolean;
}

const CONCERNED: readonly { readonly file: RegExp; readonly parts: readonly Part[] }[] = [
  // What an agent of the embedded cloud does not do: nobody wants it on the host either.
  { file: /^(neutron|nova)-/, parts: [] },
  { file: /dump-flows/, parts: ["flow"] },
  { file: /dump-groups/, parts: ["group"] },
  { file: /\/ovs\/[^/]*dump-ports|fdb-show|conntrack/, parts: [] },
  { file: /\/ovs\//, parts: ["bridge", "port", "flow", "group"] },
  { file: /ip6tables/, parts: ["ip6tables"] },
  { file: /iptables/, parts: ["iptables"] },
  { file: /ipset/, parts: ["ipset"] },
  { file: /sysctl/, parts: ["sysctl"] },
  { file: /neigh/, parts: ["neighbour"] },
  { file: /fdb/, parts: ["fdb"] },
  { file: /rule/, parts: ["rule"] },
  { file: /route/, parts: ["route"] },
  { file: /addr/, parts: ["address"] },
  { file: /dnsmasq/, parts: ["dnsmasq"] },
];

/** Gaps of the API's answers concern all hosts. */
export function unreadOf(gaps: readonly Gap[], host: string): Unread {
  const own = gaps.filter((gap) => gap.host === host || gap.file === "api" || gap.file.startsWith("api/"));
  const parts = new Set<Part>();
  let all = false;
  for (const gap of own) {
    const concerned = gap.host === host ? CONCERNED.find((one) => one.file.test(gap.file)) : undefined;
    if (concerned) for (const part of concerned.parts) parts.add(part);
    else all = true;
  }
  return { reasons: own.map((gap) => `${gap.file}${gap.line ? `:${gap.line}` : ""}: ${gap.reason}`), parts, all };
}
