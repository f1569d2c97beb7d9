import { events } from "@/lib/server/events.ts";

export { events as GET };
