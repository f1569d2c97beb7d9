"use client";
import Link from "next/link";
import type { ReactNode } from "react";
import type { Topology } from "../../lib/api/http.ts";
import { ObjectActions } from "../forms/actions.tsx";
import { useIsAdmin } from "../frame/session.tsx";
import { CopyButton } from "../ui/copy-button.tsx";
import { Fact, Facts, PanelSection } from "../ui/panel.tsx";
import { type CloudObject, projectName } from "./find.ts";

export function DetailsHead(props: { title: string; line: ReactNode; object: CloudObject; children?: ReactNode }) {
  return (
    <header>
      <h2 className="text-lg font-semibold tracking-tight break-words">{props.title}</h2>
      <div className="pt-0.5 text-sm text-muted">{props.line}</div>
      {props.children ? <div className="flex flex-wrap gap-2 pt-3">{props.children}</div> : null}
      <div className="pt-3 empty:hidden">
        <ObjectActions object={props.object} />
      </div>
    </header>
  );
}

/** A link to another object, in the panel's rows. */
export function ObjectLink(props: { href: string; children: ReactNode }) {
  return (
    <Link
      href={props.href}
      prefetch={false}
      className="underline decoration-line-strong underline-offset-3 hover:decoration-current"
    >
      {props.children}
    </Link>
  );
}

export function IdValue({ id }: { id: string }) {
  return (
    <span className="inline-flex items-center gap-1">
      <span title={id}>{id.length > 13 ? `${id.slice(0, 13)}…` : id}</span>
      <CopyButton text={id} label="Copy the id" className="-my-1.5 -mr-2 h-7 w-7" />
    </span>
  );
}

/** Whose it is and what it is called by: the last section of a panel. */
export function Identity({ object, topology }: { object: { id: string; projectId: string }; topology: Topology }) {
  const admin = useIsAdmin();
  const isHidden = object.projectId === "" && !admin;
  return (
    <PanelSection title="Identity">
      <Facts>
        <Fact label="Project">{isHidden ? "not shown to this project" : projectName(topology, object.projectId)}</Fact>
        <Fact label="Id" mono>
          <IdValue id={object.id} />
        </Fact>
      </Facts>
    </PanelSection>
  );
}
