import { useNavigate } from "@tanstack/react-router";
import { CircleHelp, Search } from "lucide-react";
import type { Session } from "../data/types.ts";
import { IconButton } from "../ui/button.tsx";
import { Select } from "../ui/field.tsx";
import { Crumbs } from "./crumbs.tsx";
import { LiveDot } from "./live-dot.tsx";
import { ProfileMenu } from "./profile-menu.tsx";

export function TopBar({
  session,
  tenants,
  tenant,
  onSearch,
  onHelp,
}: {
  session: Session;
  tenants: { id: string; name: string }[];
  tenant: string | null;
  onSearch: () => void;
  onHelp: () => void;
}) {
  return (
    <header className="sticky top-0 z-30 flex h-14 items-center gap-2 border-b border-line bg-raised px-4 md:px-6">
      <div className="min-w-0 flex-1">
        <Crumbs />
      </div>
      <LiveDot />
      <button
        type="button"
        onClick={onSearch}
        aria-keyshortcuts="Control+K Meta+K"
        className="touch inline-flex h-8 items-center gap-2 rounded-md border border-control bg-raised px-2.5 text-sm text-neutral hover:bg-hover max-md:w-8 max-md:justify-center max-md:px-0"
      >
        <Search aria-hidden className="size-4" />
        <span className="max-md:sr-only">Search or trace</span>
        <kbd className="ms-4 font-mono text-xs text-neutral max-lg:hidden">Ctrl K</kbd>
      </button>
      {session.is_host ? (
        <TenantSwitcher tenants={tenants} tenant={tenant} />
      ) : (
        <span className="max-w-40 truncate text-sm font-medium max-md:hidden">{session.tenant?.name}</span>
      )}
      <IconButton label="Keyboard help (?)" onClick={onHelp} className="max-sm:hidden">
        <CircleHelp aria-hidden className="size-[1.125rem]" />
      </IconButton>
      <ProfileMenu session={session} onHelp={onHelp} />
    </header>
  );
}

function TenantSwitcher({ tenants, tenant }: { tenants: { id: string; name: string }[]; tenant: string | null }) {
  const navigate = useNavigate();
  return (
    <Select
      aria-label="Tenant"
      className="max-w-44 max-sm:max-w-24"
      value={tenant ?? ""}
      onChange={(event) => navigate({ to: "/", search: { tenant: event.target.value } })}
      options={
        tenants.some(({ id }) => id === tenant) || !tenant
          ? tenants.map(({ id, name }) => ({ value: id, label: name }))
          : [{ value: tenant, label: tenant }, ...tenants.map(({ id, name }) => ({ value: id, label: name }))]
      }
    />
  );
}
