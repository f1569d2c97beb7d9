/** What the API layer itself refuses, in webob's words: it is the one that says them for Neutron. */
import { NeutronError } from "../../neutron/errors.ts";
import type { RestReply } from "../http.ts";

export function absent(): NeutronError {
  return new NeutronError("not-found", "HTTPNotFound", "The resource could not be found.");
}

/** webob.exc.HTTPMethodNotAllowed has no explanation of its own. */
export function notAllowed(): NeutronError {
  return new NeutronError(
    "not-allowed",
    "HTTPMethodNotAllowed",
    "The server could not comply with the request since it is either malformed or otherwise incorrect.",
  );
}

/** Outside of v2.0 there is no Neutron to say so: its web framework does. */
export const unknownVersion: RestReply = {
  status: 404,
  body: { code: 404, title: "Not Found", description: null },
};

/** The extensions' controller leaves this to webob, which writes for browsers. */
export function noExtension(alias: string): RestReply {
  const name = alias.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
  const message = `The resource could not be found.<br /><br />\nExtension with alias ${name} does not exist\n\n`;
  return { status: 404, body: { message, code: "404 Not Found", title: "Not Found" } };
}
