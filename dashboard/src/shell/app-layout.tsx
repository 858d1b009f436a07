import { Outlet, useNavigate, useSearch } from "@tanstack/react-router";
import { Building2 } from "lucide-react";
import { type ReactNode, useEffect, useState } from "react";
import { TenantApi } from "../data/api-context.tsx";
import { toProblem } from "../data/client.ts";
import { LiveUpdates } from "../data/live-updates.tsx";
import { useSession, useTenants } from "../data/session.ts";
import type { Session } from "../data/types.ts";
import { Empty } from "../ui/empty.tsx";
import { ProblemBox } from "../ui/region.tsx";
import { Trails } from "./crumbs.tsx";
import { HelpSheet } from "./help.tsx";
import { useKeyboard } from "./keyboard.ts";
import { BottomBar, Rail } from "./rail.tsx";
import { rooms } from "./rooms.ts";
import { SearchDialog } from "./search.tsx";
import { TopBar } from "./top-bar.tsx";

/** Every page but the sign-in: who is here, for which tenant, and the frame around the page. */
export function AppLayout() {
  const session = useSession();
  const problem = session.error ? toProblem(session.error) : null;
  if (problem?.status === 401) return <GoToLogin />;
  if (session.data) return <ForTenant session={session.data} />;
  if (!problem) return <div aria-busy="true" className="min-h-dvh" />;
  return (
    <main className="mx-auto max-w-3xl p-6">
      <h1 className="sr-only">Tieline</h1>
      <ProblemBox problem={problem} what="the dashboard" stillWorks="" onRetry={session.refetch} />
    </main>
  );
}

function GoToLogin() {
  const navigate = useNavigate();
  // Once, and from the address at hand: an element that navigates on each render would chase its own new address.
  useEffect(() => {
    if (location.pathname === "/login") return;
    navigate({ to: "/login", search: { return_to: location.pathname + location.search }, replace: true });
  }, [navigate]);
  return <div aria-busy="true" className="min-h-dvh" />;
}

function ForTenant({ session }: { session: Session }) {
  const { tenant: named } = useSearch({ from: "__root__" });
  const tenants = useTenants(session.is_host);
  const navigate = useNavigate();
  const known = tenants.data?.data ?? [];
  const first = known[0]?.id;
  const tenant = session.is_host ? (named ?? null) : null;
  useEffect(() => {
    if (session.is_host && !named && first)
      navigate({ to: ".", search: (now) => ({ ...now, tenant: first }), replace: true });
  }, [session.is_host, named, first, navigate]);

  if (session.is_host && !tenant && tenants.isPending) return <div aria-busy="true" className="min-h-dvh" />;
  return (
    <TenantApi tenant={tenant}>
      <LiveUpdates hasTenant={!session.is_host || tenant !== null}>
        <Trails>
          <Frame session={session} tenants={known} tenant={tenant}>
            {session.is_host && !tenant ? (
              <NoTenant failed={tenants.error} onRetry={tenants.refetch} />
            ) : (
              <Outlet key={tenant} />
            )}
          </Frame>
        </Trails>
      </LiveUpdates>
    </TenantApi>
  );
}

function NoTenant({ failed, onRetry }: { failed: unknown; onRetry: () => unknown }) {
  if (failed) return <ProblemBox problem={toProblem(failed)} what="the tenants" onRetry={onRetry} />;
  return (
    <>
      <h1 className="sr-only">Tenants</h1>
      <Empty icon={Building2} title="There is no tenant yet">
        This key acts for every tenant, and none exists. Your server makes one with POST /v1/tenants; it then appears
        here.
      </Empty>
    </>
  );
}

function Frame({
  session,
  tenants,
  tenant,
  children,
}: {
  session: Session;
  tenants: { id: string; name: string }[];
  tenant: string | null;
  children: ReactNode;
}) {
  const [open, setOpen] = useState<"search" | "help" | null>(null);
  const navigate = useNavigate();
  useKeyboard({
    search: () => setOpen("search"),
    help: () => setOpen("help"),
    go: (letter) => {
      const room = rooms.find((known) => known.letter === letter);
      if (room) navigate({ to: room.to });
      return room !== undefined;
    },
  });
  return (
    <div className="min-h-dvh md:grid md:grid-cols-[3.5rem_minmax(0,1fr)] xl:grid-cols-[13.5rem_minmax(0,1fr)]">
      <a
        href="#main"
        className="fixed start-2 top-2 z-50 -translate-y-16 rounded-md bg-accent-fill px-3 py-2 text-sm font-medium text-white focus:translate-y-0"
      >
        Skip to the page
      </a>
      <Rail />
      <div className="flex min-w-0 flex-col">
        <TopBar
          session={session}
          tenants={tenants}
          tenant={tenant}
          onSearch={() => setOpen("search")}
          onHelp={() => setOpen("help")}
        />
        <main
          id="main"
          tabIndex={-1}
          className="mx-auto w-full max-w-[76rem] flex-1 overflow-x-clip px-4 py-5 outline-none max-md:pb-24 md:px-6"
        >
          {children}
        </main>
      </div>
      <BottomBar />
      <SearchDialog open={open === "search"} onClose={() => setOpen(null)} />
      <HelpSheet open={open === "help"} onClose={() => setOpen(null)} />
    </div>
  );
}
