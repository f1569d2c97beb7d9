/** What the REST services see of HTTP: no more than this, so that they run under any server, and under tests without one. */

export interface RestRequest {
  readonly method: string;
  /** Segments after the service's own prefix, percent-decoded: `/networking/v2.0/networks/ID` → `["v2.0", "networks", "ID"]`. */
  readonly path: readonly string[];
  readonly query: URLSearchParams;
  readonly headers: Headers;
  /** Where clients reach this server: `http://127.0.0.1:3000`, without a slash at its end. Links and the catalogue begin with it. */
  readonly origin: string;
  /** Address of the client as its connection says it, never a header: failed logins are counted by it. Absent under tests. */
  readonly source?: string;
  /** The body as text; `undefined` when there was none. Throws BodyTooLarge past the limit. */
  text(): Promise<string | undefined>;
  /** The body as it comes, however long, for what nobody keeps. Absent under tests that send none. */
  parts?(): AsyncIterable<Uint8Array>;
}

export interface RestReply {
  readonly status: number;
  /** JSON; absent: no body. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** One OpenStack service. Never throws for what a client did wrong: that is a reply of its own shape. */
export type RestService = (request: RestRequest) => Promise<RestReply>;
