/** Which recorded files tell about a device. */
import type { RawFile } from "../../collect/cloud.ts";

/** Files in the order of use, the device's own first. `bridge`: the OVS bridge that it is, or is a port of. */
export function rawFilesOf(files: readonly RawFile[], netns: string, name: string, bridge?: string): RawFile[] {
  const dir = netns === "root" || netns.startsWith("guest:") ? "root/" : `netns/${netns}/`;
  const network = /^qdhcp-(.+)$/.exec(netns)?.[1];
  const rank = ({ file }: RawFile): number => {
    if (bridge && file.startsWith(`ovs/${bridge}/`)) return 0;
    if (name !== "" && file.startsWith(dir) && file.includes(`/${name}-`)) return 1;
    if (network && file.startsWith(`dnsmasq/${network}/`)) return 2;
    if (/^ovs\/ovs-vsctl-(show|list-Interface)\.txt$/.test(file)) return bridge ? 3 : -1;
    if (!file.startsWith(dir) || file.slice(dir.length).includes("/")) return -1;
    if (/ip-j-d-link|ip-j-s-link|ip-j-addr/.test(file)) return 4;
    if (/sysctl|pids|ss-/.test(file)) return 7;
    return /iptables|ipset|route|rule|neigh|conntrack|fdb/.test(file) ? 5 : 6;
  };
  return files
    .map((file) => ({ file, rank: rank(file) }))
    .filter((item) => item.rank >= 0)
    .sort((a, b) => a.rank - b.rank)
    .map((item) => item.file);
}
