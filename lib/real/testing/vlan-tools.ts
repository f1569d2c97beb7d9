/** `ip` for a kernel without 802.1Q: VLAN devices are taps that a program ties to the device below. All else is the real `ip`'s. */
import { execFileSync, spawnSync } from "node:child_process";
import { chmodSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** Whether this kernel makes VLAN devices. */
export function hasVlans(): boolean {
  const tried = "ip link add one type dummy && ip link add link one name one.1 type vlan id 1";
  return spawnSync("unshare", ["--net", "sh", "-c", tried]).status === 0;
}

/** @returns the directory to put before all others in PATH */
export function withoutVlans(directory: string): string {
  const real = execFileSync("sh", ["-c", "command -v ip"], { encoding: "utf8" }).trim();
  const program = fileURLToPath(new URL("vlan.py", import.meta.url));
  const file = join(directory, "ip");
  writeFileSync(
    file,
    `#!/bin/sh
# ip link add link PARENT name DEVICE type vlan id ID
case "$*" in "link add link "*" type vlan id "*) ;; *) exec ${real} "$@" ;; esac
${real} tuntap add "$6" mode tap
${real} link set "$6" address "$(cat "/sys/class/net/$4/address")"
ready=$(mktemp -u)
setsid python3 ${program} "$4" "$6" "\${10}" "$ready" </dev/null >/dev/null 2>&1 &
until [ -e "$ready" ]; do kill -0 $! && sleep 0.02 || exit 2; done
rm "$ready"
`,
  );
  chmodSync(file, 0o755);
  return directory;
}
