import { nothing } from "@/lib/server/route.ts";

export { nothing as DELETE, nothing as GET, nothing as PATCH, nothing as POST, nothing as PUT };
