/** What the host pages ask for, by the names that stand in URLs. */
import type { DevicePanel } from "../api/http.ts";
import { Failure } from "../clouds/failure.ts";
import type { CollectedCloud } from "../collect/cloud.ts";
import type { HostState } from "../host/state.ts";
import { hostContext, plugOf } from "./context.ts";
import { type Device, devicePanel } from "./panel/panel.ts";
import { rawFilesOf } from "./panel/raw.ts";

/** Characters of each recorded file that a panel carries; the whole file has a URL of its own. */
const RAW_LIMIT = 60_000;
const RAW_FILES = 24;

/** Throws Failure `not_found`. */
export function hostNamed(cloud: CollectedCloud, name: string): HostState {
  const host = cloud.world.hosts.find((one) => one.name === name);
  if (!host) {
    const known = cloud.world.hosts.map((one) => one.name).join(", ");
    throw new Failure("not_found", `There is no host “${name}” in this cloud.`, { hint: `It has: ${known}.` });
  }
  return host;
}

/** The panel with the recorded text of the files that tell about the device. Throws Failure `not_found`. */
export async function panelOf(
  cloud: CollectedCloud,
  cloudId: string,
  hostName: string,
  device: Device,
): Promise<DevicePanel> {
  const host = hostNamed(cloud, hostName);
  const panel = devicePanel(cloud, host, device, cloudId);
  if (!panel) {
    const what = device.name === "" ? `namespace “${device.netns}”` : `device “${device.name}” in ${device.netns}`;
    throw new Failure("not_found", `${hostName} has no ${what}.`, {
      hint: "Go back to the host and choose from the picture.",
    });
  }
  const context = hostContext(cloud, host);
  const bridge = context.bridges.has(device.name)
    ? device.name
    : plugOf(context, device.netns, device.name)?.bridge.name;
  const files = rawFilesOf(cloud.files(hostName), device.netns, device.name, bridge).slice(0, RAW_FILES);
  const raw: NonNullable<DevicePanel["raw"]> = [];
  for (const { file, command } of files) {
    const text = await readOrEmpty(cloud, hostName, file);
    if (text === undefined) continue;
    raw.push({ command, file, text: text.slice(0, RAW_LIMIT), truncated: text.length > RAW_LIMIT });
  }
  if (raw.length > 0) panel.raw = raw;
  return panel;
}

/** A file that the index lists may be missing from the bundle: that is a gap of the host, told elsewhere. */
async function readOrEmpty(cloud: CollectedCloud, host: string, file: string): Promise<string | undefined> {
  try {
    return await cloud.raw(host, file);
  } catch {
    return undefined;
  }
}

/** The whole text of one recorded file. Throws Failure `not_found` for a file that the host's index does not list. */
export async function rawText(cloud: CollectedCloud, hostName: string, file: string): Promise<string> {
  hostNamed(cloud, hostName);
  const text = await readOrEmpty(cloud, hostName, file);
  if (text === undefined)
    throw new Failure("not_found", `${hostName} has no recorded file “${file}”.`, { field: "file" });
  return text;
}
