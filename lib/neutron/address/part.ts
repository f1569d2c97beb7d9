import type { Part } from "../resource.ts";
import { addressScopeResource } from "./scopes.ts";

export const PART: Part = {
  resources: [addressScopeResource],
  extensions: [
    {
      alias: "address-scope",
      name: "Address scope",
      description: "Address scopes extension.",
      updated: "2015-07-26T10:00:00-00:00",
    },
  ],
};
