/** Mechanism drivers are told of subnets, too. Source: neutron/plugins/ml2/plugin.py _create_subnet_db, _after_create_subnet. */
import type { Hooks } from "../hooks.ts";
import { notify } from "../hooks.ts";
import { save } from "../standard.ts";
import { undoCreated } from "./created.ts";
import { networks, subnets } from "./model.ts";
import { outside } from "./outside.ts";

export const coreHooks: Hooks = {
  async subnetCreated(change, subnet) {
    const { mechanisms } = change.neutron;
    await mechanisms.precommit("createSubnet", change, { current: subnet });
    const undo = undoCreated(change, async (undoing) => {
      const current = await subnets.get(undoing.tx, subnet.id);
      if (!current) return;
      await notify(undoing, "subnetDeleting", current);
      await subnets.remove(undoing.tx, subnet.id);
      const network = await networks.get(undoing.tx, subnet.network_id);
      const rest = network?.subnets.filter((id) => id !== subnet.id);
      if (network && rest) await save(undoing, networks, network, { subnets: rest });
    });
    change.tx.afterCommit(() => mechanisms.postcommit("createSubnet", outside(change), { current: subnet }, undo));
  },
  async subnetUpdated(change, original, current) {
    const { mechanisms } = change.neutron;
    await mechanisms.precommit("updateSubnet", change, { current, original });
    change.tx.afterCommit(() => mechanisms.postcommit("updateSubnet", outside(change), { current, original }));
  },
  async subnetDeleting(change, subnet) {
    const { mechanisms } = change.neutron;
    await mechanisms.precommit("deleteSubnet", change, { current: subnet });
    change.tx.afterCommit(() => mechanisms.postcommit("deleteSubnet", outside(change), { current: subnet }));
  },
};
