import type { Metadata } from "next";
import { notFound, redirect } from "next/navigation";
import { DocsFrame } from "../../../components/docs/frame.tsx";
import { Prose } from "../../../components/docs/prose.tsx";
import { VerdictIndex } from "../../../components/docs/verdict-index.tsx";
import { pages } from "../../../lib/api/pages.ts";
import { CHAPTERS, handbookPage, verdictSummaries } from "../../../lib/server/handbook.ts";

interface Props {
  params: Promise<{ page?: string[] }>;
}

const VERDICTS = { href: pages.verdict(), title: "Verdict codes" };
const NAVIGATION = [...CHAPTERS.map(({ slug, title }) => ({ href: pages.docs(slug), title })), VERDICTS];

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  const { page = [] } = await params;
  return { title: isIndex(page) ? VERDICTS.title : ((await handbookPage(page))?.title ?? "Not found") };
}

export default async function DocsPage({ params }: Props) {
  const { page = [] } = await params;
  if (page.length === 0) redirect(pages.docs("tour"));
  const current = page[0] === "verdicts" ? VERDICTS.href : pages.docs(page.join("/"));
  if (isIndex(page))
    return (
      <DocsFrame chapters={NAVIGATION} current={current} title={VERDICTS.title}>
        <VerdictIndex codes={await verdictSummaries()} />
      </DocsFrame>
    );
  const found = await handbookPage(page);
  if (!found) notFound();
  return (
    <DocsFrame chapters={NAVIGATION} current={current} title={found.title}>
      <Prose>{found.markdown}</Prose>
    </DocsFrame>
  );
}

function isIndex(page: readonly string[]): boolean {
  return page.length === 1 && page[0] === "verdicts";
}
