/**
 * `/v2.0/flavors` and `/v2.0/service_profiles`: names of the drivers that a router may be asked to have.
 * Source: neutron/db/flavors_db.py, neutron_lib/api/definitions/flavors.py, neutron/conf/policies/flavor.py.
 */
import { Collection, type Stored } from "../../store/collection.ts";
import type { Values } from "../attribute.ts";
import { conflict, NeutronError, notFound } from "../errors.ts";
import { bool, type Kind, nullable, show, text, uniqueList, uuid } from "../kind/kind.ts";
import { adminOnly, anyone } from "../policy.ts";
import type { Call, Change, Resource } from "../resource.ts";
import { idAttribute, nameAttribute } from "../standard.ts";
import { storedResource } from "../stored.ts";
import { PROVIDERS } from "./providers.ts";

interface Flavor extends Stored {
  readonly name: string;
  readonly description: string | null;
  readonly service_type: string;
  readonly enabled: boolean;
  readonly service_profiles: readonly string[];
}

interface ServiceProfile extends Stored {
  readonly description: string | null;
  readonly driver: string;
  readonly metainfo: string;
  readonly enabled: boolean;
}

export const flavors = new Collection<Flavor>("flavor", { keys: { service_profile: (f) => f.service_profiles } });
export const serviceProfiles = new Collection<ServiceProfile>("service_profile");

const LONG_DESCRIPTION_SIZE = 1024;
/** Plugins of this service: neutron_lib/plugins/constants.py. */
const SERVICE_TYPES = ["CORE", "L3_ROUTER_NAT", "FLAVORS", "QOS", "PORTFORWARDING", "TRUNK", "TAG"];

const serviceType: Kind<string> = {
  parse(value) {
    const known = SERVICE_TYPES.find((type) => type === value);
    if (known !== undefined) return known;
    throw new NeutronError("bad-request", "InvalidServiceType", `Invalid service type: ${show(value)}.`);
  },
};

const written = { post: true, put: true };
const listed = { filter: true, sort: true };
const enabled = { kind: bool, ...written, default: true, ...listed };
const description = { kind: nullable(text(LONG_DESCRIPTION_SIZE)), ...written, default: "", ...listed };
/** Nobody's: the cloud's administrators keep them. */
const noOwner = { tenant_id: { kind: text(), post: true, default: undefined, visible: false } };

const flavorAttributes = {
  id: idAttribute,
  name: nameAttribute,
  description,
  service_type: { kind: serviceType, post: true, ...listed },
  ...noOwner,
  service_profiles: { kind: uniqueList(uuid), ...written, default: [] },
  enabled,
};

export const flavorResource = storedResource<Flavor>({
  name: "flavor",
  plural: "flavors",
  title: "Flavor",
  rows: flavors,
  attributes: flavorAttributes,
  policy: { create: adminOnly, get: anyone, update: adminOnly, remove: adminOnly },
  sees: async () => () => true,
  create: (change, json) => {
    const { name, description: about, service_type, enabled: on } = json as Values<typeof flavorAttributes>; // Read by that table.
    const row = { name, description: about, service_type, enabled: on, service_profiles: [] };
    return flavors.insert(change.tx, { id: change.neutron.newId(), ...row });
  },
  update: (change, row, { service_profiles, ...values }) => {
    void service_profiles; // Attached one by one.
    return flavors.update(change.tx, { ...row, ...values });
  },
  remove: async (change, row) => {
    await flavors.remove(change.tx, row.id);
  },
});

const profileAttributes = {
  id: idAttribute,
  description,
  driver: { kind: text(LONG_DESCRIPTION_SIZE), ...written, default: "", ...listed },
  metainfo: { kind: text(), ...written, default: "", sort: true },
  ...noOwner,
  enabled,
};

export const serviceProfileResource = storedResource<ServiceProfile>({
  name: "service_profile",
  plural: "service_profiles",
  path: "service_profiles",
  title: "Service Profile",
  rows: serviceProfiles,
  attributes: profileAttributes,
  policy: { create: adminOnly, get: adminOnly, update: adminOnly, remove: adminOnly },
  sees: async () => () => true, // The policy hides them from all but administrators.
  create: (change, json) => {
    const { description: about, driver, metainfo, enabled: on } = json as Values<typeof profileAttributes>; // Read by that table.
    if (driver !== "") checkDriver(driver);
    else if (metainfo === "")
      throw new NeutronError(
        "bad-request",
        "ServiceProfileEmpty",
        "Service Profile needs either a driver or metainfo.",
      );
    const row = { description: about, driver, metainfo, enabled: on };
    return serviceProfiles.insert(change.tx, { id: change.neutron.newId(), ...row });
  },
  update: async (change, row, values) => {
    if (typeof values.driver === "string" && values.driver !== "") checkDriver(values.driver);
    await checkFree(change, row.id);
    return serviceProfiles.update(change.tx, { ...row, ...values });
  },
  remove: async (change, row) => {
    await checkFree(change, row.id);
    await serviceProfiles.remove(change.tx, row.id);
  },
});

/** `POST /v2.0/flavors/ID/service_profiles`, `DELETE …/PROFILE`. */
const profileOfFlavor = storedResource<ServiceProfile>({
  name: "service_profile",
  plural: "service_profiles",
  path: "flavors/:parent/service_profiles",
  title: "Service Profile",
  policyName: "flavor_service_profile",
  rows: serviceProfiles,
  attributes: { ...profileAttributes, id: { ...idAttribute, post: true } },
  policy: { create: adminOnly, get: anyone, remove: adminOnly },
  sees: async () => () => true,
  create: attachProfile,
});

export const flavorProfileResource: Resource = {
  ...profileOfFlavor,
  remove: (change, id, parent = "") => detachProfile(change, id, parent),
};

async function attachProfile(
  change: Change,
  values: { readonly id?: unknown },
  flavorId = "",
): Promise<ServiceProfile> {
  const flavor = await flavors.get(change.reader, flavorId);
  if (!flavor) throw notFound("Flavor", flavorId);
  const id = String(values.id);
  const profile = await serviceProfiles.get(change.reader, id);
  if (!profile) throw notFound("Service Profile", id);
  if (flavor.service_profiles.includes(id))
    throw conflict(
      "FlavorServiceProfileBindingExists",
      `Service Profile ${id} is already associated with flavor ${flavorId}.`,
    );
  await flavors.update(change.tx, { ...flavor, service_profiles: [...flavor.service_profiles, id] });
  return profile;
}

async function detachProfile(change: Change, id: string, flavorId: string): Promise<void> {
  const flavor = await flavors.get(change.reader, flavorId);
  if (!flavor?.service_profiles.includes(id))
    throw new NeutronError(
      "not-found",
      "FlavorServiceProfileBindingNotFound",
      `Service Profile ${id} is not associated with flavor ${flavorId}.`,
    );
  const service_profiles = flavor.service_profiles.filter((one) => one !== id);
  await flavors.update(change.tx, { ...flavor, service_profiles });
}

function checkDriver(driver: string): void {
  if (!PROVIDERS.some((provider) => provider.driver === driver))
    throw new NeutronError(
      "not-found",
      "ServiceProfileDriverNotFound",
      `Service Profile driver ${driver} could not be found.`,
    );
}

async function checkFree(call: Call, id: string): Promise<void> {
  if ((await flavors.count(call.reader, { keys: { service_profile: id } })) > 0)
    throw conflict("ServiceProfileInUse", `Service Profile ${id} is used by some service instance.`);
}
