"use client";
import { X } from "lucide-react";
import { Button } from "../ui/button.tsx";
import { HistoryTab } from "./panel/history-tab.tsx";
import { RightPane } from "./right-pane.tsx";

/** What built the whole host, at the right of its picture. */
export function HistoryPane({ cloud, host, onClose }: { cloud: string; host: string; onClose: () => void }) {
  return (
    <RightPane label={`Commands of ${host}`} onClose={onClose}>
      <header className="flex items-start gap-2 px-5 pt-4 pb-2">
        <div className="min-w-0 flex-1">
          <h2 className="text-base font-semibold">Commands</h2>
          <p className="text-xs text-muted">What built {host} since the server started: by its agents, and by hand</p>
        </div>
        <Button
          variant="ghost"
          size="icon"
          aria-label="Close the commands"
          title="Close (Esc)"
          className="-mr-2"
          onClick={onClose}
        >
          <X aria-hidden />
        </Button>
      </header>
      <div className="min-h-0 flex-1 border-t border-line">
        <HistoryTab cloud={cloud} host={host} />
      </div>
    </RightPane>
  );
}
