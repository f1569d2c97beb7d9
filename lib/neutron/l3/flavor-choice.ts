/** The flavor of a router says which provider it has, and that what it is. Source: neutron/services/l3_router/service_providers/driver_controller.py. */
import { invalidInput, NeutronError, notFound } from "../errors.ts";
import type { Call } from "../resource.ts";
import { flavors, serviceProfiles } from "./flavors.ts";
import type { Router } from "./model.ts";
import { PROVIDERS, type Provider } from "./providers.ts";

interface Asked {
  readonly distributed?: boolean | null | undefined;
  readonly ha?: boolean | null | undefined;
}

/** A new router as its flavor has it; what the request itself asks for must agree. */
export async function checkFlavor(call: Call, router: Router, asked: Asked): Promise<Router> {
  if (router.flavor_id === null) return router;
  const provider = await providerOf(call, router.flavor_id);
  for (const key of ["distributed", "ha"] as const)
    if (typeof asked[key] === "boolean" && asked[key] !== provider[key])
      throw invalidInput(`Provider ${provider.name} does not support ${key}=${asked[key] ? "True" : "False"}`);
  return { ...router, distributed: provider.distributed, ha: provider.ha };
}

/** A router keeps its flavor, and so what it is. */
export function checkFlavorKeeps(before: Router, after: Router): void {
  if (before.flavor_id === null || (before.distributed === after.distributed && before.ha === after.ha)) return;
  throw invalidInput(
    "Changing the 'ha' and 'distributed' attributes on a router associated with a flavor is not supported",
  );
}

async function providerOf(call: Call, flavorId: string): Promise<Provider> {
  const flavor = await flavors.get(call.reader, flavorId);
  if (!flavor) throw notFound("Flavor", flavorId);
  const [first] = flavor.service_profiles;
  const profile = first === undefined ? undefined : await serviceProfiles.get(call.reader, first);
  if (!profile)
    throw new NeutronError(
      "not-found",
      "FlavorServiceProfileBindingNotFound",
      `Service Profile  is not associated with flavor ${flavorId}.`,
    );
  if (!profile.enabled)
    throw new NeutronError("unavailable", "ServiceProfileDisabled", "Service Profile is not enabled.");
  const provider = PROVIDERS.find((one) => one.driver === profile.driver);
  if (provider) return provider;
  throw new NeutronError(
    "not-found",
    "ServiceProfileDriverNotFound",
    `Service Profile driver ${profile.driver} could not be found.`,
  );
}
