import { buildScript } from "../../../../../../../lib/check/build-script.ts";
import { hostNamed } from "../../../../../../../lib/hostgraph/lookup.ts";
import { route } from "../../../../../../../lib/server/route.ts";
import { server } from "../../../../../../../lib/server.ts";

export const GET = route<{ cloud: string; host: string }>(async (_, { cloud, host }) => {
  const known = await server().clouds.cloud(cloud);
  const script = buildScript(known.world, hostNamed(known, host));
  return new Response(script, {
    headers: {
      "content-type": "text/plain; charset=utf-8",
      "cache-control": "no-store",
      "x-content-type-options": "nosniff",
    },
  });
});
