/** A trace's question in a query string: the same names in the page's URL and in the API's. */
import type { TraceQuery } from "../api/http.ts";

export type QueryDraft = Partial<TraceQuery>;

const NUMBERS = ["dport", "size", "ttl"] as const;
const PROTOCOLS: readonly string[] = ["icmp", "tcp", "udp", "dhcp"] satisfies TraceQuery["proto"][];
const FLAG = /^(1|true|0|false)$/;

/**
 * What of a URL's question cannot be read, at its field: such a question must not run, or another one would be answered.
 * Numbers out of range are the server's to refuse; what is empty, or of no use to the protocol, counts as absent.
 */
export function unreadable(params: URLSearchParams): { field: string; message: string } | undefined {
  const proto = params.get("proto") || "icmp";
  if (!PROTOCOLS.includes(proto))
    return { field: "proto", message: `“${proto}” is not one of ${PROTOCOLS.join(", ")}` };
  if (proto === "dhcp") return undefined;
  for (const field of NUMBERS) {
    const text = params.get(field);
    if (field === "dport" && proto === "icmp") continue;
    if (text && !/^\d+$/.test(text)) return { field, message: `“${text}” is not a whole number` };
  }
  const df = params.get("df");
  return !df || FLAG.test(df) ? undefined : { field: "df", message: `df: “${df}” is neither 1 nor 0` };
}

/** Reads what is there; what is malformed is left out (see `unreadable`), what is wrong is left for the server to refuse. */
export function readDraft(params: URLSearchParams): QueryDraft {
  const draft: QueryDraft = {};
  const from = params.get("from");
  const to = params.get("to");
  const address = params.get("fromAddress");
  const proto = params.get("proto");
  if (from) draft.from = from;
  if (to) draft.to = to;
  if (address) draft.fromAddress = address;
  if (proto === "icmp" || proto === "tcp" || proto === "udp" || proto === "dhcp") draft.proto = proto;
  for (const key of NUMBERS) {
    const text = params.get(key);
    if (text !== null && /^\d+$/.test(text)) draft[key] = Number(text);
  }
  if (params.get("df") === "1" || params.get("df") === "true") draft.df = true;
  return draft;
}

/** True when there is enough to run: a source, and a destination unless DHCP asks for none. */
export function isComplete(draft: QueryDraft): draft is TraceQuery {
  return Boolean(draft.from && (draft.to || draft.proto === "dhcp"));
}

/** The parameters of a question; `null` for those to leave out. Defaults (ICMP) are left out. */
export function queryParams(draft: QueryDraft): Record<string, string | null> {
  const dhcp = draft.proto === "dhcp";
  const ports = draft.proto === "tcp" || draft.proto === "udp";
  return {
    from: draft.from ?? null,
    to: dhcp ? null : (draft.to ?? null),
    proto: draft.proto && draft.proto !== "icmp" ? draft.proto : null,
    dport: ports && draft.dport !== undefined ? String(draft.dport) : null,
    size: !dhcp && draft.size !== undefined ? String(draft.size) : null,
    df: !dhcp && draft.df ? "1" : null,
    ttl: !dhcp && draft.ttl !== undefined ? String(draft.ttl) : null,
    fromAddress: draft.fromAddress ?? null,
  };
}

export function toSearch(draft: QueryDraft): string {
  const params = new URLSearchParams();
  for (const [key, value] of Object.entries(queryParams(draft))) if (value !== null) params.set(key, value);
  return params.toString();
}

/** `ICMP · 56 bytes`, `TCP 22`, `DHCP`. */
export function describeQuery(draft: QueryDraft): string {
  const proto = draft.proto ?? "icmp";
  if (proto === "dhcp") return "DHCP";
  const parts = [
    draft.dport !== undefined && proto !== "icmp" ? `${proto.toUpperCase()} ${draft.dport}` : proto.toUpperCase(),
  ];
  if (draft.size !== undefined) parts.push(`${draft.size} bytes`);
  if (draft.df) parts.push("DF");
  if (draft.ttl !== undefined) parts.push(`TTL ${draft.ttl}`);
  return parts.join(" · ");
}
