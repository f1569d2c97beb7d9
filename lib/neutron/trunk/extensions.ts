/** What the trunk service calls its extensions. Source: neutron_lib/api/definitions/trunk*.py. */
import type { Extension } from "../resource.ts";

export const TRUNK_EXTENSIONS: readonly Extension[] = [
  {
    alias: "trunk",
    name: "Trunk Extension",
    description: "Provides support for trunk ports",
    updated: "2016-01-01T10:00:00-00:00",
  },
  {
    alias: "trunk-details",
    name: "Trunk port details",
    description: "Expose trunk port details",
    updated: "2016-01-01T10:00:00-00:00",
  },
];
