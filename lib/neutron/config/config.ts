/**
 * The networking service's configuration: what its files say, section by section and option by option, named as there.
 * neutron.conf and ml2_conf.ini stand on top, the agents' files under their own names.
 */
import { DHCP_OPTIONS, L3_OPTIONS, LINUXBRIDGE_OPTIONS, OPENVSWITCH_OPTIONS } from "./agent-options.ts";
import type { Option } from "./option.ts";
import { SERVER_OPTIONS } from "./server-options.ts";

export type Sections = Readonly<Record<string, Readonly<Record<string, Option<unknown>>>>>;

/** The values of a table of options. */
type ConfigOf<S extends Sections> = {
  readonly [Section in keyof S]: {
    readonly [Name in keyof S[Section]]: S[Section][Name] extends Option<infer T> ? T : never;
  };
};

type ServerConfig = ConfigOf<typeof SERVER_OPTIONS>;

export interface NeutronConfig extends ServerConfig {
  readonly openvswitch_agent: ConfigOf<typeof OPENVSWITCH_OPTIONS>;
  readonly linuxbridge_agent: ConfigOf<typeof LINUXBRIDGE_OPTIONS>;
  readonly dhcp_agent: ConfigOf<typeof DHCP_OPTIONS>;
  readonly l3_agent: ConfigOf<typeof L3_OPTIONS>;
}

/** Text of an option, by section and name; undefined: not in the file. */
export type Given = (section: string, name: string) => string | undefined;

/** Values of a table: those that are given, and the defaults. Throws the option's BadOption. */
export function configOf<S extends Sections>(sections: S, given: Given = () => undefined): ConfigOf<S> {
  const config: Record<string, Record<string, unknown>> = {};
  for (const [section, options] of Object.entries(sections)) {
    const values: Record<string, unknown> = {};
    for (const [name, option] of Object.entries(options)) {
      const text = given(section, name);
      values[name] = text === undefined ? option.default : option.parse(text);
    }
    config[section] = values;
  }
  return config as ConfigOf<S>; // Option by option from that table.
}

export const DEFAULT_CONFIG: NeutronConfig = {
  ...configOf(SERVER_OPTIONS),
  openvswitch_agent: configOf(OPENVSWITCH_OPTIONS),
  linuxbridge_agent: configOf(LINUXBRIDGE_OPTIONS),
  dhcp_agent: configOf(DHCP_OPTIONS),
  l3_agent: configOf(L3_OPTIONS),
};
