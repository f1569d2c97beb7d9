import type { Metadata } from "next";
import { notFound } from "next/navigation";
import type { ReactNode } from "react";
import { Shell } from "../../../components/frame/shell.tsx";
import type { CloudSummary } from "../../../lib/api/http.ts";
import { isFailure } from "../../../lib/clouds/failure.ts";
import { pageSession, pageSessionInfo } from "../../../lib/server/page-session.ts";
import { sightOf } from "../../../lib/server/sight.ts";

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
  const cloud = await find(props);
  if (!cloud) notFound();
  return (
    <Shell cloud={cloud} session={await pageSessionInfo()}>
      {children}
    </Shell>
  );
}
