import type { CollectedCloud } from "./cloud.ts";

export interface ReadBundleOptions {
	/** Name of the cloud; the directory's name when absent. */
	name?: string;
	signal?: AbortSignal;
	/** Called after each host that was read. */
	onProgress?: (done: number, total: number) => void;
}

/**
 * Reads a bundle directory (one directory a host, beside them `api/`). What is missing or unreadable becomes a gap.
 * Throws only when the directory itself cannot be read or holds no host at all.
 */
export async function readBundle(dir: string, options: ReadBundleOptions = {}): Promise<CollectedCloud> {
	throw new Error(`not built yet: ${dir} ${options.name}`);
}
