import type { ReactNode } from "react";
import { adminSight } from "../../../../lib/server/page-session.ts";

/** Above the skeletons of its pages, which would already have answered 200. The pages ask by themselves, too. */
export default async function HostsLayout({ children }: { children: ReactNode }) {
  await adminSight();
  return children;
}
