import { getRouteApi, Link } from "@tanstack/react-router";
import { useConnection } from "../../data/connections.ts";
import { useProviders } from "../../data/providers.ts";
import type { Connection, Provider } from "../../data/types.ts";
import { connectionName, troubleOf } from "../../features/connection-words.ts";
import { DisconnectButton } from "../../features/disconnect.tsx";
import { PauseButton } from "../../features/pause.tsx";
import { ReconnectButton } from "../../features/reconnect.tsx";
import type { ConnectionTab } from "../../router.tsx";
import { useTrail } from "../../shell/crumbs.tsx";
import { Banner } from "../../ui/banner.tsx";
import { Id } from "../../ui/copy.tsx";
import { Monogram, PageHead, SkeletonBlock } from "../../ui/parts.tsx";
import { Region } from "../../ui/region.tsx";
import { connectionLooks, StatusBadge } from "../../ui/status.tsx";
import { Time } from "../../ui/time.tsx";
import { ActivityTab } from "./activity-tab.tsx";
import { InboundTab } from "./inbound-tab.tsx";
import { OverviewTab } from "./overview-tab.tsx";
import { SettingsTab } from "./settings-tab.tsx";

const route = getRouteApi("/app/connections/$id");

export function ConnectionPage() {
  const { id } = route.useParams();
  const connection = useConnection(id);
  const providers = useProviders();
  useTrail(connection.data ? connectionName(connection.data.value) : "Connection", [
    { name: "Integrations", to: "/integrations" },
  ]);
  return (
    <Region of={connection} what="this connection" skeleton={<ConnectionSkeleton />}>
      {({ value, etag }) => (
        <ConnectionView
          connection={value}
          etag={etag}
          provider={providers.data?.find((known) => known.id === value.provider) ?? null}
        />
      )}
    </Region>
  );
}

function ConnectionView({
  connection,
  etag,
  provider,
}: {
  connection: Connection;
  etag: string | null;
  provider: Provider | null;
}) {
  const search = route.useSearch();
  const tab = search.tab ?? "overview";
  const account = connection.name ?? connection.account?.name ?? connection.account?.id;
  return (
    <>
      <PageHead
        lead={<Monogram text={provider?.monogram ?? "··"} />}
        title={
          <span className="inline-flex flex-wrap items-center gap-x-3 gap-y-1">
            {connection.provider_name}
            <StatusBadge look={connectionLooks[connection.status]} />
          </span>
        }
        about={
          <span className="flex flex-wrap items-center gap-x-3">
            {account && <span>{account}</span>}
            <Id id={connection.id} />
          </span>
        }
        actions={
          connection.status !== "disconnected" && (
            <>
              {connection.status !== "needs_reauth" && <PauseButton connection={connection} />}
              <DisconnectButton connection={connection} whatStays={provider?.after_disconnect ?? null} />
            </>
          )
        }
      />
      <TroubleBanner connection={connection} />
      <Tabs current={tab} id={connection.id} hasInbound={connection.webhook_url !== null} />
      {tab === "overview" && <OverviewTab connection={connection} provider={provider} />}
      {tab === "activity" && <ActivityTab connection={connection} state={search.state} cursor={search.cursor} />}
      {tab === "inbound" && (
        <InboundTab connection={connection} provider={provider} etag={etag} cursor={search.cursor} />
      )}
      {tab === "settings" && <SettingsTab connection={connection} etag={etag} provider={provider} />}
    </>
  );
}

function TroubleBanner({ connection }: { connection: Connection }) {
  const trouble = troubleOf(connection);
  if (!trouble) return null;
  return (
    <div className="mb-5">
      <Banner
        tone={trouble.tone}
        title={trouble.title}
        actions={
          connection.status === "needs_reauth" || connection.status === "disconnected" ? (
            <ReconnectButton connection={connection} />
          ) : connection.status === "paused" ? (
            <PauseButton connection={connection} look="primary" />
          ) : null
        }
      >
        <p className="text-soft">
          {trouble.text}{" "}
          <span className="whitespace-nowrap text-neutral">
            (<Time at={connection.status_changed_at} focusable />)
          </span>
        </p>
      </Banner>
    </div>
  );
}

const tabWords: Record<ConnectionTab, string> = {
  overview: "Overview",
  activity: "Activity",
  inbound: "Inbound",
  settings: "Settings",
};

function Tabs({ current, id, hasInbound }: { current: ConnectionTab; id: string; hasInbound: boolean }) {
  const shown = (Object.keys(tabWords) as ConnectionTab[]).filter((tab) => tab !== "inbound" || hasInbound);
  return (
    <nav aria-label="Parts of this connection" className="mb-5 flex gap-1 overflow-x-auto border-b border-line">
      {shown.map((tab) => (
        <Link
          key={tab}
          to="/connections/$id"
          params={{ id }}
          search={({ tenant }) => ({ ...(tenant ? { tenant } : {}), ...(tab === "overview" ? {} : { tab }) })}
          aria-current={tab === current ? "page" : undefined}
          activeProps={{}}
          activeOptions={{ exact: true, includeSearch: true }}
          className="touch -mb-px inline-flex h-9 items-center border-b-2 border-transparent px-3 text-sm font-medium text-neutral -outline-offset-2 hover:text-ink aria-[current=page]:border-accent aria-[current=page]:text-accent"
        >
          {tabWords[tab]}
        </Link>
      ))}
    </nav>
  );
}

function ConnectionSkeleton() {
  return (
    <div className="flex flex-col gap-5">
      <div className="flex items-center gap-3">
        <div className="skeleton size-10" />
        <div className="flex flex-col gap-2">
          <div className="skeleton h-5 w-40" />
          <div className="skeleton h-3 w-64" />
        </div>
      </div>
      <div className="skeleton h-9 w-full" />
      <div className="grid gap-4 lg:grid-cols-2">
        <SkeletonBlock height={300} />
        <SkeletonBlock height={300} />
      </div>
    </div>
  );
}
