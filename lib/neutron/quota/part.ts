import type { Part } from "../resource.ts";
import { EXTENSIONS } from "./extensions.ts";
import { quotaResource } from "./quotas.ts";

export const PART: Part = { resources: [quotaResource], extensions: EXTENSIONS };
