import type { HostState } from "../host/state.ts";

/** Reads one host's directory of a bundle. Never throws for what a file holds: see `gaps`. */
export async function readHost(dir: string): Promise<HostState> {
	throw new Error(`not built yet: ${dir}`);
}
