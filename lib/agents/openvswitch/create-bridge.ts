/** `ovs-vsctl --may-exist add-br`, as a plan: the bridge, its local port and the device that carries its name. */
import { generatedMac, nextIfindex } from "../../host/allocate.ts";
import { bridgeNamed, withBridge } from "../../host/command/ovs/bridges.ts";
import { editNamespace, namespaceOf, ROOT } from "../../host/edit.ts";
import type { HostState, Link, OvsBridge } from "../../host/state.ts";

const DEFAULT_MTU = 1500;
const LOCAL_PORT = 65534;

/** The host with this bridge, with the userspace datapath. It is down, as the switch leaves it. */
export function createBridge(host: HostState, name: string): HostState {
  if (bridgeNamed(host, name)) return host;
  const mac = generatedMac(host.name, name);
  const { links } = namespaceOf(host, ROOT);
  const link: Link = {
    name,
    ifindex: nextIfindex(host),
    kind: "tap",
    mac,
    mtu: DEFAULT_MTU,
    up: false,
    carrier: false,
    operstate: "DOWN",
    promisc: true,
    altnames: [],
  };
  return withBridge(editNamespace(host, ROOT, { links: [...links, link] }), bridgeRow(name, mac));
}

function bridgeRow(name: string, mac: string): OvsBridge {
  return {
    name,
    datapathType: "netdev",
    failMode: "",
    protocols: [],
    controllers: [],
    otherConfig: {},
    externalIds: {},
    ports: [
      {
        name,
        trunks: [],
        otherConfig: {},
        externalIds: {},
        interfaces: [
          {
            name,
            type: "internal",
            options: {},
            externalIds: {},
            config: ["PORT_DOWN"],
            state: ["LINK_DOWN"],
            ofport: LOCAL_PORT,
            mac,
            adminUp: false,
            linkUp: false,
            mtu: DEFAULT_MTU,
            netns: ROOT,
          },
        ],
      },
    ],
    flows: [],
    groups: [],
    fdb: [],
    flowsKnown: true,
    datapathId: `0000${mac.replaceAll(":", "")}`,
  };
}
