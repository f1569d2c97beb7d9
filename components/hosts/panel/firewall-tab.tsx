"use client";
import { useCallback, useMemo } from "react";
import type { DevicePanel } from "../../../lib/api/http.ts";
import { lineMatches, parseFilter } from "../../../lib/client/filter.ts";
import { cn } from "../../ui/cn.ts";
import { CopyButton } from "../../ui/copy-button.tsx";
import { breakable } from "./breakable.tsx";
import { FilterBox } from "./filter-box.tsx";
import { VirtualList } from "./virtual-list.tsx";

type Chain = NonNullable<DevicePanel["firewall"]>[number]["chains"][number];
type Rule = Chain["rules"][number];
type Item =
  | { kind: "chain"; key: string; table: string; family: 4 | 6; chain: Chain; shown: number }
  | { kind: "rule"; key: string; rule: Rule; place: string }
  | { kind: "set"; key: string; set: NonNullable<DevicePanel["ipsets"]>[number] };

interface Props {
  panel: DevicePanel;
  filter: string;
  onFilter: (filter: string) => void;
  /** Chain to bring to the top, as `<family>/<table>/<chain>`. */
  chain: string | null;
  onChain: (chain: string) => void;
}

export function FirewallTab({ panel, filter, onFilter, chain, onChain }: Props) {
  const terms = useMemo(() => parseFilter(filter), [filter]);
  const items = useMemo(() => itemsOf(panel, terms), [panel, terms]);
  const keyOf = useCallback((item: Item) => item.key, []);
  const known = useMemo(() => new Set(items.flatMap((item) => (item.kind === "chain" ? [item.key] : []))), [items]);
  const rules = items.reduce((n, item) => n + (item.kind === "rule" ? 1 : 0), 0);
  const all = (panel.firewall ?? []).reduce((n, table) => n + table.chains.reduce((m, c) => m + c.rules.length, 0), 0);
  const copy = () => items.flatMap((item) => (item.kind === "rule" ? [item.rule.text] : [])).join("\n");
  const target = chain === null ? undefined : items.findIndex((item) => item.key === chain);
  return (
    <div className="flex h-full min-h-0 flex-col">
      <div className="flex items-center gap-1 border-b border-line px-4 py-3">
        <div className="min-w-0 flex-1">
          <FilterBox
            label="Filter the rules"
            placeholder="icmp  -j DROP  172.16.10.6"
            value={filter}
            onChange={onFilter}
            count={rules === all ? `${all.toLocaleString("en")} rules` : `${rules} of ${all}`}
          />
        </div>
        <CopyButton text={copy} label="Copy the rules shown" />
      </div>
      {items.length === 0 ? (
        <p className="px-4 py-10 text-center text-sm text-muted">
          No rule has all of this. Take a word out of the filter.
        </p>
      ) : (
        <VirtualList
          label="Rules"
          items={items}
          keyOf={keyOf}
          estimate={(item) => (item.kind === "rule" ? 13 + 18.4 * Math.ceil(item.rule.text.length / 52) : 38)}
          scrollTo={target}
          render={(item) => {
            switch (item.kind) {
              case "chain":
                return <ChainHead item={item} current={item.key === chain} />;
              case "rule":
                return <RuleRow item={item} known={known} onChain={onChain} />;
              case "set":
                return <SetRow set={item.set} />;
            }
          }}
        />
      )}
    </div>
  );
}

function itemsOf(panel: DevicePanel, terms: ReturnType<typeof parseFilter>): Item[] {
  const rules = (panel.firewall ?? []).flatMap((table) =>
    table.chains.flatMap((chain): Item[] => {
      const shown = chain.rules.filter((rule) => terms.length === 0 || lineMatches(terms, rule.text));
      if (shown.length === 0 && (terms.length > 0 || !chain.policy))
        return terms.length > 0 ? [] : [headOf(table, chain, 0)];
      const place = `${table.family}/${table.table}`;
      return [
        headOf(table, chain, shown.length),
        ...shown.map((rule, i): Item => ({ kind: "rule", key: `${place}/${chain.name} ${i}`, rule, place })),
      ];
    }),
  );
  const sets = (panel.ipsets ?? [])
    .filter((set) => terms.length === 0 || lineMatches(terms, `${set.name} ${set.members.join(" ")}`))
    .map((set): Item => ({ kind: "set", key: `set ${set.name}`, set }));
  return [...rules, ...sets];
}

function headOf(table: NonNullable<DevicePanel["firewall"]>[number], chain: Chain, shown: number): Item {
  const { family } = table;
  return { kind: "chain", key: `${family}/${table.table}/${chain.name}`, table: table.table, family, chain, shown };
}

/** What Neutron's firewall driver means by the letter before the port's id (neutron.agent.linux.iptables_firewall). */
function purpose(chain: string): string {
  const letter = /^neutron-[a-z]+-([ios])[0-9a-f]{8}-/.exec(chain)?.[1];
  return letter === "i" ? "to the guest" : letter === "o" ? "from the guest" : letter === "s" ? "anti-spoofing" : "";
}

function ChainHead({ item, current }: { item: Extract<Item, { kind: "chain" }>; current: boolean }) {
  const { chain, table, family } = item;
  return (
    <h3
      className={cn(
        "flex min-h-[34px] flex-wrap items-center gap-x-2 border-b border-line px-4 py-1 text-xs",
        current ? "bg-accent-soft" : "bg-sunken",
      )}
    >
      <span className="text-muted">
        {family === 6 ? "ip6 " : ""}
        {table}
      </span>
      <span className="font-mono font-semibold [overflow-wrap:anywhere]">{chain.name}</span>
      <span className="text-muted">{purpose(chain.name)}</span>
      <span className="ml-auto text-muted">
        {chain.policy ? `policy ${chain.policy}` : item.shown === 1 ? "1 rule" : `${item.shown} rules`}
      </span>
    </h3>
  );
}

function RuleRow(props: {
  item: Extract<Item, { kind: "rule" }>;
  known: Set<string>;
  onChain: (chain: string) => void;
}) {
  const { rule, place } = props.item;
  const body = rule.text.replace(/^-A \S+ ?/, "");
  const jump = / ?(-j|-g) (\S+)/.exec(body);
  const target = jump?.[2] ?? "";
  const key = `${place}/${target}`;
  return (
    <div className="group/rule grid grid-cols-[minmax(0,1fr)_auto] gap-x-3 border-b border-line px-4 py-1.5 hover:bg-hover">
      <p className="font-mono text-xs leading-[1.15rem] [overflow-wrap:anywhere]">
        {breakable(jump ? body.slice(0, jump.index) : body)}
        {jump ? (
          <>
            {" "}
            <span className="whitespace-nowrap">{jump[1]}</span>{" "}
            {props.known.has(key) ? (
              <button type="button" className="text-accent hover:underline" onClick={() => props.onChain(key)}>
                {target}
              </button>
            ) : (
              <span
                className={cn(
                  /^(DROP|REJECT)$/.test(target) && "text-danger",
                  /^(ACCEPT|RETURN)$/.test(target) && "text-ok",
                )}
              >
                {target}
              </span>
            )}
            {breakable(body.slice(jump.index + jump[0].length))}
          </>
        ) : null}
      </p>
      <div className="flex items-start gap-1">
        <span
          title={`${rule.packets.toLocaleString("en")} packets, ${rule.bytes.toLocaleString("en")} bytes`}
          className={cn("pt-px font-mono text-2xs tabular-nums", rule.packets === 0 ? "text-faint" : "text-muted")}
        >
          {rule.packets.toLocaleString("en")}
        </span>
        <CopyButton
          text={rule.text}
          label="Copy this rule"
          className="-my-1 size-6 opacity-0 group-hover/rule:opacity-100 focus-visible:opacity-100 [&_svg]:size-3.5"
        />
      </div>
    </div>
  );
}

function SetRow({ set }: { set: NonNullable<DevicePanel["ipsets"]>[number] }) {
  return (
    <div className="border-b border-line px-4 py-2">
      <p className="text-xs">
        <span className="text-muted">set </span>
        <span className="font-mono font-semibold">{set.name}</span>
        <span className="text-muted">
          {" "}
          {set.type} · {set.members.length} {set.members.length === 1 ? "member" : "members"}
        </span>
      </p>
      <p className="pt-1 font-mono text-xs [overflow-wrap:anywhere]">{set.members.slice(0, 200).join("  ")}</p>
    </div>
  );
}
