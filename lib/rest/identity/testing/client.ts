/** Requests to an identity service without a server. */
import { openCloud, type TestCloud } from "../../../identity/testing/cloud.ts";
import { identityService } from "../service.ts";

/** Looked into freely, as JSON.parse gives it: that is what a test is for. */
type Json = ReturnType<typeof JSON.parse>;
export interface Answer {
  readonly status: number;
  readonly body: Json;
  readonly headers: Readonly<Record<string, string>>;
}
export interface Sent {
  readonly token?: string | undefined;
  readonly body?: unknown;
  /** In place of `body`: as it is. */
  readonly text?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface TestClient {
  readonly cloud: TestCloud;
  readonly admin: string;
  readonly demo: string;
  /** @param line method and address below `/identity`: `GET /v3/users?name=admin` */
  send(line: string, sent?: Sent): Promise<Answer>;
  /** As admin. */
  ask(line: string, body?: unknown): Promise<Answer>;
}

export async function openClient(): Promise<TestClient> {
  const cloud = await openCloud();
  const service = identityService(cloud.identity);
  const [admin, demo] = [await cloud.login("admin"), await cloud.login("demo")];
  async function send(line: string, { token, body, text, headers }: Sent = {}): Promise<Answer> {
    const [method = "", address = ""] = line.split(" ");
    const url = new URL(address, "http://x");
    const raw = text ?? (body === undefined ? undefined : JSON.stringify(body));
    const reply = await service({
      method,
      path: url.pathname.slice(1).split("/").map(decodeURIComponent),
      query: url.searchParams,
      headers: new Headers({ ...(token !== undefined && { "x-auth-token": token }), ...headers }),
      origin: "http://127.0.0.1:3000",
      source: "127.0.0.1",
      text: async () => raw,
    });
    const sentBack: Json = reply.body === undefined ? undefined : JSON.parse(JSON.stringify(reply.body));
    return { status: reply.status, body: sentBack, headers: reply.headers ?? {} };
  }
  return { cloud, admin, demo, send, ask: (line, body) => send(line, { token: admin, body }) };
}
