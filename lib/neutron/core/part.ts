/** Networks and ports: the core plugin. */
import type { Part } from "../resource.ts";
import { networkResource } from "./network-resource.ts";
import { portResource } from "./port-resource.ts";

export const PART: Part = { resources: [networkResource, portResource], extensions: [] };
