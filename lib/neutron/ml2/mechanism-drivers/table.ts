/** The mechanism drivers that `mechanism_drivers` of ml2_conf.ini may name. */
import type { MechanismDriverFactory } from "../mechanism-driver.ts";
import { l2populationDriver } from "./l2population.ts";
import { linuxbridgeDriver } from "./linuxbridge.ts";
import { openvswitchDriver } from "./openvswitch.ts";

export const MECHANISM_DRIVERS: Readonly<Record<string, MechanismDriverFactory>> = {
  openvswitch: openvswitchDriver,
  linuxbridge: linuxbridgeDriver,
  l2population: l2populationDriver,
};
