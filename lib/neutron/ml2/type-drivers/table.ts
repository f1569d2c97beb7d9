/** The type drivers that `type_drivers` of ml2_conf.ini may name. */
import type { TypeDriverFactory } from "../type-driver.ts";
import { flatDriver } from "./flat.ts";
import { geneveDriver } from "./geneve.ts";
import { greDriver } from "./gre.ts";
import { localDriver } from "./local.ts";
import { vlanDriver } from "./vlan.ts";
import { vxlanDriver } from "./vxlan.ts";

export const TYPE_DRIVERS: Readonly<Record<string, TypeDriverFactory>> = {
  local: localDriver,
  flat: flatDriver,
  vlan: vlanDriver,
  gre: greDriver,
  vxlan: vxlanDriver,
  geneve: geneveDriver,
};
