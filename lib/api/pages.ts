/** The URLs of pages, written once: components link to them, and search answers carry them. */
const seg = encodeURIComponent;

export type ListPage = "instances" | "networks" | "routers" | "security-groups" | "floating-ips";

export const pages = {
  /** @param next where to go then */
  login: (next?: string) => (next === undefined || next === "/" ? "/login" : `/login?next=${seg(next)}`),
  clouds: () => "/clouds",
  /** A chapter of the handbook. */
  docs: (slug: string) => `/docs/${slug}`,
  /** What a verdict code means; without one: the list of them. */
  verdict: (code?: string) => (code === undefined ? "/docs/verdicts" : `/docs/verdicts/${seg(code)}`),
  topology: (cloud: string, selected?: string) =>
    `/clouds/${seg(cloud)}/topology${selected ? `?sel=${seg(selected)}` : ""}`,
  list: (cloud: string, list: ListPage, id?: string) => `/clouds/${seg(cloud)}/${list}${id ? `?sel=${seg(id)}` : ""}`,
  hosts: (cloud: string) => `/clouds/${seg(cloud)}/hosts`,
  host: (cloud: string, host: string, device?: string) =>
    `/clouds/${seg(cloud)}/hosts/${seg(host)}${device ? `?device=${seg(device)}` : ""}`,
  /** @param host its differences alone */
  check: (cloud: string, host?: string) => `/clouds/${seg(cloud)}/check${host ? `?host=${seg(host)}` : ""}`,
  /** @param host what can be broken there alone */
  faults: (cloud: string, host?: string) => `/clouds/${seg(cloud)}/faults${host ? `?host=${seg(host)}` : ""}`,
  /** Who reaches whom. @param of one project's, host's or network's instances */
  reachability: (cloud: string, of: { project?: string; host?: string; network?: string } = {}) => {
    const query = new URLSearchParams(of);
    return `/clouds/${seg(cloud)}/reachability${query.size > 0 ? `?${query}` : ""}`;
  },
  /** What was traced before. */
  traces: (cloud: string) => `/clouds/${seg(cloud)}/traces`,
  /** Two runs, hop by hop. */
  compareTraces: (cloud: string, a: string, b: string) =>
    `/clouds/${seg(cloud)}/traces/compare?${new URLSearchParams({ a, b })}`,
  agents: (cloud: string) => `/clouds/${seg(cloud)}/agents`,
  trace: (cloud: string, ends: { from?: string; to?: string } = {}) => {
    const query = new URLSearchParams();
    if (ends.from) query.set("from", ends.from);
    if (ends.to) query.set("to", ends.to);
    return `/clouds/${seg(cloud)}/trace${query.size > 0 ? `?${query}` : ""}`;
  },
};
