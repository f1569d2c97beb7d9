import { endSession, showSession, startSession, switchSession } from "../../../lib/server/session-routes.ts";

export { endSession as DELETE, showSession as GET, startSession as POST, switchSession as PUT };
