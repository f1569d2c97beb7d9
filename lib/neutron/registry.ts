/** Everything that the networking service offers, part by part. */
import { PART as addresses } from "./address/part.ts";
import { PART as agents } from "./agent/part.ts";
import { PART as core } from "./core/part.ts";
import { PART as l3 } from "./l3/part.ts";
import { PART as qos } from "./qos/part.ts";
import { PART as quota } from "./quota/part.ts";
import { PART as rbac } from "./rbac/part.ts";
import type { Part } from "./resource.ts";
import { PART as security } from "./security/part.ts";
import { PART as standard } from "./standard-part.ts";
import { PART as trunk } from "./trunk/part.ts";

export const PARTS: readonly Part[] = [standard, core, addresses, security, l3, qos, rbac, quota, agents, trunk];
