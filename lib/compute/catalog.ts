/** Flavours, images and hosts: what a server is made of and where it may run. */
import { randomUUID } from "node:crypto";
import type { Context } from "../identity/context.ts";
import { DuplicateError } from "../store/collection.ts";
import type { Store } from "../store/store.ts";
import { absent, ComputeError } from "./errors.ts";
import { isoSecond } from "./first-start.ts";
import {
  type ComputeHost,
  computeHosts,
  type Flavor,
  flavors,
  type Image,
  type ImageMember,
  images,
  servers,
} from "./model.ts";

export class Flavors {
  private readonly store: Store;
  constructor(store: Store) {
    this.store = store;
  }

  async list(context: Context): Promise<Flavor[]> {
    return (await this.all()).filter((one) => mayHave(context, one));
  }

  /** Also those that nobody asking could see: for what servers are made of. */
  all(): Promise<Flavor[]> {
    return flavors.list(this.store.read);
  }

  /** By id. */
  async show(context: Context, id: string): Promise<Flavor> {
    const flavor = await flavors.get(this.store.read, id);
    if (!flavor || !mayHave(context, flavor)) throw absent("Flavor", id);
    return flavor;
  }

  async create(
    context: Context,
    values: Omit<Flavor, "id" | "extra_specs"> & { id?: string | undefined },
  ): Promise<Flavor> {
    requireAdmin(context, "os_compute_api:os-flavor-manage:create");
    const flavor: Flavor = { ...values, id: values.id ?? randomUUID(), extra_specs: {} };
    try {
      return await this.store.transaction(async (tx) => {
        if (await flavors.get(tx, flavor.id))
          throw new ComputeError("conflict", `Flavor with ID ${flavor.id} already exists.`);
        return flavors.insert(tx, flavor);
      });
    } catch (error) {
      if (!(error instanceof DuplicateError)) throw error;
      throw new ComputeError("conflict", `Flavor with name ${flavor.name} already exists.`);
    }
  }

  async setSpecs(
    context: Context,
    id: string,
    change: (specs: Flavor["extra_specs"]) => Flavor["extra_specs"],
  ): Promise<Flavor> {
    requireAdmin(context, "os_compute_api:os-flavor-extra-specs:create");
    return this.store.transaction(async (tx) => {
      const flavor = await flavors.get(tx, id);
      if (!flavor) throw absent("Flavor", id);
      return flavors.update(tx, { ...flavor, extra_specs: change(flavor.extra_specs) });
    });
  }

  /** Gives a project a flavor that is not public, or takes it away. nova/api/openstack/compute/flavor_access.py */
  async setAccess(context: Context, id: string, project: string, given: boolean): Promise<Flavor> {
    requireAdmin(context, `os_compute_api:os-flavor-access:${given ? "add" : "remove"}_tenant_access`);
    return this.store.transaction(async (tx) => {
      const flavor = await flavors.get(tx, id);
      if (!flavor) throw absent("Flavor", id);
      if (given && flavor.is_public) throw new ComputeError("conflict", "Can not add access to a public flavor.");
      const before = flavor.access ?? [];
      if (given && before.includes(project))
        throw new ComputeError(
          "conflict",
          `Flavor access already exists for flavor ${id} and project ${project} combination.`,
        );
      if (!given && !before.includes(project))
        throw new ComputeError("not-found", `Flavor access not found for ${id} / ${project} combination.`);
      const access = given ? [...before, project] : before.filter((one) => one !== project);
      return flavors.update(tx, { ...flavor, access });
    });
  }

  async remove(context: Context, id: string): Promise<void> {
    requireAdmin(context, "os_compute_api:os-flavor-manage:delete");
    if (!(await this.store.transaction((tx) => flavors.remove(tx, id)))) throw absent("Flavor", id);
  }
}

function mayHave(context: Context, flavor: Flavor): boolean {
  return flavor.is_public || context.isAdmin || (flavor.access ?? []).includes(context.projectId ?? "");
}

export type ImageValues = Partial<
  Omit<Image, "id" | "created_at" | "updated_at" | "status" | "checksum" | "size" | "hash" | "members">
>;

export class Images {
  private readonly store: Store;
  constructor(store: Store) {
    this.store = store;
  }

  async list(context: Context): Promise<Image[]> {
    return (await images.list(this.store.read)).filter(
      (one) => mayUse(context, one) && (memberOf(context, one)?.status ?? "accepted") === "accepted",
    );
  }

  async show(context: Context, id: string): Promise<Image> {
    const image = await images.get(this.store.read, id);
    if (!image || !mayUse(context, image)) throw new ComputeError("not-found", `No image found with ID ${id}`);
    return image;
  }

  async create(context: Context, values: ImageValues & { id?: string | undefined }): Promise<Image> {
    if (values.visibility === "public") requireAdmin(context, "publicize_image");
    return this.store.transaction(async (tx) => {
      const id = values.id ?? randomUUID();
      if (await images.get(tx, id)) throw new ComputeError("conflict", `Image ID ${id} already exists!`);
      return images.insert(tx, {
        name: null,
        visibility: "shared",
        container_format: null,
        disk_format: null,
        min_disk: 0,
        min_ram: 0,
        protected: false,
        tags: [],
        properties: {},
        ...values,
        id,
        project_id: context.projectId ?? "",
        status: "queued",
        size: null,
        checksum: null,
        created_at: isoSecond(tx.now),
        updated_at: isoSecond(tx.now),
      });
    });
  }

  /** Throws for one that the caller does not own. */
  async update(context: Context, id: string, change: (image: Image) => Image): Promise<Image> {
    return this.store.transaction(async (tx) => {
      const image = await this.own(context, id);
      const changed = change(image);
      if (changed.visibility === "public" && image.visibility !== "public") requireAdmin(context, "publicize_image");
      return images.update(tx, { ...changed, id, updated_at: isoSecond(tx.now) });
    });
  }

  async remove(context: Context, id: string): Promise<void> {
    const image = await this.own(context, id);
    if (image.protected) throw new ComputeError("forbidden", `Image ${id} is protected and cannot be deleted.`);
    await this.store.transaction((tx) => images.remove(tx, id));
  }

  /** Offers it to a project. glance/api/v2/image_members.py */
  async addMember(context: Context, id: string, project: string): Promise<ImageMember> {
    return this.store.transaction(async (tx) => {
      const image = await this.own(context, id);
      if (image.visibility !== "shared") throw new ComputeError("forbidden", "Only shared images have members.");
      const before = image.members ?? [];
      if (before.some((one) => one.member_id === project))
        throw new ComputeError("conflict", `Member ${project} is duplicated for image ${id}`);
      const at = isoSecond(tx.now);
      const member: ImageMember = { member_id: project, status: "pending", created_at: at, updated_at: at };
      await images.update(tx, { ...image, members: [...before, member] });
      return member;
    });
  }

  /** Whoever it was offered to says what he thinks of it; an administrator may, too. */
  async answerOffer(
    context: Context,
    id: string,
    project: string,
    status: ImageMember["status"],
  ): Promise<ImageMember> {
    return this.store.transaction(async (tx) => {
      const image = await this.show(context, id);
      if (project !== context.projectId && !context.isAdmin)
        throw new ComputeError("forbidden", "You are not authorized to complete modify_member action.");
      const before = memberCalled(image, project);
      const member = { ...before, status, updated_at: isoSecond(tx.now) };
      const members = (image.members ?? []).map((one) => (one === before ? member : one));
      await images.update(tx, { ...image, members });
      return member;
    });
  }

  async removeMember(context: Context, id: string, project: string): Promise<void> {
    await this.store.transaction(async (tx) => {
      const image = await this.own(context, id);
      const gone = memberCalled(image, project);
      await images.update(tx, { ...image, members: (image.members ?? []).filter((one) => one !== gone) });
    });
  }

  /** All of them for its owner; a member sees himself alone. */
  async members(context: Context, id: string): Promise<readonly ImageMember[]> {
    const image = await this.show(context, id);
    const all = image.members ?? [];
    const whole = context.isAdmin || image.project_id === context.projectId;
    return whole ? all : all.filter((one) => one.member_id === context.projectId);
  }

  private async own(context: Context, id: string): Promise<Image> {
    const image = await this.show(context, id);
    if (!context.isAdmin && image.project_id !== context.projectId)
      throw new ComputeError("forbidden", "You are not authorized to complete this action.");
    return image;
  }
}

function memberCalled(image: Image, project: string): ImageMember {
  const member = image.members?.find((one) => one.member_id === project);
  if (!member) throw new ComputeError("not-found", `Member ${project} of image ${image.id} could not be found.`);
  return member;
}

function mayUse(context: Context, image: Image): boolean {
  return (
    context.isAdmin ||
    image.visibility === "public" ||
    image.visibility === "community" ||
    image.project_id === context.projectId ||
    memberOf(context, image) !== undefined
  );
}

/** What the caller said to the offer of another project's image. */
function memberOf(context: Context, image: Image): ImageMember | undefined {
  if (image.visibility !== "shared" || context.isAdmin) return undefined;
  return image.members?.find((one) => one.member_id === context.projectId);
}

export interface HostUse {
  readonly host: ComputeHost;
  readonly vcpus: number;
  readonly ram: number;
  readonly disk: number;
  readonly servers: number;
}

export class Hosts {
  private readonly store: Store;
  constructor(store: Store) {
    this.store = store;
  }

  /** With what the servers on them use. */
  async list(): Promise<HostUse[]> {
    const [hosts, all, sizes] = await Promise.all([
      computeHosts.list(this.store.read),
      servers.list(this.store.read),
      flavors.list(this.store.read),
    ]);
    const flavor = new Map(sizes.map((one) => [one.id, one]));
    return hosts.map((host) => {
      const here = all.filter((one) => one.host === host.host);
      const sum = (of: (size: Flavor) => number) =>
        here.reduce(
          (total, one) => total + (flavor.has(one.flavor_id) ? of(flavor.get(one.flavor_id) as Flavor) : 0),
          0,
        ); // has() was asked.
      return {
        host,
        vcpus: sum((f) => f.vcpus),
        ram: sum((f) => f.ram),
        disk: sum((f) => f.disk),
        servers: here.length,
      };
    });
  }

  async setEnabled(context: Context, id: string, enabled: boolean, reason: string | null): Promise<ComputeHost> {
    requireAdmin(context, "os_compute_api:os-services:update");
    return this.store.transaction(async (tx) => {
      const all = await computeHosts.list(tx);
      const host = all.find((one) => one.id === id || String(one.number) === id || one.host === id);
      if (!host) throw new ComputeError("not-found", `Service ${id} could not be found.`);
      return computeHosts.update(tx, { ...host, enabled, disabled_reason: enabled ? null : reason });
    });
  }
}

export function requireAdmin(context: Context, rule: string): void {
  if (!context.isAdmin) throw new ComputeError("forbidden", `Policy doesn't allow ${rule} to be performed.`);
}
