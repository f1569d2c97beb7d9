import type { Metadata } from "next";
import { notFound } from "next/navigation";
import type { ReactNode } from "react";
import { Shell } from "../../../components/frame/shell.tsx";
import { isFailure } from "../../../lib/clouds/failure.ts";
import { server } from "../../../lib/server.ts";

interface Props {
  params: Promise<{ cloud: string }>;
}

async function find({ params }: Props) {
  const { cloud } = await params;
  try {
    return await server().clouds.summary(cloud);
  } catch (error) {
    if (isFailure(error) && error.code === "not_found") notFound();
    throw error;
  }
}

export async function generateMetadata(props: Props): Promise<Metadata> {
  const { name } = await find(props);
  return { title: { default: name, template: `%s · ${name} · Underlay` } };
}

export default async function CloudLayout({ children, ...props }: Props & { children: ReactNode }) {
  return <Shell cloud={await find(props)}>{children}</Shell>;
}
