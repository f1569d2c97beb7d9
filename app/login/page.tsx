import type { Metadata } from "next";
import { headers } from "next/headers";
import { redirect } from "next/navigation";
import { LoginView } from "../../components/login/view.tsx";
import { ownPath } from "../../lib/api/own-path.ts";
import { DEFAULT_PASSWORD } from "../../lib/identity/prepare.ts";
import { offeredUsers } from "../../lib/server/default-passwords.ts";
import { sessionCookie } from "../../lib/server/session-cookie.ts";
import { infoOf } from "../../lib/server/session-login.ts";
import { server } from "../../lib/server.ts";

export const metadata: Metadata = { title: "Log in" };
export const dynamic = "force-dynamic";

interface Props {
  searchParams: Promise<Record<string, string | string[] | undefined>>;
}

export default async function LoginPage({ searchParams }: Props) {
  const asked = (await searchParams).next;
  const next = ownPath(typeof asked === "string" ? asked : undefined) ?? "/";
  const { identity } = await server().embedded();
  const bearer = await identity.bearer(sessionCookie(await headers()) ?? "");
  if (bearer?.scope.type === "project") redirect(next);
  // Half-way in: a project is still to be chosen.
  const half = bearer && (await infoOf(identity, bearer));
  const users = await offeredUsers(identity);
  return (
    <LoginView
      next={next}
      offered={users.map((user) => ({ user, password: DEFAULT_PASSWORD }))}
      {...(half && { half })}
    />
  );
}
