/** Kinds of values that only ports have. Source: neutron_lib/api/definitions/portbindings.py, neutron/extensions/securitygroup.py. */
import { Invalid, type Kind, show, text, uniqueList, uuid } from "../kind/kind.ts";

const HOST_SIZE = 255;

/** type:dict_or_none. */
export const dictionaryOrNone: Kind<Readonly<Record<string, unknown>> | null> = {
  parse(value) {
    if (value === null) return null;
    if (typeof value !== "object" || Array.isArray(value)) throw new Invalid(`'${show(value)}' is not a dictionary`);
    return Object.fromEntries(Object.entries(value));
  },
};

const ids = uniqueList(uuid);

/** type:uuid_list after convert_none_to_empty_list. */
export const groupIds: Kind<readonly string[]> = { parse: (value) => (value === null ? [] : ids.parse(value)) };

const host = text(HOST_SIZE);

/** None: no host. */
export const hostId: Kind<string> = { parse: (value) => (value === null ? "" : host.parse(value)) };
