import type { Part } from "../resource.ts";
import { EXTENSIONS } from "./extensions.ts";
import { rbacPolicyResource } from "./policies.ts";

export const PART: Part = { resources: [rbacPolicyResource], extensions: EXTENSIONS };
