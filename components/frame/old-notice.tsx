import { RotateCw } from "lucide-react";
import { Button } from "../ui/button.tsx";

/** Above what was computed before the cloud changed, so that nothing of what somebody reads moves. */
export function OldNotice({ shown, onAgain }: { shown: boolean; onAgain: () => void }) {
  return (
    <div role="status" className="pointer-events-none absolute inset-x-6 bottom-18 z-40 flex justify-center">
      {shown ? (
        <p className="pointer-events-auto flex items-center gap-3 rounded-lg border border-line-strong bg-surface py-1.5 pr-1.5 pl-3 text-sm shadow-float">
          The cloud has changed since
          <Button size="sm" variant="solid" onClick={onAgain}>
            <RotateCw aria-hidden /> Run again
          </Button>
        </p>
      ) : null}
    </div>
  );
}
