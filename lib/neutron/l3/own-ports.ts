/** Ports that the L3 services make for themselves, whoever asked. */
import type { Port } from "../core/model.ts";
import { portDefaults } from "../core/port-values.ts";
import { createPort, deletePort, updatePort } from "../core/ports.ts";
import type { FixedIpRequest } from "../kind/address-lists.ts";
import type { Change } from "../resource.ts";
import { elevated } from "./lookup.ts";

export interface OwnPort {
  readonly network_id: string;
  readonly device_id: string;
  readonly device_owner: string;
  /** Absent: nobody's. Such ports are neither counted nor shown to users. */
  readonly project_id?: string;
  /** Absent or empty: what any port gets. */
  readonly fixed_ips?: readonly FixedIpRequest[];
  readonly host?: string;
  readonly status?: string;
  readonly name?: string;
}

export function createOwnPort(change: Change, own: OwnPort): Promise<Port> {
  const { network_id, device_id, device_owner, fixed_ips, project_id = "", host, status, name = "" } = own;
  return createPort(
    elevated(change),
    portDefaults({
      network_id,
      device_id,
      device_owner,
      project_id,
      name,
      ...(fixed_ips && fixed_ips.length > 0 && { fixed_ips }),
      ...(host !== undefined && { "binding:host_id": host }),
      ...(status !== undefined && { status }),
    }),
  );
}

export function deleteOwnPort(change: Change, port: Port): Promise<void> {
  return deletePort(elevated(change), port, { byApi: false });
}

/** A port's owner changes with its router's kind; it must then be bound anew. */
export function setOwner(change: Change, port: Port, device_owner: string): Promise<Port> {
  return updatePort(elevated(change), port, { device_owner });
}
