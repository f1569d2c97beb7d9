/** The embedded cloud with the agents and the configuration of the recorded clouds, and nothing else in it. */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { type EmbeddedCloud, openEmbedded } from "../../embedded.ts";
import { serviceContext } from "../../identity/context.ts";
import { type AgentReport, registerAgent } from "../../neutron/agent/agents.ts";
import { DEFAULT_CONFIG } from "../../neutron/config/config.ts";
import { Neutron } from "../../neutron/neutron.ts";
import { openStore } from "../../store/open.ts";

/** As in the controller's /etc/neutron. */
const CONFIG = fileURLToPath(new URL("../lab", import.meta.url));

export interface Lab {
  readonly cloud: EmbeddedCloud;
  close(): Promise<void>;
}

/** @param name of a recorded cloud, whose agents it has */
export async function openLab(name: string): Promise<Lab> {
  const dir = mkdtempSync(path.join(tmpdir(), "underlay-lab-"));
  const place = { file: path.join(dir, "underlay.db") };
  await register(place.file, agentsOf(name));
  const ending = new AbortController();
  const cloud = await openEmbedded({
    place,
    env: { UNDERLAY_EMPTY_CLOUD: "1", UNDERLAY_NEUTRON_CONFIG: CONFIG },
    signal: ending.signal,
    report(error) {
      throw error;
    },
  });
  return {
    cloud,
    async close() {
      ending.abort();
      await cloud.close();
      rmSync(dir, { recursive: true });
    },
  };
}

function agentsOf(name: string): AgentReport[] {
  const file = new URL(`../../demo/${name}/api/agents.json`, import.meta.url);
  const { agents }: { agents: AgentReport[] } = JSON.parse(readFileSync(file, "utf8"));
  return agents.map(({ agent_type, binary, host, topic, availability_zone, configurations }) => {
    return { agent_type, binary, host, topic, availability_zone, configurations };
  });
}

/** Before the first start, which would make agents of its own where there are none. */
async function register(file: string, reports: readonly AgentReport[]): Promise<void> {
  const store = await openStore(file);
  const neutron = new Neutron(store, DEFAULT_CONFIG);
  await neutron.change(serviceContext(), async (change) => {
    for (const report of reports) await registerAgent(change, report);
  });
  await store.close();
}
