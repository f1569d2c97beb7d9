/** Calls to the embedded cloud's own services, as any client of them makes: with their bodies, and their errors. */
import { ApiFailure, asFailure } from "./error.ts";
import { logInAgain } from "./log-in-again.ts";

type Method = "GET" | "POST" | "PUT" | "DELETE";

/** @param path from the service's name on: `networking/v2.0/networks`; throws ApiFailure, whose code is Neutron's type of error */
export async function openstack<T>(method: Method, path: string, body?: object): Promise<T> {
  let response: Response;
  try {
    response = await fetch(`/${path}`, {
      method,
      // Another site cannot send it: with it, the session's cookie counts.
      headers: { accept: "application/json", "content-type": "application/json", "x-underlay-request": "1" },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  } catch (error) {
    throw asFailure(error);
  }
  const text = await response.text();
  if (!response.ok) throw logInAgain(failureIn(response.status, text));
  return (text === "" ? undefined : JSON.parse(text)) as T; // The caller knows what the service answers there.
}

export const neutron = <T>(method: Method, path: string, body?: object) =>
  openstack<T>(method, `networking/v2.0/${path}`, body);
export const nova = <T>(method: Method, path: string, body?: object) =>
  openstack<T>(method, `compute/v2.1/${path}`, body);

interface Fault {
  type?: string;
  message?: string;
}

/** Neutron: `{"NeutronError": {type, message}}`; Nova: `{"badRequest": {code, message}}`, Keystone: `{"error": {title, message}}`. */
export function failureIn(status: number, text: string): ApiFailure {
  try {
    const [[name, fault] = []] = Object.entries(JSON.parse(text) as Record<string, Fault>);
    if (typeof fault?.message === "string")
      return new ApiFailure(status, { code: fault.type ?? name ?? "unexpected", message: fault.message });
  } catch {
    // Not a service's JSON: a proxy's page. The status is all there is.
  }
  return new ApiFailure(status, { code: "unexpected", message: `The service answered ${status}.` });
}
