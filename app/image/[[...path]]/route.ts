import { openstackRoute } from "@/lib/server/openstack.ts";

const serve = openstackRoute("image");

export { serve as DELETE, serve as GET, serve as HEAD, serve as PATCH, serve as POST, serve as PUT };
