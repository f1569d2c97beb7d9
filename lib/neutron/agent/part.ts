import type { Part } from "../resource.ts";

export const PART: Part = { resources: [], extensions: [] };
