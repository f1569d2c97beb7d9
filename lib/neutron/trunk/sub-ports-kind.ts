/** A list of subports as a client writes it. Source: neutron_lib/api/validators validate_subports. */
import type { Json } from "../attribute.ts";
import { Invalid, type Kind, repr, show, uuid } from "../kind/kind.ts";

/** Port and segment of one; the segment may be missing where it is inherited, or where one is removed. */
export interface WantedSubPort {
  readonly port_id: string;
  readonly segmentation_type?: unknown;
  readonly segmentation_id?: unknown;
}

export const INHERIT = "inherit";

export const subPortsKind: Kind<WantedSubPort[]> = {
  parse(value) {
    if (!Array.isArray(value)) throw new Invalid(`Invalid data format for subports: '${show(value)}' is not a list`);
    const ids = new Set<string>();
    const segments = new Set<string>();
    return value.map((one) => {
      const wanted = read(one);
      if (ids.has(wanted.port_id)) throw new Invalid(`Non unique UUID for subport: '${wanted.port_id}'`);
      ids.add(wanted.port_id);
      if (wanted.segmentation_type !== INHERIT) checkSegment(wanted, segments);
      return wanted;
    });
  },
};

function read(value: unknown): WantedSubPort {
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw new Invalid(`Invalid data format for subport: '${show(value)}' is not a dict`);
  const given = value as Json; // What JSON.parse calls an object.
  if (!("port_id" in given)) throw new Invalid("A valid port UUID must be specified");
  try {
    return { ...given, port_id: uuid.parse(given.port_id) };
  } catch {
    throw new Invalid(`Invalid UUID for subport: '${show(given.port_id)}'`);
  }
}

function checkSegment(wanted: WantedSubPort, segments: Set<string>): void {
  const { segmentation_type: type, segmentation_id: id } = wanted;
  const absent = id === undefined || id === null;
  if ((!type || absent) && Object.keys(wanted).length > 1)
    throw new Invalid(
      `Invalid subport details '${repr(wanted)}': missing segmentation information. Must specify both segmentation_id and segmentation_type`,
    );
  if (absent) return;
  const segment = JSON.stringify([type, id]);
  if (segments.has(segment)) throw new Invalid(`Segmentation ID '${show(id)}' for '${wanted.port_id}' is not unique`);
  segments.add(segment);
}
