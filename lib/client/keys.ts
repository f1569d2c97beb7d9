/** Query keys and the URLs behind them: one place, so that invalidation and prefetching cannot drift from fetching. */
export const keys = {
  clouds: () => ["clouds"] as const,
  cloud: (cloud: string) => ["clouds", cloud] as const,
  topology: (cloud: string) => ["clouds", cloud, "topology"] as const,
  hosts: (cloud: string) => ["clouds", cloud, "hosts"] as const,
  host: (cloud: string, host: string) => ["clouds", cloud, "hosts", host] as const,
  device: (cloud: string, host: string, netns: string, name: string) =>
    ["clouds", cloud, "hosts", host, "device", netns, name] as const,
  history: (cloud: string, host: string, device: string | undefined) =>
    ["clouds", cloud, "hosts", host, "history", device ?? ""] as const,
  check: (cloud: string, only?: string) =>
    ["clouds", cloud, "check", ...(only === undefined ? [] : ["only", only])] as const,
  repair: (cloud: string, host: string, id: string | undefined) =>
    ["clouds", cloud, "check", "repair", host, id ?? ""] as const,
  faults: (cloud: string) => ["clouds", cloud, "faults"] as const,
  injectedFaults: (cloud: string) => ["clouds", cloud, "faults", "injected"] as const,
  faultPlaces: (cloud: string, kind: string) => ["clouds", cloud, "faults", "places", kind] as const,
  traces: (cloud: string) => ["clouds", cloud, "traces"] as const,
  compareTraces: (cloud: string, a: string, b: string) => ["clouds", cloud, "traces", a, b] as const,
  agents: (cloud: string) => ["clouds", cloud, "agents"] as const,
  flows: (cloud: string, q: string) => ["clouds", cloud, "flows", q] as const,
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
  history: (cloud: string, host: string, device?: string) =>
    `/api/clouds/${seg(cloud)}/hosts/${seg(host)}/history${device === undefined ? "" : `?device=${seg(device)}`}`,
  script: (cloud: string, host: string) => `/api/clouds/${seg(cloud)}/hosts/${seg(host)}/script`,
  /** Repairs are asked for one by one. */
  check: (cloud: string, only?: string) =>
    `/api/clouds/${seg(cloud)}/check?repair=0${only === undefined ? "" : `&only=${seg(only)}`}`,
  repair: (cloud: string, host: string, id?: string) =>
    `/api/clouds/${seg(cloud)}/check?host=${seg(host)}${id === undefined ? "" : `&id=${seg(id)}`}`,
  runRepair: (cloud: string) => `/api/clouds/${seg(cloud)}/check`,
  faults: (cloud: string) => `/api/clouds/${seg(cloud)}/faults`,
  injectedFaults: (cloud: string) => `/api/clouds/${seg(cloud)}/faults?injected=1`,
  faultPlaces: (cloud: string, kind: string) => `/api/clouds/${seg(cloud)}/faults?kind=${seg(kind)}`,
  undoFault: (cloud: string, id: string) => `/api/clouds/${seg(cloud)}/faults?id=${seg(id)}`,
  traces: (cloud: string, id?: string) => `/api/clouds/${seg(cloud)}/traces${id === undefined ? "" : `?id=${seg(id)}`}`,
  compareTraces: (cloud: string, a: string, b: string) =>
    `/api/clouds/${seg(cloud)}/traces/compare?${new URLSearchParams({ a, b })}`,
  agents: (cloud: string) => `/api/clouds/${seg(cloud)}/agents`,
  flows: (cloud: string, q: string) => `/api/clouds/${seg(cloud)}/flows?q=${seg(q)}`,
  ends: (cloud: string) => `/api/clouds/${seg(cloud)}/ends`,
  search: (cloud: string, q: string) => `/api/clouds/${seg(cloud)}/search?q=${seg(q)}`,
};
