/** What is being made, as the cloud will show it if the service agrees: under construction, with no id of its own yet. */

/** One at a time: a form waits for its answer. */
export const PENDING = "pending";

export const pending = { id: PENDING, status: "BUILD" } as const;

/** Where the service's own answer will have it, so that nothing moves twice. */
export function placed<T extends { name: string }>(list: readonly T[], one: T): T[] {
  const at = list.findIndex((other) => other.name.localeCompare(one.name, "en", { numeric: true }) > 0);
  return list.toSpliced(at < 0 ? list.length : at, 0, one);
}
