import { History } from "lucide-react";
import { pages } from "../../lib/api/pages.ts";
import { ButtonLink } from "../ui/button.tsx";

/** To the traces that were run before, beside the boxes of a trace. */
export function HistoryLink({ cloud }: { cloud: string }) {
  return (
    <ButtonLink href={pages.traces(cloud)} className="h-12 max-md:flex-1">
      <History aria-hidden className="size-4" /> History
    </ButtonLink>
  );
}
