import type { ReactNode } from "react";
import type { CloudSummary, SessionInfo } from "../../lib/api/http.ts";
import { Presence } from "./presence.tsx";
import { Rail } from "./rail.tsx";
import { SessionProvider } from "./session.tsx";
import { Shortcuts } from "./shortcuts.tsx";
import { TopBar } from "./top-bar.tsx";

/** Rail, top bar and the page. Pages fill `main` and scroll inside it. */
export function Shell(props: { cloud: CloudSummary; session: SessionInfo; children: ReactNode }) {
  const { cloud, session, children } = props;
  return (
    <SessionProvider session={session}>
      <div className="grid h-dvh grid-cols-[var(--rail)_minmax(0,1fr)] grid-rows-[52px_minmax(0,1fr)]">
        <a
          href="#main"
          className="absolute top-2 left-2 z-50 -translate-y-20 rounded-md bg-solid px-3 py-1.5 text-sm text-on-solid focus:translate-y-0"
        >
          Skip to content
        </a>
        <div className="row-span-2">
          <Rail cloud={cloud.id} />
        </div>
        <TopBar cloud={cloud} />
        <Shortcuts cloud={cloud.id} />
        <main id="main" tabIndex={-1} className="relative min-h-0 overflow-auto focus:outline-none">
          <Presence key={cloud.id} cloud={cloud.id}>
            {children}
          </Presence>
        </main>
      </div>
    </SessionProvider>
  );
}
