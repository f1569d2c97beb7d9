/** What the compute service keeps: enough of Nova and Glance for servers on networks; nothing runs. */
import { Collection } from "../store/collection.ts";

export type ServerStatus = "BUILD" | "ACTIVE" | "SHUTOFF" | "PAUSED" | "SUSPENDED" | "REBOOT" | "ERROR";

export interface Server {
  readonly id: string;
  readonly project_id: string;
  readonly user_id: string;
  readonly name: string;
  readonly status: ServerStatus;
  /** Why it is in ERROR. */
  readonly fault: string | null;
  /** null for one without an image. */
  readonly image_id: string | null;
  readonly flavor_id: string;
  readonly key_name: string | null;
  readonly metadata: Readonly<Record<string, string>>;
  readonly security_groups: readonly string[];
  readonly user_data: string | null;
  /** null until a host was chosen. */
  readonly host: string | null;
  /** Of `instance-00000007`. */
  readonly number: number;
  readonly created_at: string;
  readonly updated_at: string;
  readonly launched_at: string | null;
  /** Ports that were made for it, and go with it. Others it only borrows. */
  readonly own_ports: readonly string[];
  /** The server group that it was made in. */
  readonly group?: string | undefined;
  readonly locked?: boolean;
}

export const servers = new Collection<Server>("server", {
  keys: { host: (s) => s.host, name: (s) => s.name, status: (s) => s.status },
});

export interface Flavor {
  readonly id: string;
  readonly name: string;
  readonly vcpus: number;
  /** MiB. */
  readonly ram: number;
  /** GiB. */
  readonly disk: number;
  readonly ephemeral: number;
  /** MiB. */
  readonly swap: number;
  readonly is_public: boolean;
  readonly description: string | null;
  readonly extra_specs: Readonly<Record<string, string>>;
  /** Projects that may use it though it is not public. */
  readonly access?: readonly string[];
}

export const flavors = new Collection<Flavor>("compute_flavor", { unique: { name: (f) => f.name } });

export interface Keypair {
  /** `USER/NAME`. */
  readonly id: string;
  readonly user_id: string;
  readonly name: string;
  readonly public_key: string;
  readonly fingerprint: string;
  readonly created_at: string;
}

export const keypairs = new Collection<Keypair>("keypair", { keys: { user_id: (k) => k.user_id } });

export interface ImageMember {
  readonly member_id: string;
  /** Who accepts an image sees it in his list. */
  readonly status: "pending" | "accepted" | "rejected";
  readonly created_at: string;
  readonly updated_at: string;
}

export interface Image {
  readonly id: string;
  readonly project_id: string;
  readonly name: string | null;
  readonly status: "queued" | "active";
  readonly visibility: "public" | "private" | "shared" | "community";
  readonly container_format: string | null;
  readonly disk_format: string | null;
  /** Bytes; the data itself is not kept. */
  readonly size: number | null;
  readonly checksum: string | null;
  /** SHA-512 of the data, as Glance tells it. */
  readonly hash?: string;
  /** Projects that a shared one was offered to. */
  readonly members?: readonly ImageMember[];
  readonly min_disk: number;
  readonly min_ram: number;
  readonly protected: boolean;
  readonly tags: readonly string[];
  readonly properties: Readonly<Record<string, string>>;
  readonly created_at: string;
  readonly updated_at: string;
}

export const images = new Collection<Image>("image", { keys: { name: (i) => i.name } });

export interface ComputeHost {
  readonly id: string;
  /** As the services list numbers it. */
  readonly number: number;
  readonly host: string;
  readonly host_ip: string;
  readonly enabled: boolean;
  readonly disabled_reason: string | null;
  readonly vcpus: number;
  /** MiB. */
  readonly memory_mb: number;
  /** GiB. */
  readonly local_gb: number;
}

export const computeHosts = new Collection<ComputeHost>("compute_host", { unique: { host: (h) => h.host } });

/** Numbers that are given out once. */
export const counters = new Collection<{ readonly id: string; readonly value: number }>("compute_counter", {
  silent: true,
});
