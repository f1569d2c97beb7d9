/** All agents there are. A host's are those of its settings; lib/simulation runs them in this order. */
import type { Agent } from "./agent.ts";

/** Layer 2 first, since others plug into its bridges, and last, since it wires what they plugged. */
export const AGENTS: readonly Agent[] = [];
