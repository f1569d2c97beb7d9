import Link from "next/link";
import { pages } from "../../lib/api/pages.ts";

/** Every code with its one sentence. */
export function VerdictIndex({ codes }: { codes: readonly { code: string; summary: string }[] }) {
  return (
    <ul className="divide-y divide-line rounded-lg border border-line bg-surface">
      {codes.map(({ code, summary }) => (
        <li key={code}>
          <Link
            href={pages.verdict(code)}
            prefetch={false}
            className="grid gap-x-6 px-4 py-2.5 hover:bg-hover md:grid-cols-[16rem_minmax(0,1fr)]"
          >
            <code className="text-xs leading-5 font-medium">{code}</code>
            <span className="text-sm text-muted">{summary}</span>
          </Link>
        </li>
      ))}
    </ul>
  );
}
