import { trace } from "../../../../../lib/server/history-routes.ts";

export const GET = trace;
