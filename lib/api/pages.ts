/** The URLs of pages, written once: components link to them, and search answers carry them. */
const seg = encodeURIComponent;

export type ListPage = "instances" | "networks" | "routers" | "security-groups" | "floating-ips";

export const pages = {
  clouds: () => "/clouds",
  topology: (cloud: string, selected?: string) =>
    `/clouds/${seg(cloud)}/topology${selected ? `?sel=${seg(selected)}` : ""}`,
  list: (cloud: string, list: ListPage, id?: string) => `/clouds/${seg(cloud)}/${list}${id ? `?sel=${seg(id)}` : ""}`,
  hosts: (cloud: string) => `/clouds/${seg(cloud)}/hosts`,
  host: (cloud: string, host: string, device?: string) =>
    `/clouds/${seg(cloud)}/hosts/${seg(host)}${device ? `?device=${seg(device)}` : ""}`,
  trace: (cloud: string, ends: { from?: string; to?: string } = {}) => {
    const query = new URLSearchParams();
    if (ends.from) query.set("from", ends.from);
    if (ends.to) query.set("to", ends.to);
    return `/clouds/${seg(cloud)}/trace${query.size > 0 ? `?${query}` : ""}`;
  },
};
