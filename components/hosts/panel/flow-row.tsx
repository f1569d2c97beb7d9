import { Fragment, type ReactNode } from "react";
import type { FlowTable } from "../../../lib/api/http.ts";
import { flowText } from "../../../lib/client/flow-text.ts";
import { cn } from "../../ui/cn.ts";
import { CopyButton } from "../../ui/copy-button.tsx";
import { breakable } from "./breakable.tsx";

type FlowEntry = FlowTable["flows"][number];

/** A flow as ovs-ofctl prints it, names woven in; the names are not part of what is selected and copied. */
export function FlowRow({ table, flow }: { table: number; flow: FlowEntry }) {
  const priority = `priority=${flow.priority}${flow.match === "" ? "" : ","}`;
  const hints = flow.hints.reduce((n, hint) => n + hint.name.length + 2, 0);
  const short = priority.length + flow.match.length + flow.actions.length + hints < 48;
  return (
    <div className="group/flow grid grid-cols-[minmax(0,1fr)_auto] gap-x-3 border-b border-line px-4 py-1.5 hover:bg-hover">
      <p className="font-mono text-xs leading-[1.15rem] [overflow-wrap:anywhere]">
        <span className="text-muted">{priority}</span>
        <Woven text={flow.match} hints={flow.hints} />
        {short ? " " : null}
        <span className={short ? undefined : "block pl-4"}>
          <span className="text-muted">actions=</span>
          <Woven
            text={flow.actions}
            hints={flow.hints}
            className={flow.actions === "drop" ? "text-danger" : undefined}
          />
        </span>
      </p>
      <div className="flex items-start gap-1">
        <span
          title={`${flow.packets.toLocaleString("en")} packets, ${flow.bytes.toLocaleString("en")} bytes, cookie ${flow.cookie}`}
          className={cn("pt-px font-mono text-2xs tabular-nums", flow.packets === 0 ? "text-faint" : "text-muted")}
        >
          {flow.packets.toLocaleString("en")}
        </span>
        <CopyButton
          text={() => flowText(table, flow)}
          label="Copy this flow"
          className="-my-1 size-6 opacity-0 group-hover/flow:opacity-100 focus-visible:opacity-100 [&_svg]:size-3.5"
        />
      </div>
    </div>
  );
}

function Woven({
  text,
  hints,
  className,
}: {
  text: string;
  hints: FlowEntry["hints"];
  className?: string | undefined;
}) {
  return <span className={className}>{weave(text, hints)}</span>;
}

function weave(text: string, hints: FlowEntry["hints"]): ReactNode[] {
  const parts: ReactNode[] = [];
  let at = 0;
  while (at < text.length) {
    const next = nearest(text, hints, at);
    if (!next) break;
    const end = next.index + next.hint.token.length;
    parts.push(
      <Fragment key={at}>
        {breakable(text.slice(at, end))}
        <span className="mx-0.5 inline-block rounded bg-accent-soft px-1 font-sans text-2xs leading-4 whitespace-nowrap text-ink select-none">
          {next.hint.name}
        </span>
      </Fragment>,
    );
    at = end;
  }
  parts.push(<Fragment key={at}>{breakable(text.slice(at))}</Fragment>);
  return parts;
}

/** The first token from `at` on that is not the beginning of a longer number or name. */
function nearest(text: string, hints: FlowEntry["hints"], from: number) {
  let found: { index: number; hint: FlowEntry["hints"][number] } | undefined;
  for (const hint of hints) {
    let index = text.indexOf(hint.token, from);
    while (index !== -1 && /[\w.:]/.test(text[index + hint.token.length] ?? "") && /\w$/.test(hint.token)) {
      index = text.indexOf(hint.token, index + 1);
    }
    if (index === -1) continue;
    if (!found || index < found.index || (index === found.index && hint.token.length > found.hint.token.length)) {
      found = { index, hint };
    }
  }
  return found;
}
