import type { NeutronConfig } from "../config/config.ts";

export class MechanismManager {
  readonly config: NeutronConfig;
  constructor(config: NeutronConfig) {
    this.config = config;
  }
}
