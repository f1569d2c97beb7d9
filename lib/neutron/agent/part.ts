import type { Part } from "../resource.ts";
import { agentResource } from "./agent-resource.ts";

export const PART: Part = { resources: [agentResource], extensions: [] };
