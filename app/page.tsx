import { redirect } from "next/navigation";
import { pages } from "../lib/api/pages.ts";
import { DEMOS } from "../lib/clouds/demo.ts";

/** Opens on a demo cloud: the first thing to see is a picture, not a form. */
export default function Home() {
  const first = DEMOS[0];
  redirect(first ? pages.topology(first.id) : pages.clouds());
}
