// What `npm start` and `underlay start` read from the environment: their help shows this table, and a test holds the code
// and the documents against it.

/** @type {readonly { name: string, meaning: string, fallback: string }[]} */
export const ENVIRONMENT = [
  { name: "PORT", meaning: "the port to serve on, where --port is not given", fallback: "3000" },
  {
    name: "UNDERLAY_DATA",
    meaning: "where the embedded cloud (SQLite) and opened bundles are kept, where --data is not given",
    fallback: "$XDG_DATA_HOME/underlay, else ~/.local/share/underlay",
  },
  {
    name: "UNDERLAY_DATABASE_URL",
    meaning: "postgres://…: the embedded cloud is kept there; several servers may share it",
    fallback: "a file in the data directory",
  },
  { name: "UNDERLAY_ADMIN_PASSWORD", meaning: "admin's password, at the first start", fallback: "underlay" },
  { name: "UNDERLAY_DEMO_PASSWORD", meaning: "demo's password, at the first start", fallback: "underlay" },
  {
    name: "UNDERLAY_EMPTY_CLOUD",
    meaning: "1: a new cloud begins with nothing in it",
    fallback: "networks, routers and servers to look at",
  },
  {
    name: "UNDERLAY_NEUTRON_CONFIG",
    meaning: "a directory with ml2_conf.ini, neutron.conf, openvswitch_agent.ini and their kin",
    fallback: "Neutron's own defaults, and the default cloud's ranges",
  },
  {
    name: "UNDERLAY_PUBLIC_URL",
    meaning: "the address that clients use, when a proxy stands before the server",
    fallback: "as the request says",
  },
  {
    name: "UNDERLAY_ALLOWED_HOSTS",
    meaning: "names of this server beside its addresses and the machine's own name, with commas between",
    fallback: "none",
  },
  {
    name: "UNDERLAY_METRICS_TOKEN",
    meaning: "bearers of it may read /metrics from elsewhere",
    fallback: "none: this machine and administrators alone",
  },
  {
    name: "UNDERLAY_LOG_LEVEL",
    meaning: "what is logged: silent, error, warn, info (a line for each request) or debug (for the pages' files, too)",
    fallback: "warn",
  },
  { name: "UNDERLAY_DEMO", meaning: "the directory of the recorded clouds that are shown", fallback: "lib/demo" },
  { name: "UNDERLAY_DIST", meaning: "where the build of the dashboard is kept", fallback: ".next" },
];

/** The table for a terminal. */
export function environmentHelp() {
  const width = Math.max(...ENVIRONMENT.map(({ name }) => name.length));
  return ENVIRONMENT.map(
    ({ name, meaning, fallback }) =>
      `  ${name.padEnd(width)}  ${meaning}\n  ${" ".repeat(width)}  (else: ${fallback})\n`,
  ).join("");
}
