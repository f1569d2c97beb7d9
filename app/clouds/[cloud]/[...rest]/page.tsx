import { notFound } from "next/navigation";
import { pageSession } from "../../../../lib/server/page-session.ts";

/** What no page of a cloud is at: within the cloud's frame. */
export default async function NoPage() {
  await pageSession();
  notFound();
}
