import { ChevronRight } from "lucide-react";
import { groupGaps } from "../../lib/client/gaps.ts";
import type { Gap } from "../../lib/host/state.ts";

/** Gaps by host, then by file; each opens to its lines. */
export function GapReport({ gaps }: { gaps: readonly Gap[] }) {
  if (gaps.length === 0) return <p className="text-sm text-muted">Nothing is missing: every file was read in full.</p>;
  return (
    <div className="flex min-h-0 flex-col gap-4 overflow-y-auto">
      {groupGaps(gaps).map((host) => (
        <section key={host.host} aria-label={host.host}>
          <h3 className="flex items-baseline gap-2 pb-1 text-sm font-semibold">
            {host.host}
            <span className="text-xs font-normal text-muted">
              {host.count} {host.count === 1 ? "gap" : "gaps"}
            </span>
          </h3>
          <ul className="border-t border-line">
            {host.files.map((file) => (
              <li key={file.file} className="border-b border-line">
                <details className="group/gap">
                  <summary className="flex cursor-pointer list-none items-baseline gap-2 py-1.5 text-sm [&::-webkit-details-marker]:hidden">
                    <ChevronRight
                      aria-hidden
                      className="size-3.5 shrink-0 self-start mt-0.5 text-faint group-open/gap:rotate-90"
                    />
                    <span className="min-w-0 flex-1 font-mono text-xs break-all">{file.file}</span>
                    <span className="max-w-[60%] shrink-0 text-right text-xs text-muted">
                      {file.gaps.length === 1 ? file.gaps[0]?.reason : `${file.gaps.length} gaps`}
                    </span>
                  </summary>
                  <ul className="flex flex-col gap-2 pb-3 pl-5.5">
                    {file.gaps.map((gap, index) => (
                      // biome-ignore lint/suspicious/noArrayIndexKey: two gaps of a file can be equal in every field
                      <li key={index} className="text-xs">
                        <span className="text-muted">
                          {gap.line === undefined ? "Whole file" : `Line ${gap.line}`}: {gap.reason}
                        </span>
                        {gap.text ? (
                          <code className="mt-1 block rounded bg-sunken px-2 py-1 break-all whitespace-pre-wrap">
                            {gap.text}
                          </code>
                        ) : null}
                      </li>
                    ))}
                  </ul>
                </details>
              </li>
            ))}
          </ul>
        </section>
      ))}
    </div>
  );
}
