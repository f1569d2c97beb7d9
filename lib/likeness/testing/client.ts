/** A client of the embedded cloud's services, without sockets: an administrator at work in one of the projects. */
import type { EmbeddedCloud } from "../../embedded.ts";
import { DEFAULT_PASSWORD } from "../../identity/prepare.ts";

/** Looked into freely, as JSON.parse gives it. */
export type Json = ReturnType<typeof JSON.parse>;
type ServiceName = keyof EmbeddedCloud["services"];

export class Client {
  private readonly services: EmbeddedCloud["services"];
  private token = "";

  private constructor(services: EmbeddedCloud["services"]) {
    this.services = services;
  }

  static async login(cloud: EmbeddedCloud, project: string): Promise<Client> {
    const client = new Client(cloud.services);
    const domain = { id: "default" };
    const user = { name: "admin", domain, password: DEFAULT_PASSWORD };
    const auth = {
      identity: { methods: ["password"], password: { user } },
      scope: { project: { name: project, domain } },
    };
    const reply = await client.send("identity", "POST", "v3/auth/tokens", { auth });
    client.token = reply.headers["x-subject-token"] ?? "";
    return client;
  }

  /** @param path may have a query @returns the answer's body; whatever is refused throws */
  async call(service: ServiceName, method: string, path: string, body?: unknown): Promise<Json> {
    return (await this.send(service, method, path, body)).body;
  }

  /** A new object of the networking service. */
  async create(kind: string, values: Json): Promise<Json> {
    return (await this.call("networking", "POST", `v2.0/${kind}s`.replaceAll("_", "-"), { [kind]: values }))[kind];
  }

  private async send(service: ServiceName, method: string, path: string, body?: unknown) {
    const url = new URL(`http://127.0.0.1:3000/${service}/${path}`);
    const text = body === undefined ? undefined : JSON.stringify(body);
    const reply = await this.services[service]({
      method,
      path: url.pathname.split("/").slice(2).map(decodeURIComponent),
      query: url.searchParams,
      headers: new Headers({ "x-auth-token": this.token }),
      origin: url.origin,
      source: "127.0.0.1",
      text: async () => text,
    });
    const answer: Json = reply.body === undefined ? undefined : JSON.parse(JSON.stringify(reply.body));
    if (reply.status >= 400) throw new Error(`${method} ${path}: ${reply.status} ${JSON.stringify(answer)}`);
    const headers = Object.entries(reply.headers ?? {}).map(([name, value]) => [name.toLowerCase(), value] as const);
    return { body: answer, headers: Object.fromEntries(headers) as Record<string, string> };
  }
}
