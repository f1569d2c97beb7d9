import type { Hooks } from "../hooks.ts";
import type { Part } from "../resource.ts";
import { save } from "../standard.ts";
import { inUseAsParent, inUseAsSubPort } from "./errors.ts";
import { TRUNK_EXTENSIONS } from "./extensions.ts";
import { trunks } from "./model.ts";
import { tellTrunkAgent } from "./reaction.ts";
import { trunkResource } from "./trunks.ts";

const hooks: Hooks = {
  async portDeleting(change, port) {
    const carrier = await trunks.holder(change.reader, "sub_port_id", port.id);
    if (carrier) throw inUseAsSubPort(port.id, carrier);
    const trunk = await trunks.holder(change.reader, "port_id", port.id);
    if (trunk) throw inUseAsParent(port.id, trunk);
  },
  /** Nothing carries a trunk whose parent is no longer bound. */
  async portUpdated(change, before, after) {
    const { host, vif_type } = after.binding;
    if (before.binding.host === host && before.binding.vif_type === vif_type) return;
    const id = await trunks.holder(change.reader, "port_id", after.id);
    const trunk = id === undefined ? undefined : await trunks.get(change.reader, id);
    if (!trunk) return;
    if (vif_type === "unbound") await save(change, trunks, trunk, { status: "DOWN" });
    else tellTrunkAgent(change, trunk.id);
  },
};

export const PART: Part = { resources: [trunkResource], extensions: TRUNK_EXTENSIONS, hooks };
