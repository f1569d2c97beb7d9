import { compareRuns } from "../../../../../../lib/server/history-routes.ts";

export const GET = compareRuns;
