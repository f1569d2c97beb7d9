// Preloaded into the server (`node --import`): the server ends when the launcher does, even by SIGKILL.
import { isMainThread } from "node:worker_threads";
import { watchParent } from "./processes.mjs";

if (isMainThread) watchParent(() => process.kill(process.pid, "SIGTERM"));
