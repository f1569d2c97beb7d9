/** Reads the configuration from a directory of files, as an installed Neutron has them below /etc/neutron. */
import { readFile, stat } from "node:fs/promises";
import path from "node:path";
import { DHCP_OPTIONS, L3_OPTIONS, LINUXBRIDGE_OPTIONS, OPENVSWITCH_OPTIONS } from "./agent-options.ts";
import { configOf, type NeutronConfig, type Sections } from "./config.ts";
import { IniError, type IniValue, parseIni } from "./ini.ts";
import { BadOption } from "./option.ts";
import { SERVER_OPTIONS } from "./server-options.ts";

/** What is wrong with a file: its path, line, section and option stand in the message. */
export class ConfigFileError extends Error {}

/**
 * The values of the files that are there, and defaults for all else. Each file may lie in the directory itself, or where
 * packages put it (`plugins/ml2/ml2_conf.ini`). Options that are not known are passed over: files are taken as they are.
 * @throws ConfigFileError
 */
export async function loadConfig(directory: string): Promise<NeutronConfig> {
  if (!(await isDirectory(directory))) throw new ConfigFileError(`${directory} is no directory of configuration files`);
  const read = async <S extends Sections>(sections: S, ...names: string[]) =>
    configFrom(sections, await Promise.all(names.map((name) => readIni(directory, name))));
  return {
    ...(await read(SERVER_OPTIONS, "neutron.conf", "ml2_conf.ini")),
    openvswitch_agent: await read(OPENVSWITCH_OPTIONS, "openvswitch_agent.ini"),
    linuxbridge_agent: await read(LINUXBRIDGE_OPTIONS, "linuxbridge_agent.ini"),
    dhcp_agent: await read(DHCP_OPTIONS, "dhcp_agent.ini"),
    l3_agent: await read(L3_OPTIONS, "l3_agent.ini"),
  };
}

/** One that is misspelt must not be taken for one without files. */
async function isDirectory(directory: string): Promise<boolean> {
  return stat(directory).then(
    (found) => found.isDirectory(),
    () => false,
  );
}

interface IniFile {
  readonly file: string;
  find(section: string, name: string): IniValue | undefined;
}

/** Of files that both have an option, the later one's holds, as with `--config-file` given twice. */
function configFrom<S extends Sections>(sections: S, files: readonly (IniFile | undefined)[]) {
  let at = "";
  try {
    return configOf(sections, (section, name) => {
      for (const file of [...files].reverse()) {
        const value = file?.find(section, name);
        if (!file || !value) continue;
        at = `${file.file}:${value.line}: [${section}] ${name}`;
        return value.text;
      }
      return undefined;
    });
  } catch (error) {
    if (error instanceof BadOption) throw new ConfigFileError(`${at}: ${error.message}`);
    throw error;
  }
}

async function readIni(directory: string, name: string): Promise<IniFile | undefined> {
  for (const file of [path.join(directory, name), path.join(directory, "plugins", "ml2", name)]) {
    const text = await readText(file);
    if (text === undefined) continue;
    try {
      const ini = parseIni(text);
      return { file, find: (section, option) => ini.get(section)?.get(option) };
    } catch (error) {
      if (error instanceof IniError) throw new ConfigFileError(`${file}:${error.line}: ${error.message}`);
      throw error;
    }
  }
  return undefined;
}

async function readText(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    const reason = error instanceof Error ? error.message : String(error);
    throw new ConfigFileError(`${file} cannot be read: ${reason}`);
  }
}
