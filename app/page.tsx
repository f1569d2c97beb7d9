import { redirect } from "next/navigation";
import { pages } from "../lib/api/pages.ts";
import { DEMOS } from "../lib/clouds/demo.ts";
import { EMBEDDED } from "../lib/clouds/embedded.ts";
import { server } from "../lib/server.ts";

export const dynamic = "force-dynamic";

/** Opens on the server's own cloud, or on a demo cloud while that is empty: the first thing to see is a picture, not a form. */
export default async function Home() {
  const own = await server()
    .clouds.summary(EMBEDDED.id)
    .catch(() => undefined);
  const first = own && own.networks > 0 ? EMBEDDED : DEMOS[0];
  redirect(first ? pages.topology(first.id) : pages.clouds());
}
