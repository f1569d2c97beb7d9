import type { Part } from "../resource.ts";
import { addressGroupResource } from "./address-groups.ts";
import { ensureDefaultGroup } from "./default-group.ts";
import { EXTENSIONS } from "./extensions.ts";
import { groupResource } from "./groups.ts";
import { ruleResource } from "./rules.ts";
import { addressGroupShareable, securityGroupShareable } from "./shareables.ts";

export const PART: Part = {
  resources: [groupResource, ruleResource, addressGroupResource],
  extensions: EXTENSIONS,
  shareables: [securityGroupShareable, addressGroupShareable],
  hooks: {
    networkCreated: async (change, { project_id }) => {
      if (project_id !== "") await ensureDefaultGroup(change, project_id);
    },
    portCreated: async (change, { project_id, security_groups }) => {
      // Who has groups has his default one, too.
      if (project_id !== "" && security_groups.length === 0) await ensureDefaultGroup(change, project_id);
    },
  },
};
