/** What the API layer itself refuses, in webob's words: it is the one that says them for Neutron. */
import { NeutronError } from "../../neutron/errors.ts";

export function absent(message = "The resource could not be found."): NeutronError {
  return new NeutronError("not-found", "HTTPNotFound", message);
}

/** webob.exc.HTTPMethodNotAllowed has no explanation of its own. */
export function notAllowed(): NeutronError {
  return new NeutronError(
    "not-allowed",
    "HTTPMethodNotAllowed",
    "The server could not comply with the request since it is either malformed or otherwise incorrect.",
  );
}
