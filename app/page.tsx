import { redirect } from "next/navigation";
import { pages } from "../lib/api/pages.ts";
import { EMBEDDED } from "../lib/clouds/embedded.ts";
import { pageSession } from "../lib/server/page-session.ts";

export const dynamic = "force-dynamic";

/** Opens on the server's own cloud. */
export default async function Home() {
  await pageSession();
  redirect(pages.topology(EMBEDDED.id));
}
