// The tools of the machine that tests drive: a browser, Open vSwitch, the kernel's own.
import { accessSync, constants, existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { Failure } from "./failure.mjs";
import { capture, progress } from "./processes.mjs";

/** Each command that a test runs, and the Debian package that brings it. */
const PACKAGE_OF = {
  "chromium-headless-shell": "chromium-headless-shell",
  "ovs-vswitchd": "openvswitch-switch",
  "ovsdb-server": "openvswitch-switch",
  "ovsdb-tool": "openvswitch-common",
  "ovs-vsctl": "openvswitch-switch",
  "ovs-ofctl": "openvswitch-common",
  "ovs-appctl": "openvswitch-common",
  ip: "iproute2",
  bridge: "iproute2",
  brctl: "bridge-utils",
  ss: "iproute2",
  iptables: "iptables",
  ipset: "ipset",
  conntrack: "conntrack",
  sysctl: "procps",
  ping: "iputils-ping",
  dnsmasq: "dnsmasq-base",
  tcpdump: "tcpdump",
  tshark: "tshark",
  python3: "python3",
  openstack: "python3-openstackclient",
  tempest: "tempest",
  initdb: "postgresql",
};
/** Packages that bring no command, each with a file that tells that it is there. */
const FILE_OF = {
  "neutron-tempest-plugin": "/usr/lib/python3/dist-packages/neutron_tempest_plugin/__init__.py",
};
/** Where Debian keeps commands that an ordinary user's PATH leaves out. */
const SYSTEM_PATHS = ["/usr/local/sbin", "/usr/sbin", "/sbin"];
/** Where it keeps PostgreSQL's, by version. */
const POSTGRES_VERSIONS = "/usr/lib/postgresql";
/**
 * While packages are installed, no service of theirs is started, and PostgreSQL makes no databases, which would be served from
 * the next boot on: the tests run their own.
 */
const WHILE_INSTALLING = {
  "/usr/sbin/policy-rc.d": "#!/bin/sh\nexit 101\n",
  "/etc/postgresql-common/createcluster.d/underlay-tests.conf": "create_main_cluster = false\n",
};

/** @param {string} command @param {(path: string) => boolean} [runs] */
function onPath(command, runs = executable) {
  const places = [...(process.env.PATH ?? "").split(delimiter), ...SYSTEM_PATHS, ...postgresPaths()];
  return places.some((place) => place !== "" && runs(join(place, command)));
}

function postgresPaths() {
  if (!existsSync(POSTGRES_VERSIONS)) return [];
  return readdirSync(POSTGRES_VERSIONS).map((version) => join(POSTGRES_VERSIONS, version, "bin"));
}

function executable(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/**
 * @param {(command: string) => boolean} present
 * @param {(file: string) => boolean} there
 * @returns {string[]} the Debian packages that bring the commands which are not present, each once
 */
export function missingPackages(present = onPath, there = existsSync) {
  const missing = Object.entries(PACKAGE_OF).filter(([command]) => !present(command));
  const files = Object.entries(FILE_OF).filter(([, file]) => !there(file));
  return [...new Set([...missing.map(([, name]) => name), ...files.map(([name]) => name)])];
}

/** Installs what is missing where that can be done, and says what to install where it cannot. */
export async function ensureSystemPackages() {
  const missing = missingPackages();
  if (missing.length === 0) return;
  const command = `apt-get install --no-install-recommends ${missing.join(" ")}`;
  if (!onPath("apt-get"))
    throw new Failure(`the tests need these tools, by the names of their Debian packages: ${missing.join(", ")}`);
  if (process.getuid?.() !== 0) throw new Failure(`the tests need more tools; as root, run: ${command}`);
  const done = progress(`Installing ${missing.join(", ")}`);
  const ours = Object.entries(WHILE_INSTALLING).filter(([file]) => !existsSync(file));
  for (const [file, text] of ours) {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text, { mode: 0o755 });
  }
  try {
    const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
    const install = () => capture("apt-get", ["install", "-y", "-q", "--no-install-recommends", ...missing], { env });
    let result = await install();
    if (result.status !== 0) {
      await capture("apt-get", ["update", "-q"], { env });
      result = await install();
    }
    done(result.status === 0 ? "done" : "failed");
    if (result.status !== 0) {
      process.stderr.write(result.output.split("\n").slice(-20).join("\n"));
      throw new Failure(`could not install the tools that the tests need; try: apt-get update && ${command}`);
    }
  } finally {
    for (const [file] of ours) rmSync(file, { force: true });
  }
}
