/** The bridge of a trunk on its host. Source: neutron/services/trunk/drivers/openvswitch/utils.py gen_trunk_br_name. */
import type { Call } from "../resource.ts";
import { trunks } from "./model.ts";

/** neutron_lib/constants.py DEVICE_NAME_MAX_LEN, which counts the end of a string in C. */
const NAME_LENGTH = 14;

/** Where Open vSwitch plugs a trunk's parent; undefined: the port is none. */
export async function trunkBridge(call: Call, portId: string): Promise<string | undefined> {
  const id = await trunks.holder(call.reader, "port_id", portId);
  return id === undefined ? undefined : `tbr-${id}`.slice(0, NAME_LENGTH);
}
