/** Drivers by the names in the configuration, in its order. */

/** The service cannot start with this configuration. */
export class ConfigError extends Error {}

/** @param option for the message: `[ml2] type_drivers` */
export function loadDrivers<T>(
  option: string,
  names: readonly string[],
  table: Readonly<Record<string, T>>,
): [string, T][] {
  return names.map((name) => {
    const driver = Object.hasOwn(table, name) ? table[name] : undefined;
    if (driver === undefined)
      throw new ConfigError(`${option}: there is no driver ${name}; known are ${Object.keys(table).join(", ")}`);
    return [name, driver];
  });
}
