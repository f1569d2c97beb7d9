#!/usr/bin/env node
// `node e2e/openstack/run.mjs story|rest|tempest|plugin|all [REGEX]`: see docs/openstack-tests.md.
import { main } from "./main.ts";

process.exit(await main(process.argv.slice(2)));
