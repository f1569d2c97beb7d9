/** `segments` of a network with several. Source: neutron_lib/api/validators/multiprovidernet.py. */
import { httpBadRequest } from "../errors.ts";
import { Invalid, integer, type Kind, show } from "../kind/kind.ts";

export type GivenSegment = Readonly<Record<string, string | number | null>>;

const TYPE = "provider:network_type";
const PHYSICAL = "provider:physical_network";
const ID = "provider:segmentation_id";
const KNOWN = new Set([TYPE, PHYSICAL, ID]);

export const segmentList: Kind<readonly GivenSegment[]> = {
  parse(value) {
    if (!Array.isArray(value)) throw new Invalid(`'${show(value)}' is not a list`);
    return value.map(segment);
  },
};

function segment(value: unknown): GivenSegment {
  if (typeof value !== "object" || value === null) throw new Invalid(`'${show(value)}' is not a dictionary`);
  const given = new Map<string, unknown>(Object.entries(value));
  const unknown = [...given.keys()].filter((name) => !KNOWN.has(name));
  if (unknown.length > 0) throw httpBadRequest(`Unrecognized attribute(s) '${unknown.join(", ")}'`);
  const word = (name: string) => {
    const one = given.get(name);
    return one === undefined || one === null ? null : String(one);
  };
  const id = given.get(ID);
  return {
    [TYPE]: word(TYPE),
    [PHYSICAL]: word(PHYSICAL),
    [ID]: id === undefined || id === null ? null : integer().parse(id),
  };
}
