"use client";
import Link from "next/link";
import { useState } from "react";
import { OutcomeBadge } from "../trace/outcome.tsx";
import { Button } from "../ui/button.tsx";
import { Table, Td, Th, Tr } from "../ui/table.tsx";
import type { Pair, Reach } from "./use-reach.ts";

const PAGE = 200;

/** The same as lines, with how each ended in words: for narrow screens, and for who reads. */
export function PairList(props: { reach: Reach; shown: (pair: Pair) => boolean; href: (pair: Pair) => string }) {
  const { reach, shown, href } = props;
  const [most, setMost] = useState(PAGE);
  const pairs = reach.rows.flatMap((row) => row.filter((pair): pair is Pair => pair !== undefined && shown(pair)));
  const name = (index: number) => reach.ends[index]?.name ?? "";
  return (
    <Table label="Pairs" wrapClassName="min-h-0 flex-1" className="table-fixed">
      <thead>
        <tr>
          <Th className="md:w-44">From</Th>
          <Th className="md:w-44">To</Th>
          <Th className="w-32">Verdict</Th>
          <Th className="w-56 max-md:hidden">Code</Th>
          <Th className="max-md:hidden">What happened</Th>
        </tr>
      </thead>
      <tbody>
        {pairs.slice(0, most).map((pair) => (
          <Tr key={`${pair.from} ${pair.to}`}>
            <Td className="truncate font-medium">{name(pair.from)}</Td>
            <Td className="truncate">
              <Link
                href={href(pair)}
                prefetch={false}
                aria-label={`Trace from ${name(pair.from)} to ${name(pair.to)}`}
                className="font-medium underline decoration-line-strong underline-offset-2 hover:text-accent"
              >
                {name(pair.to)}
              </Link>
            </Td>
            <Td>
              <OutcomeBadge outcome={pair.outcome} />
            </Td>
            <Td className="font-mono text-xs max-md:hidden">{pair.code}</Td>
            <Td className="text-muted max-md:hidden">{pair.summary}</Td>
          </Tr>
        ))}
        {pairs.length > most ? (
          <tr>
            <td colSpan={5} className="p-2 text-center">
              <Button onClick={() => setMost(most + PAGE)}>Show more of {pairs.length}</Button>
            </td>
          </tr>
        ) : null}
      </tbody>
    </Table>
  );
}
