/**
 * What is compared by its presence and type alone, and why: the real cloud's agents, hypervisors and clocks decide it, not the request.
 * Keys are attributes of the REST API, and labels of rows and columns that the client prints.
 */
export const VOLATILE: Readonly<Record<string, string>> = {
  status: "agents bring ports, networks and floating addresses up in their own time",
  Status: "agents bring ports, networks and floating addresses up in their own time",
  availability_zones: "filled when an agent was chosen",
  "Availability Zones": "filled when an agent was chosen",
  revision_number: "counts what agents change, too",
  standard_attr_id: "counts the rows of a table",
  configurations: "what the agent's host was configured with",
  configuration: "what the agent's host was configured with",
  resources_synced: "which of an agent's start-up steps are over",
  catalog: "the services of the machine",
  audit_ids: "random",
  checksum: "of what the image service stored",
  version: "how far a compute service's microversions go",
  secret: "random",
  adminPass: "random",
  hostId: "a hash of host and project",
  // Compute: what its hosts have.
  "OS-EXT-STS:power_state": "nova asks the hypervisor at intervals",
  "OS-EXT-STS:task_state": "a task may be over or not",
  "OS-EXT-SRV-ATTR:instance_name": "counts the instances that there ever were",
  accessIPv4: "not set by the fake hypervisor",
  progress: "of a task that may be over or not",
  "Host IP": "of the hosts' management network",
  host_ip: "of the hosts' management network",
  host_time: "a clock",
  uptime: "a clock",
  "Updated At": "a clock",
  load_average: "of the machine",
  users: "of the machine",
};

/** Attributes of extensions that the recorded cloud did not have: Underlay's default configuration has the dns extension driver. */
export const BEYOND: ReadonlySet<string> = new Set(["dns_name", "dns_domain", "dns_assignment"]);

/** Lists whose length is the cloud's own: each recorded item must have its like, and there may be more. */
export const OPEN_LISTS: Readonly<Record<string, string>> = {
  agents: "as many as the cloud has hosts",
};

/** Commands that print what was there before the story: their columns and labels are compared, and not their rows. */
export const SETTING: readonly { readonly command: RegExp; readonly why: string }[] = [
  { command: /^(project|user|role|service|endpoint|region) list/, why: "service users and roles of the installation" },
  { command: /^catalog /, why: "where the services of the installation are" },
  { command: /^service show/, why: "what the installer called it" },
  { command: /^token issue/, why: "tokens of two makes look different" },
  {
    command: /^(configuration|versions) show/,
    why: "how the client itself was told to log in; versions of the services",
  },
  { command: /^quota (list|show)/, why: "the recorded cloud's quotas were raised in its configuration" },
  { command: /^(compute service|hypervisor|host) /, why: "hosts and services of the installation" },
  { command: /^flavor list/, why: "flavors of the installation" },
  { command: /^limits show/, why: "limits of the installation" },
  { command: /^usage /, why: "counts hours" },
  { command: /^network agent (list|show)/, why: "agents of the installation's hosts" },
  { command: /^server event/, why: "how fast the compute host was" },
];
