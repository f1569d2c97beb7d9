/** What the scripts of all hosts have in common, as shell: namespaces to be a host in, cables to others, guests, and an end. */

/** Of iproute2, Open vSwitch and so on: a command, and the Debian package that brings it. */
export const TOOLS = {
  flock: "util-linux",
  unshare: "util-linux",
  nsenter: "util-linux",
  pgrep: "procps",
  sysctl: "procps",
  ip: "iproute2",
} as const;

/** @param lines `need COMMAND PACKAGE`, and the names of the cables' ends */
export function outerShell(needs: string, ports: readonly string[]): string {
  return `lab=\${UNDERLAY_LAB:-underlay}
home=/run/$lab/$host
wires=$lab-wires
script=$(readlink -f "$0")
export LC_ALL=C.UTF-8 PATH="$PATH:/usr/local/sbin:/usr/sbin:/sbin"
export OVS_RUNDIR=/run/openvswitch OVS_LOGDIR=/run/openvswitch OVS_DBDIR=/run/openvswitch OVS_SYSCONFDIR=/run/openvswitch

say() { echo "$host: $*"; }
die() { echo "$host: $*" >&2; exit 1; }
have() { command -v "$1" >/dev/null 2>&1; }
need() {
  have "$1" || case "$missing " in *" $2 "*) ;; *) missing="$missing $2" ;; esac
}
root() { [ "$(id -u)" = 0 ] || die "namespaces, devices and Open vSwitch need root: run this as root"; }

# Whether the host runs: $pid is then the process that its namespaces belong to.
runs() {
  pid= net=
  [ -r "$home/holder" ] || return 1
  read -r pid net <"$home/holder"
  [ "$(readlink "/proc/$pid/ns/net" 2>/dev/null)" = "$net" ]
}
on_host() { nsenter --target "$pid" --mount --net --uts --pid -- "$@"; }

# wire NAME: a switch that cards of several hosts are plugged into, made by whoever comes first.
wire() {
  ip -n "$wires" link show "$1" >/dev/null 2>&1 || ip -n "$wires" link add "$1" type bridge mcast_snooping 0
  ip -n "$wires" link set "$1" up
}

# card DEVICE MAC MTU PORT [WIRE]: a card of the host, and the cable from it.
card() {
  ip -n "$wires" link add "$4" mtu "$3" type veth peer name "$1" address "$2" mtu "$3" netns "$pid"
  [ $# -lt 5 ] || ip -n "$wires" link set "$4" master "$5"
  ip -n "$wires" link set "$4" up
  # Open vSwitch in user space reads frames as they are: none may wait for a card to add its checksum.
  ! have ethtool || on_host ethtool -K "$1" tx off >/dev/null 2>&1 || true
}

# guest NAME: the namespace that is its inside.
guest() {
  ip netns add "$lab-$1"
  echo "$lab-$1" >>"$home/guests"
  ip -n "$lab-$1" link set lo up
}

# soon FILE WHAT: waits for a file.
soon() {
  tries=0
  until [ -e "$1" ]; do
    tries=$((tries + 1))
    [ $tries -lt 200 ] || die "$2"
    sleep 0.05
  done
}

build() {
  root
  missing=
${needs}
  [ -z "$missing" ] || die "tools are missing; on Debian: apt-get install --no-install-recommends$missing"
  [ -f "$script" ] || die "save the script to a file, and run that: it enters the host with it"
  ! runs || die "is built already; take it away first: sh $script remove"
  [ ! -e "$home" ] || remove
  ! have modprobe || modprobe -aq br_netfilter 8021q vxlan tun 2>/dev/null || true
  mkdir -p "$home" /run/netns /run/openvswitch /var/lib/neutron
  trap 'failed' EXIT

  # Hosts that are built at once make the wires one after the other.
  exec 9>"/run/$lab.lock"
  flock 9
  [ -e "/run/netns/$wires" ] || ip netns add "$wires"
  wires
  exec 9>&-

  setsid unshare --mount --net --uts --pid --fork --mount-proc --propagation private \\
    sh -c ': >"$1"; while sleep 86400; do :; done' sh "$home/ready" </dev/null >/dev/null 2>&1 &
  parent=$!
  soon "$home/ready" "its namespaces could not be made: unshare failed"
  pid=$(pgrep -P "$parent")
  echo "$pid $(readlink "/proc/$pid/ns/net")" >"$home/holder"

  cards
  on_host sh "$script" inside
  guests
  trap - EXIT
}

failed() {
  say "failed; what was built is taken away again" >&2
  remove
}

remove() {
  root
  if [ -e "$home/guests.pid" ] && grep -qs "$home/guests.py" "/proc/$(cat "$home/guests.pid")/cmdline"; then
    kill "$(cat "$home/guests.pid")"
  fi
  # All its processes and devices end with this one.
  ! runs || kill -KILL "$pid"
  if [ -e "$home/guests" ]; then
    while read -r name; do ip netns del "$name" || true; done <"$home/guests"
  fi
  rm -rf "$home"
  unplug
}

# Whoever leaves last takes the wires away.
unplug() {
  exec 9>"/run/$lab.lock"
  flock 9
  [ -e "/run/netns/$wires" ] || return 0
  for port in ${ports.join(" ")}; do ip -n "$wires" link del "$port" 2>/dev/null || true; done
  if [ -z "$(ip -n "$wires" link show type veth)" ]; then
    ip netns del "$wires"
    rm -f "/run/$lab.lock"
    rmdir "/run/$lab" 2>/dev/null || true
  fi
  exec 9>&-
}
`;
}

/** On the host, before anything else. */
export const INSIDE = `  mount -t sysfs sysfs /sys
  for directory in /run/netns /run/openvswitch /var/lib/neutron; do mount -t tmpfs -o mode=755 tmpfs "$directory"; done
  hostname "$host"
  # The kernel's own defaults, which this machine's administrator may have changed: new namespaces take them over.
  as_new='net.ipv4.ip_forward=0'
  for of in all default; do
    for setting in rp_filter arp_ignore arp_announce arp_filter proxy_arp; do
      as_new="$as_new net.ipv4.conf.$of.$setting=0"
    done
  done
  sysctl -qw $as_new
`;

export const SECURITY_GROUPS = `  [ -e /proc/sys/net/bridge/bridge-nf-call-iptables ] ||
    die "this kernel has no br_netfilter: iptables would not see what bridges forward, and security groups not work"
  sysctl -qw net.bridge.bridge-nf-call-iptables=1 net.bridge.bridge-nf-call-ip6tables=1
`;

/** With a database of its own: no port is there yet, and nothing stays behind. */
export const OPEN_VSWITCH = `  say "Open vSwitch, with its datapath in user space"
  ovsdb-tool create "$OVS_RUNDIR/conf.db" /usr/share/openvswitch/vswitch.ovsschema
  ovsdb-server "$OVS_RUNDIR/conf.db" --remote="punix:$OVS_RUNDIR/db.sock" --pidfile --detach --log-file -vconsole:off
  ovs-vsctl --no-wait init
  ovs-vswitchd --pidfile --detach --log-file -vconsole:off
`;

export const NAMESPACES_MADE = `  for name in /run/netns/*; do ip netns exec "\${name##*/}" sysctl -qw $as_new; done
`;
