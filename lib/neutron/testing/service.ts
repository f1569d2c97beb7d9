/** A networking service on an empty store, for tests: requests go in as a client would send them. */
import { randomUUID } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import type { Context } from "../../identity/context.ts";
import type { RestReply } from "../../rest/http.ts";
import { networkingService } from "../../rest/networking/service.ts";
import { openStore } from "../../store/open.ts";
import type { Store } from "../../store/store.ts";
import { DEFAULT_CONFIG, type NeutronConfig } from "../config/config.ts";
import { Neutron, type NeutronOptions } from "../neutron.ts";

// biome-ignore lint/suspicious/noExplicitAny: tests read answers as a client does, attribute by attribute.
export type Reply = { status: number; body: any; headers: Readonly<Record<string, string>> };

export interface TestService {
  readonly neutron: Neutron;
  readonly store: Store;
  readonly admin: Context;
  readonly demo: Context;
  /** Of another project than demo. */
  readonly other: Context;
  /** `call(demo, "POST", "networks", { network: { name: "n" } })`; the path may have a query. */
  call(who: Context, method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Reply>;
  close(): Promise<void>;
}

export async function testService(
  config: NeutronConfig = DEFAULT_CONFIG,
  options: NeutronOptions = {},
): Promise<TestService> {
  const dir = mkdtempSync(path.join(tmpdir(), "neutron-"));
  const store = await openStore(path.join(dir, "db"));
  const neutron = new Neutron(store, config, options);
  const who = new Map<string, Context>();
  const service = networkingService(neutron, {
    authenticate: async (request) => who.get(request.headers.get("x-auth-token") ?? ""),
    report: (error) => {
      throw error; // What a client would see as a 500 is a failure of the test.
    },
  });
  const user = (name: string, isAdmin: boolean): Context => {
    const context: Context = {
      userId: randomUUID().replaceAll("-", ""),
      userName: name,
      projectId: randomUUID().replaceAll("-", ""),
      projectName: name,
      roles: isAdmin ? ["admin", "member", "reader"] : ["member", "reader"],
      isAdmin,
      requestId: `req-${name}`,
    };
    who.set(name, context);
    return context;
  };
  return {
    neutron,
    store,
    admin: user("admin", true),
    demo: user("demo", false),
    other: user("other", false),
    async call(context, method, where, body, headers = {}) {
      who.set(context.userName, context);
      const url = new URL(`http://127.0.0.1:3000/networking/v2.0/${where}`);
      const reply: RestReply = await service({
        method,
        path: url.pathname.split("/").slice(2).map(decodeURIComponent),
        query: url.searchParams,
        headers: new Headers({ ...headers, "x-auth-token": context.userName }),
        origin: url.origin,
        text: async () => (body === undefined ? undefined : typeof body === "string" ? body : JSON.stringify(body)),
      });
      return { status: reply.status, body: reply.body, headers: reply.headers ?? {} };
    },
    async close() {
      await store.close();
      rmSync(dir, { recursive: true });
    },
  };
}
