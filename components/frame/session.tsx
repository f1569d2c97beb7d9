"use client";
import { createContext, type ReactNode, useContext, useEffect } from "react";
import type { SessionInfo } from "../../lib/api/http.ts";
import { onChangeElsewhere } from "../../lib/client/session.ts";

const Shown = createContext<SessionInfo | undefined>(undefined);

/** Who is logged in, for the whole page. A tab whose session another tab has changed begins anew with what is left. */
export function SessionProvider({ session, children }: { session: SessionInfo; children: ReactNode }) {
  useEffect(() => onChangeElsewhere(() => window.location.reload()), []);
  return <Shown value={session}>{children}</Shown>;
}

export function useSession(): SessionInfo {
  const session = useContext(Shown);
  if (!session) throw new Error("no session above");
  return session;
}

/** Whether the page may show what is under the overlay: hosts, agents, recorded clouds. */
export function useIsAdmin(): boolean {
  return useContext(Shown)?.admin ?? false;
}
