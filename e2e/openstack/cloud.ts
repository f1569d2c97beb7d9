/** The cloud under test: where its identity service answers, and the administrator's password. */
export interface Cloud {
  /** With its version: `http://127.0.0.1:3000/identity/v3`. */
  readonly authUrl: string;
  readonly adminPassword: string;
}

/** Whom a script can act as. The projects, users and passwords other than the administrator's are made by the script itself. */
export interface Account {
  readonly user: string;
  readonly password: string;
  readonly project: string;
}

/** A session with one cloud's identity service: the addresses of its services, and a token that is asked for once. */
export interface Session {
  readonly token: string;
  readonly projectId: string;
  /** By the type of service, the public address without its version and without a slash at its end. */
  readonly endpoints: ReadonlyMap<string, string>;
}

interface TokenAnswer {
  readonly token: {
    readonly project: { readonly id: string };
    readonly catalog: readonly {
      readonly type: string;
      readonly endpoints: readonly { readonly interface: string; readonly url: string }[];
    }[];
  };
}

/** @throws Error when the identity service does not give a token */
export async function login(cloud: Cloud, account: Account): Promise<Session> {
  const domain = { id: "default" };
  const answer = await fetch(`${cloud.authUrl}/auth/tokens`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({
      auth: {
        identity: {
          methods: ["password"],
          password: { user: { name: account.user, domain, password: account.password } },
        },
        scope: { project: { name: account.project, domain } },
      },
    }),
  });
  const token = answer.headers.get("X-Subject-Token");
  if (token === null) throw new Error(`${account.user} cannot log in: ${answer.status} ${await answer.text()}`);
  const { token: about } = (await answer.json()) as TokenAnswer;
  const endpoints = about.catalog.flatMap(({ type, endpoints }) =>
    endpoints.filter((each) => each.interface === "public").map((each) => [type, withoutVersion(each.url)] as const),
  );
  return { token, projectId: about.project.id, endpoints: new Map(endpoints) };
}

/** `http://host/networking/v2.0/` → `http://host/networking`. */
export function withoutVersion(url: string): string {
  return url.replace(/\/+$/, "").replace(/\/v\d+(\.\d+)?$/, "");
}
