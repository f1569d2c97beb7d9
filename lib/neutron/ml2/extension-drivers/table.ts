/** The extension drivers that `extension_drivers` of ml2_conf.ini may name. */
import type { ExtensionDriverFactory } from "../extension-driver.ts";
import { deviceProfileDriver } from "./device-profile.ts";
import { dnsDriver } from "./dns.ts";
import { numaAffinityDriver } from "./numa-affinity.ts";
import { portSecurityDriver } from "./port-security.ts";
import { qosDriver } from "./qos.ts";

export const EXTENSION_DRIVERS: Readonly<Record<string, ExtensionDriverFactory>> = {
  port_security: portSecurityDriver,
  qos: qosDriver,
  dns: dnsDriver,
  port_numa_affinity_policy: numaAffinityDriver,
  port_device_profile: deviceProfileDriver,
};
