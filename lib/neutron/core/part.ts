/** Networks and ports: the core plugin. */
import type { Part } from "../resource.ts";
import { bindingResource } from "./binding-resource.ts";
import { CORE_EXTENSIONS } from "./extensions.ts";
import { networkResource } from "./network-resource.ts";
import { networkShareable } from "./network-sharing.ts";
import { portResource } from "./port-resource.ts";

export const PART: Part = {
  resources: [networkResource, portResource, bindingResource],
  extensions: CORE_EXTENSIONS,
  shareables: [networkShareable],
};
