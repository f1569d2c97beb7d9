/** What can be typed, for people: the whole list, and a few lines for one program. */

interface Entry {
  readonly names: readonly string[];
  readonly shows: string;
  readonly changes?: string;
}

export const ENTRIES: readonly Entry[] = [
  {
    names: ["ip"],
    shows:
      "ip a | addr | link | route [get] | rule | neigh | netns, with -4 -6 -br -d -s -o; ip netns exec NAME COMMAND (or bash)",
    changes: "ip link|addr|route|rule|neigh|netns add, set, del, replace, flush",
  },
  { names: ["ifconfig", "route", "arp"], shows: "ifconfig [DEVICE | -a], route [-n], arp [-n | -a] [ADDRESS]" },
  {
    names: ["bridge", "brctl"],
    shows: "bridge fdb|link|vlan [show dev DEV]; brctl show, showmacs BRIDGE",
    changes: "bridge fdb|vlan add, del; bridge link set; brctl addbr, delbr, addif, delif, stp",
  },
  {
    names: ["ovs-vsctl"],
    shows: "show, list-br, list-ports, port-to-br, iface-to-br, get, list, find",
    changes: "add-br, add-port, del-port, set, clear, add, remove, set-fail-mode, set-controller, several with --",
  },
  {
    names: ["ovs-ofctl"],
    shows: "dump-flows BRIDGE [MATCH], show, dump-groups, dump-ports, dump-ports-desc, dump-aggregate; -O OpenFlow13",
    changes: "add-flow, mod-flows, del-flows, add-group, del-groups, mod-port",
  },
  {
    names: ["ovs-appctl", "ovs-dpctl"],
    shows:
      "fdb/show BRIDGE, fdb/stats-show BRIDGE, ofproto/trace BRIDGE FLOW, dpif/show, dpctl/show, ovs/route/show, tnl/neigh/show; counters of flows, rules, devices and ports are those of traces and pings",
    changes: "fdb/flush [BRIDGE]",
  },
  {
    names: ["iptables", "ip6tables", "iptables-save", "ip6tables-save", "iptables-restore"],
    shows: "-L [CHAIN] [-n -v --line-numbers], -S, -t TABLE; iptables-save [-c]",
    changes: "-A, -I, -D, -R, -N, -X, -F, -P, -E; iptables-restore",
  },
  { names: ["ipset"], shows: "list [SET], save, test", changes: "create, add, del, swap, destroy, flush" },
  {
    names: ["conntrack"],
    shows:
      "-L, -C, with -s -d -p -w; pings leave their connections here for 30 seconds, as they leave neighbours (ip neigh) and MACs (bridge fdb, ovs-appctl fdb/show)",
    changes: "-D, -F",
  },
  {
    names: ["sysctl", "cat", "ls"],
    shows:
      "sysctl NAME | -a; cat /proc/sys/…, /proc/PID/cmdline, /sys/class/net/DEVICE/…, /etc/neutron/…, /var/lib/neutron/dhcp/NETWORK/host|opts|addn_hosts|leases; ls DIRECTORY",
    changes: "sysctl -w NAME=VALUE; cat > FILE <<'EOF'",
  },
  {
    names: ["ps", "pgrep", "pidof", "ss"],
    shows: "what runs, and what listens",
    changes: "kill, pkill, killall: agents, and what they start",
  },
  {
    names: ["systemctl", "service"],
    shows: "systemctl [list-units], status, is-active UNIT",
    changes: "systemctl stop, start, restart neutron-…-agent, as on the host's page",
  },
  {
    names: ["ping", "arping", "traceroute"],
    shows:
      "ping [-c N] [-s SIZE] [-I DEVICE] [-M do] [-t TTL] ADDRESS walks a packet through the cloud as it is now: 0.01 ms for each device on its way; arping -I DEVICE ADDRESS; traceroute [-n] [-I] ADDRESS",
  },
  {
    names: ["tcpdump"],
    shows:
      "[timeout SECONDS] tcpdump -i DEVICE [-n] [-e] [-c COUNT] [FILTER]: what traces and pings lately sent over it, then what they send until Ctrl-C; in a pipe, only what was",
  },
  { names: ["virsh"], shows: "list, domiflist, dumpxml INSTANCE; console INSTANCE: ping from inside" },
  {
    names: ["hostname", "uname", "ethtool", "clear", "exit", "help"],
    shows:
      "hostname -I; uname -a; ethtool -i DEVICE; grep, head, tail, sort, uniq, wc on files, and behind |; ; && ||; help PROGRAM",
  },
];

export const HELP = [
  "A simulated host: nothing that is typed here runs on a real machine.",
  "",
  ...ENTRIES.map(({ names, shows }) => `  ${names.slice(0, 2).join(", ").padEnd(20)} ${shows}`),
  "",
  "Most also change what they show; `help PROGRAM` says how. Not supported: variables, loops, scripts, background jobs, redirections, files other than those above.",
  "",
].join("\n");

export function helpOf(name: string): string {
  const entry = ENTRIES.find(({ names }) => names.includes(name));
  if (!entry) return `No help for ${name}. \`help\` lists what there is.\n`;
  return `${entry.names.join(", ")}\n  shows:   ${entry.shows}\n${entry.changes === undefined ? "" : `  changes: ${entry.changes}\n`}`;
}
