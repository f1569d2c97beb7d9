/** The server's own cloud, as lists and addresses call it. */
import type { Identity } from "./summary.ts";

export const EMBEDDED: Identity = { id: "embedded", name: "Embedded cloud", kind: "embedded" };
