import { checkOf } from "../../../../../lib/server/check.ts";
import { json, route } from "../../../../../lib/server/route.ts";
import { server } from "../../../../../lib/server.ts";

export const GET = route<{ cloud: string }>(async (_, { cloud }) => json(await checkOf(server(), cloud)));
