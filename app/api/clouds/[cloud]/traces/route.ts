import { listRuns, removeRuns, runAgain } from "../../../../../lib/server/history-routes.ts";

export const GET = listRuns;
export const POST = runAgain;
export const DELETE = removeRuns;
