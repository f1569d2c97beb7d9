import { headers } from "next/headers";
import { EMBEDDED } from "../lib/clouds/embedded.ts";
import { sessionOf } from "../lib/server/session.ts";
import { sightOf } from "../lib/server/sight.ts";
import { server } from "../lib/server.ts";
import { CloudFrame } from "./cloud-frame.tsx";
import { NothingHere } from "./nothing-here.tsx";

/** No cloud's address: who is logged in has the frame of the one that is always there. */
export default async function NotFound() {
  const session = await sessionOf(await headers());
  if (!session)
    return (
      <main className="grid min-h-dvh place-items-center">
        <NothingHere />
      </main>
    );
  const { newest } = await (await server().embedded()).store.lastEvent();
  return (
    <CloudFrame cloud={await sightOf(session).summary(EMBEDDED.id)} since={newest}>
      <div className="grid h-full place-items-center">
        <NothingHere />
      </div>
    </CloudFrame>
  );
}
