import { randomUUID } from "node:crypto";

/** Of a request whose caller nobody knows: of others their context has it. oslo_middleware/request_id.py comes before the login. */
export function strangersRequest(): Readonly<Record<"x-openstack-request-id", string>> {
  return { "x-openstack-request-id": `req-${randomUUID()}` };
}
