/** `underlay openrc`: what OpenStack's clients need to know, for the shell or for clouds.yaml. */
import { dataDir } from "../clouds/places.ts";
import { DEFAULT_PASSWORD } from "../identity/prepare.ts";
import { readRunning } from "../server/running.ts";
import { InputError } from "./input-error.ts";
import { environmentOf, parseOptions } from "./options.ts";

const USAGE = `Usage: eval "$(underlay openrc)"
       underlay openrc --clouds-yaml

  --user NAME      whom to log in as: admin (default), demo, or any other user
  --project NAME   in which project: by default admin for admin, demo for demo
  --data DIR       the server's data directory (else UNDERLAY_DATA, else the user's)
  --url URL        of the server: by default the one that runs on this data directory, else http://127.0.0.1:3000
  --clouds-yaml    print an entry for clouds.yaml

The password is that of UNDERLAY_ADMIN_PASSWORD or UNDERLAY_DEMO_PASSWORD, the documented one where it is still in use,
else it is asked for.
`;
const DEFAULT_URL = "http://127.0.0.1:3000";

export interface Login {
  /** Of the server, without a slash at its end. */
  readonly url: string;
  readonly user: string;
  readonly project: string;
  /** undefined: to be asked for. */
  readonly password: string | undefined;
}

type Environment = NodeJS.ProcessEnv;

export async function openrc(args: readonly string[], env: NodeJS.ProcessEnv = process.env): Promise<number> {
  if (args.includes("--help") || args.includes("-h")) {
    process.stdout.write(USAGE);
    return 0;
  }
  const options = parseOptions(args, ["user", "project", "data", "url"], ["clouds-yaml"]);
  if (options.positional[0] !== undefined)
    throw new InputError(`${JSON.stringify(options.positional[0].slice(0, 40))}: openrc takes options only`);
  const login = loginOf(options.values, environmentOf(options, env));
  process.stdout.write(options.flags.has("clouds-yaml") ? cloudsYaml(login) : exports(login));
  return 0;
}

function loginOf(values: ReadonlyMap<string, string>, env: Environment): Login {
  const running = readRunning(dataDir(env));
  const given = values.get("url");
  const url = given === undefined ? (running?.url ?? DEFAULT_URL) : urlOf(given);
  const user = values.get("user") ?? "admin";
  const project = values.get("project") ?? user;
  for (const [name, value] of Object.entries({ user, project }))
    if (/\p{Cc}/u.test(value)) throw new InputError(`--${name}: expected a name, without control characters`);
  const local = running?.url === url && running.defaultPasswords.includes(user);
  return { url, user, project, password: passwordOf(user, env) ?? (local ? DEFAULT_PASSWORD : undefined) };
}

function passwordOf(user: string, env: Environment): string | undefined {
  if (user === "admin") return env.UNDERLAY_ADMIN_PASSWORD || undefined;
  if (user === "demo") return env.UNDERLAY_DEMO_PASSWORD || undefined;
  return undefined;
}

function urlOf(text: string): string {
  const url = URL.parse(text);
  const good = url && /^https?:$/.test(url.protocol) && url.username === "" && url.search === "" && url.hash === "";
  if (!good) throw new InputError(`--url: expected the address of a server, as ${DEFAULT_URL}`);
  return `${url.origin}${url.pathname}`.replace(/\/+$/, "");
}

/** Lines for a POSIX shell. Variables of another login are unset: clients would mix them with these. */
export function exports(login: Login): string {
  const values = {
    OS_AUTH_URL: `${login.url}/identity/v3`,
    OS_AUTH_TYPE: "password",
    OS_IDENTITY_API_VERSION: "3",
    OS_USERNAME: login.user,
    OS_USER_DOMAIN_ID: "default",
    OS_PROJECT_NAME: login.project,
    OS_PROJECT_DOMAIN_ID: "default",
    OS_REGION_NAME: "RegionOne",
    OS_INTERFACE: "public",
  };
  const lines = Object.entries(values).map(([name, value]) => `export ${name}=${quote(value)}`);
  return `unset ${FOREIGN.join(" ")}\n${lines.join("\n")}\n${passwordLines(login)}\n`;
}

const FOREIGN = [
  "OS_CLOUD",
  "OS_TOKEN",
  "OS_USER_ID",
  "OS_USER_DOMAIN_NAME",
  "OS_PROJECT_ID",
  "OS_PROJECT_DOMAIN_NAME",
  "OS_TENANT_ID",
  "OS_TENANT_NAME",
  "OS_DOMAIN_ID",
  "OS_DOMAIN_NAME",
  "OS_SYSTEM_SCOPE",
  "OS_APPLICATION_CREDENTIAL_ID",
  "OS_APPLICATION_CREDENTIAL_NAME",
  "OS_APPLICATION_CREDENTIAL_SECRET",
];

function passwordLines({ user, project, password }: Login): string {
  if (password !== undefined) return `export OS_PASSWORD=${quote(password)}`;
  return [
    `printf '%s' ${quote(`Password of ${user} in project ${project}: `)} >&2`,
    "stty -echo 2>/dev/null || true",
    "IFS= read -r OS_PASSWORD",
    "stty echo 2>/dev/null || true",
    "printf '\\n' >&2",
    "export OS_PASSWORD",
  ].join("\n");
}

/** Within single quotes nothing is special to a shell but the quote. */
function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

/** Without a password, clients ask for it. */
export function cloudsYaml({ url, user, project, password }: Login): string {
  return `clouds:
  underlay:
    auth:
      auth_url: ${text(`${url}/identity/v3`)}
      username: ${text(user)}
${password === undefined ? "" : `      password: ${text(password)}\n`}      project_name: ${text(project)}
      user_domain_id: default
      project_domain_id: default
    region_name: RegionOne
    identity_api_version: 3
`;
}

/** JSON's strings are YAML's, but for what YAML takes for the end of a line. */
function text(value: string): string {
  return JSON.stringify(value).replaceAll(
    /[\u007f-\u009f\u2028\u2029\ufeff]/g,
    (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
