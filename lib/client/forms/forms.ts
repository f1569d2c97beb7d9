/** All forms, by the words that stand in a page's address. */

import { editFloatingIp, newFloatingIp } from "./floating-ip.ts";
import type { Form, Surroundings } from "./form.ts";
import { editInstance, newInstance } from "./instance.ts";
import { editNetwork, newNetwork } from "./network.ts";
import { editPort, newPort } from "./port.ts";
import { editRouter, newInterface, newRouter } from "./router.ts";
import { editSecurityGroup, newRule, newSecurityGroup } from "./security-group.ts";
import { editSubnet, newSubnet } from "./subnet.ts";

/** @param of the object that it changes, or adds something to; empty where there is none */
type Make = (here: Surroundings, of: string) => Promise<Form>;

const FORMS = {
  "new-network": newNetwork,
  "edit-network": editNetwork,
  "new-subnet": newSubnet,
  "edit-subnet": editSubnet,
  "new-router": newRouter,
  "edit-router": editRouter,
  "new-interface": newInterface,
  "new-instance": newInstance,
  "edit-instance": editInstance,
  "new-port": newPort,
  "edit-port": editPort,
  "new-floating-ip": newFloatingIp,
  "edit-floating-ip": editFloatingIp,
  "new-security-group": newSecurityGroup,
  "edit-security-group": editSecurityGroup,
  "new-rule": newRule,
} satisfies Record<string, Make>;

export type FormName = keyof typeof FORMS;

export function makerOf(name: string): Make | undefined {
  return Object.hasOwn(FORMS, name) ? FORMS[name as FormName] : undefined; // One of its own keys.
}
