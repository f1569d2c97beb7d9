/** Query keys and the URLs behind them: one place, so that invalidation and prefetching cannot drift from fetching. */
export const keys = {
  clouds: () => ["clouds"] as const,
  cloud: (cloud: string) => ["clouds", cloud] as const,
  topology: (cloud: string) => ["clouds", cloud, "topology"] as const,
  hosts: (cloud: string) => ["clouds", cloud, "hosts"] as const,
  host: (cloud: string, host: string) => ["clouds", cloud, "hosts", host] as const,
  device: (cloud: string, host: string, netns: string, name: string) =>
    ["clouds", cloud, "hosts", host, "device", netns, name] as const,
  ends: (cloud: string) => ["clouds", cloud, "ends"] as const,
  search: (cloud: string, q: string) => ["clouds", cloud, "search", q] as const,
};

const seg = encodeURIComponent;

export const urls = {
  clouds: () => "/api/clouds",
  cloud: (cloud: string) => `/api/clouds/${seg(cloud)}`,
  topology: (cloud: string) => `/api/clouds/${seg(cloud)}/topology`,
  hosts: (cloud: string) => `/api/clouds/${seg(cloud)}/hosts`,
  host: (cloud: string, host: string) => `/api/clouds/${seg(cloud)}/hosts/${seg(host)}`,
  device: (cloud: string, host: string, netns: string, name: string) =>
    `/api/clouds/${seg(cloud)}/hosts/${seg(host)}/device?netns=${seg(netns)}&name=${seg(name)}`,
  ends: (cloud: string) => `/api/clouds/${seg(cloud)}/ends`,
  search: (cloud: string, q: string) => `/api/clouds/${seg(cloud)}/search?q=${seg(q)}`,
};
