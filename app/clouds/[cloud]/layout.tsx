import type { Metadata } from "next";
import { notFound } from "next/navigation";
import type { ReactNode } from "react";
import type { CloudSummary } from "../../../lib/api/http.ts";
import { EMBEDDED } from "../../../lib/clouds/embedded.ts";
import { isFailure } from "../../../lib/clouds/failure.ts";
import { pageSession } from "../../../lib/server/page-session.ts";
import { sightOf } from "../../../lib/server/sight.ts";
import { server } from "../../../lib/server.ts";
import { CloudFrame } from "../../cloud-frame.tsx";

interface Props {
  params: Promise<{ cloud: string }>;
}

async function find({ params }: Props): Promise<CloudSummary | undefined> {
  const { cloud } = await params;
  try {
    return await sightOf(await pageSession()).summary(cloud);
  } catch (error) {
    if (isFailure(error) && error.code === "not_found") return undefined;
    throw error;
  }
}

export async function generateMetadata(props: Props): Promise<Metadata> {
  const cloud = await find(props);
  if (!cloud) return { title: "Not found" };
  return { title: { default: cloud.name, template: `%s · ${cloud.name} · Underlay` } };
}

export default async function CloudLayout({ children, ...props }: Props & { children: ReactNode }) {
  const { cloud: id } = await props.params;
  // Before anything is read: what changes from then on is told.
  const since = id === EMBEDDED.id ? (await (await server().embedded()).store.lastEvent()).newest : undefined;
  const cloud = await find(props);
  if (!cloud) notFound();
  return (
    <CloudFrame cloud={cloud} since={since}>
      {children}
    </CloudFrame>
  );
}
