import type { NeutronConfig } from "../config/config.ts";

export class ExtensionManager {
  readonly config: NeutronConfig;
  constructor(config: NeutronConfig) {
    this.config = config;
  }
}
