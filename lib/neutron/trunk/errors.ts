/** What trunks refuse. Source: neutron/services/trunk/exceptions.py. */
import type { Port } from "../core/model.ts";
import { conflict, NeutronError, notFound } from "../errors.ts";
import type { SubPort } from "./model.ts";

export const portNotFound = (id: string) => notFound("Port", id);

export const subPortNotFound = (trunkId: string, portId: string) =>
  new NeutronError("not-found", "SubPortNotFound", `SubPort ${portId} on trunk ${trunkId} could not be found.`);

export const trunkPortInUse = (portId: string) =>
  conflict("TrunkPortInUse", `Port ${portId} is in use by another trunk.`);

export const parentPortInUse = (portId: string) =>
  conflict("ParentPortInUse", `Port ${portId} is currently in use and is not eligible for use as a parent port.`);

export const portInUse = (port: Port) =>
  conflict(
    "PortInUse",
    `Unable to complete operation on port ${port.id} for network ${port.network_id}. Port already has an attached device ${port.device_id}.`,
  );

export const inUseAsParent = (portId: string, trunkId: string) =>
  conflict("PortInUseAsTrunkParent", `Port ${portId} is currently a parent port for trunk ${trunkId}.`);

export const inUseAsSubPort = (portId: string, trunkId: string) =>
  conflict("PortInUseAsSubPort", `Port ${portId} is currently a subport for trunk ${trunkId}.`);

export const duplicateSubPort = (sub: SubPort, trunkId: string) =>
  conflict(
    "DuplicateSubPort",
    `segmentation_type ${sub.segmentation_type} and segmentation_id ${sub.segmentation_id} already in use on trunk ${trunkId}.`,
  );

export const subPortMtuTooGreat = (portId: string, mtu: number, parentId: string, parentMtu: number) =>
  conflict(
    "SubPortMtuGreaterThanTrunkPortMtu",
    `MTU ${mtu} of subport ${portId} cannot be greater than MTU ${parentMtu} of trunk ${parentId}.`,
  );

export const trunkInUse = (id: string) => conflict("TrunkInUse", `Trunk ${id} is currently in use.`);

export const trunkDisabled = (id: string) => conflict("TrunkDisabled", `Trunk ${id} is currently disabled.`);

export const trunkInErrorState = (id: string) =>
  conflict(
    "TrunkInErrorState",
    `Trunk ${id} is in error state. Attempt to resolve the error condition before proceeding.`,
  );
