/** `conntrack -D` and `-F`: entries of the connection tracking table of a namespace (conntrack-tools 1.4.7). */
import { editNamespace, namespaceOf } from "../edit.ts";
import type { ConntrackEntry } from "../state.ts";
import { CommandError, type Tool } from "./command.ts";
import { PROTOCOLS } from "./iptables/values.ts";

export interface ConntrackFilter {
  readonly family?: "ipv4" | "ipv6";
  readonly zone?: number;
  readonly proto?: string;
  /** Original source and destination, reply source and destination. */
  readonly src?: string;
  readonly dst?: string;
  readonly replySrc?: string;
  readonly replyDst?: string;
  readonly sport?: number;
  readonly dport?: number;
  readonly mark?: number;
  readonly state?: string;
}

export type ConntrackCommand =
  | { readonly tool: "conntrack"; readonly kind: "delete"; readonly filter: ConntrackFilter }
  | { readonly tool: "conntrack"; readonly kind: "flush" }
  /** `-L`, `-S`, `-C`: ask only. */
  | { readonly tool: "conntrack"; readonly kind: "query"; readonly words: readonly string[] };

const VERSION = "conntrack v1.4.7 (conntrack-tools):";

/** Options → parts of the filter. */
const TEXTS = [
  ["proto", "-p", "--proto"],
  ["family", "-f", "--family"],
  ["zone", "-w", "--zone"],
  ["src", "-s", "--orig-src", "--src"],
  ["dst", "-d", "--orig-dst", "--dst"],
  ["replySrc", "-r", "--reply-src"],
  ["replyDst", "-q", "--reply-dst"],
  ["sport", "--sport", "--orig-port-src"],
  ["dport", "--dport", "--orig-port-dst"],
  ["mark", "-m", "--mark"],
  ["state", "--state"],
] as const satisfies readonly (readonly [keyof ConntrackFilter, ...string[]])[];

const NUMBERS: readonly string[] = ["zone", "sport", "dport", "mark"];

export const CONNTRACK: Tool<ConntrackCommand> = {
  parse(_name, words): ConntrackCommand {
    if (words.some((word) => /^(-L|-S|-C|-E|-G|--dump|--stats|--count|--event|--get)$/.test(word)))
      return { tool: "conntrack", kind: "query", words };
    if (words.some((word) => word === "-F" || word === "--flush")) return { tool: "conntrack", kind: "flush" };
    if (!words.some((word) => word === "-D" || word === "--delete"))
      throw new CommandError(`${VERSION} Wrong option; only -D, -F and -L are supported`, 2);
    const filter: Record<string, string | number> = {};
    for (let i = 0; i < words.length; i++) {
      const word = words[i] as string;
      if (word === "-D" || word === "--delete") continue;
      const option = TEXTS.find(([, ...names]) => names.some((name) => name === word));
      const value = words[++i];
      if (!option || value === undefined)
        throw new CommandError(
          `${VERSION} ${option ? `option \`${word}' requires an argument` : `unknown option \`${word}'`}`,
          2,
        );
      filter[option[0]] = NUMBERS.includes(option[0]) ? Number(value) : value;
    }
    return { tool: "conntrack", kind: "delete", filter };
  },
  print(command) {
    if (command.kind === "query") return { words: ["conntrack", ...command.words] };
    if (command.kind === "flush") return { words: ["conntrack", "-F"] };
    const words = ["conntrack", "-D"];
    // As somebody wrote them: agents name the address of their own port before the zone, and the other one after it.
    for (const [key, value] of Object.entries(command.filter)) {
      const option = TEXTS.find(([name]) => name === key)?.[1];
      if (option === undefined || value === undefined) continue;
      words.push(option, key === "mark" ? `0x${Number(value).toString(16)}` : String(value));
    }
    return { words };
  },
  apply(host, netns, command) {
    const ns = namespaceOf(host, netns);
    if (command.kind === "query" || ns.conntrack.length === 0) return host;
    if (command.kind === "flush") return editNamespace(host, netns, { conntrack: [] });
    const left = ns.conntrack.filter((entry) => !takesEntry(command.filter, entry));
    // The tool fails when it deletes nothing, which no agent minds.
    return left.length === ns.conntrack.length ? host : editNamespace(host, netns, { conntrack: left });
  },
};

const NAMES: Readonly<Record<string, number>> = Object.fromEntries(
  Object.entries(PROTOCOLS).flatMap(([number, name]) => (/^\d+$/.test(number) ? [[name, Number(number)]] : [])),
);

/** Whether a filter selects an entry. */
export function takesEntry(filter: ConntrackFilter, entry: ConntrackEntry): boolean {
  const { original, reply } = entry;
  if (filter.family !== undefined && (filter.family === "ipv6") !== original.src.includes(":")) return false;
  if (filter.zone !== undefined && filter.zone !== (entry.zoneOriginal ?? entry.zone)) return false;
  if (filter.proto !== undefined && entry.proto !== protocol(filter.proto)) return false;
  if (filter.mark !== undefined && filter.mark !== entry.mark) return false;
  if (filter.state !== undefined && filter.state !== entry.state) return false;
  const same = (wanted: string | number | undefined, is: string | number | undefined) =>
    wanted === undefined || (typeof wanted === "string" ? wanted.replace(/\/(32|128)$/, "") === is : wanted === is);
  return (
    same(filter.src, original.src) &&
    same(filter.dst, original.dst) &&
    same(filter.replySrc, reply.src) &&
    same(filter.replyDst, reply.dst) &&
    same(filter.sport, original.sport) &&
    same(filter.dport, original.dport)
  );
}

function protocol(text: string): number {
  if (/^\d+$/.test(text)) return Number(text);
  const name = PROTOCOLS[text] ?? text;
  return NAMES[name] ?? -1;
}
