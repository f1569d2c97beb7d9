import { redirect } from "next/navigation";
import { pages } from "../../../lib/api/pages.ts";

export default async function Cloud({ params }: { params: Promise<{ cloud: string }> }) {
  redirect(pages.topology((await params).cloud));
}
