import { type Account, type Cloud, login, type Session, withoutVersion } from "./cloud.ts";
import type { RestStep } from "./rest-steps.ts";

export interface RestAnswer {
  readonly status: number;
  /** The JSON of the body; its text where it is none; undefined where it is empty. */
  readonly body: unknown;
}

/** Who acts in rest-story.txt, besides `anonymous`, who sends no token, and `forged`, who sends one that nobody issued. */
const ACCOUNTS: Readonly<Record<string, Account>> = {
  rest: { user: "rest", password: "rest-password", project: "rest" },
  rival: { user: "rival", password: "rival-password", project: "rival" },
  looker: { user: "looker", password: "looker-password", project: "rest" },
};

/** Sends the requests of a script in order, with what earlier answers left for later ones. */
export class RestClient {
  readonly #cloud: Cloud;
  readonly #sessions = new Map<string, Session>();
  readonly #kept = new Map<string, string>();

  constructor(cloud: Cloud) {
    this.#cloud = cloud;
  }

  async send(step: RestStep): Promise<RestAnswer> {
    const headers: Record<string, string> = { Accept: "application/json" };
    const token = await this.#token(step.who);
    if (token !== undefined) headers["X-Auth-Token"] = token;
    if (step.header !== undefined) headers[step.header.name] = step.header.value;
    if (step.body !== undefined) headers["Content-Type"] = "application/json";
    const url = `${await this.#base(step.service)}${this.#fill(step.path)}`;
    const body = step.body === undefined ? {} : { body: this.#fill(step.body) };
    const answer = await fetch(url, { method: step.method, headers, redirect: "manual", ...body });
    const text = await answer.text();
    const parsed = text === "" ? undefined : jsonOr(text);
    for (const { name, at } of step.keep) {
      const found = at.reduce<unknown>((value, key) => (isRecord(value) ? value[key] : undefined), parsed);
      if (typeof found === "string") this.#kept.set(name, found);
    }
    return { status: answer.status, body: parsed };
  }

  /** What was kept so far, by name: the ids that stand in answers. */
  get kept(): ReadonlyMap<string, string> {
    return this.#kept;
  }

  async #token(who: string): Promise<string | undefined> {
    if (who === "anonymous") return undefined;
    if (who === "forged") return "gAAAAABforged";
    return (await this.#session(who)).token;
  }

  async #session(who: string): Promise<Session> {
    const known = this.#sessions.get(who);
    if (known !== undefined) return known;
    const admin = { user: "admin", password: this.#cloud.adminPassword, project: "admin" };
    const account = who === "admin" ? admin : ACCOUNTS[who];
    if (account === undefined) throw new Error(`nobody is named ${who}`);
    const session = await login(this.#cloud, account);
    this.#sessions.set(who, session);
    return session;
  }

  async #base(service: RestStep["service"]): Promise<string> {
    if (service === "identity") return withoutVersion(this.#cloud.authUrl);
    const base = (await this.#session("admin")).endpoints.get(service);
    if (base === undefined) throw new Error(`the catalogue has no ${service} service`);
    return service === "compute" ? `${base}/v2.1` : base;
  }

  #fill(text: string): string {
    return text
      .replaceAll(/\$\{LONG:(\d+)\}/g, (_, count: string) => "x".repeat(Number(count)))
      .replaceAll(/\$\{(\w+)\}/g, (_, name: string) => this.#kept.get(name) ?? `no-${name}`);
  }
}

function jsonOr(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** Arrays too: their elements are found by index. */
function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}
