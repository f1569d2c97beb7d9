import type { Part } from "../resource.ts";
import { autoAllocatedResource } from "./auto-allocated.ts";
import { availabilityResource } from "./availability.ts";
import { ADDRESS_EXTENSIONS } from "./extensions.ts";
import { addressHooks } from "./hooks.ts";
import { addressScopeResource, addressScopeShareable } from "./scopes.ts";
import { subnetResource } from "./subnet-resource.ts";
import { subnetPoolResource, subnetPoolShareable } from "./subnetpool-resource.ts";

export const PART: Part = {
  resources: [subnetResource, subnetPoolResource, addressScopeResource, availabilityResource, autoAllocatedResource],
  extensions: ADDRESS_EXTENSIONS,
  hooks: addressHooks,
  shareables: [addressScopeShareable, subnetPoolShareable],
};
