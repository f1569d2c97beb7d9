import type { Step } from "../event.ts";

/** Where the kernel's decisions are told, in order. Absent: nobody listens, and no step is built. */
export type Note = (step: Step) => void;
