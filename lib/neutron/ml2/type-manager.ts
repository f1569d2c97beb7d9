import type { NeutronConfig } from "../config/config.ts";

export class TypeManager {
  readonly config: NeutronConfig;
  constructor(config: NeutronConfig) {
    this.config = config;
  }
}
