// Whether the provider can be used: asked when the page opens, and again whenever one wishes.

import { Button, Group } from "@mantine/core";
import { IconExternalLink, IconRefresh } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { client } from "../../api/client.ts";
import { ApiError } from "../../api/problem.ts";
import type { ProviderCheck, Resource } from "../../api/types.ts";
import kit from "../../kit/kit.module.css";
import { Panel } from "../../kit/Page.tsx";
import { textOf } from "../../kit/resource.ts";
import { Badge } from "../../kit/StatusBadge.tsx";
import { useCan } from "../../kit/session.ts";
import { Loaded, ProblemNote } from "../../kit/states.tsx";
import type { Tone } from "../../kit/status.ts";
import { CodeText, DateText, Facts } from "../../kit/text.tsx";
import { hintOf, isAllWell, type Step, type StepState, stepsOf } from "./check.ts";
import { needsSecret } from "./kinds.ts";
import { useT } from "./texts.ts";

const TONES: Record<StepState, Tone> = {
  ok: "ok",
  failed: "late",
  waiting: "waiting",
  unneeded: "stopped",
};

async function check(name: string): Promise<ProviderCheck> {
  const { data } = await client.POST("/identity-providers/{name}/check", {
    params: { path: { name } },
  });
  if (!data) throw new TypeError("no answer");
  return data;
}

export function CheckPanel({ resource }: { resource: Resource }) {
  const { t } = useT();
  const can = useCan();
  const mayTry = can("sso.provider.try");
  const [failure, setFailure] = useState<unknown>(null);
  const query = useQuery({
    // Another revision is another provider: what was found of the last one says nothing.
    queryKey: ["provider-check", resource.name, resource.revision],
    queryFn: () => check(resource.name),
    enabled: mayTry,
    staleTime: 60_000,
    refetchOnWindowFocus: false,
    retry: false,
  });
  if (!mayTry) return null;
  return (
    <Panel
      title={t("check.title")}
      actions={
        <Group gap="xs">
          <Button
            size="compact-md"
            variant="default"
            leftSection={<IconRefresh size={16} aria-hidden />}
            loading={query.isFetching}
            onClick={() => query.refetch()}
          >
            {t("check.action")}
          </Button>
          <TryButton name={resource.name} onFailure={setFailure} />
        </Group>
      }
    >
      {failure ? <ProblemNote error={failure} /> : null}
      <Loaded query={query} rows={3}>
        {(found) => <Found resource={resource} found={found} at_ms={query.dataUpdatedAt} />}
      </Loaded>
    </Panel>
  );
}

interface FoundProps {
  resource: Resource;
  found: ProviderCheck;
  at_ms: number;
}

function Found({ resource, found, at_ms }: FoundProps) {
  const { t } = useT();
  const isSecretNeeded = needsSecret(resource);
  const isExplicit = textOf(resource, "authorization_endpoint") !== "";
  const steps = stepsOf(found, { needsSecret: isSecretNeeded, isExplicit });
  const hint = hintOf(found);
  const isWell = isAllWell(found, isSecretNeeded);
  const address = found.authorization_endpoint;
  const details: Record<Step, ReactNode> = {
    secret: null,
    discovery: address ? <CodeText>{address}</CodeText> : null,
    keys: found.keys > 0 ? t("check.keyCount", { count: found.keys }) : null,
  };
  return (
    <div className={kit.stack} aria-live="polite">
      <p style={{ margin: 0 }}>
        <strong>{t(isWell ? "check.well" : "check.notWell")}</strong>{" "}
        <span className={kit.soft}>
          <DateText value={new Date(at_ms).toISOString()} />
        </span>
      </p>
      <p className={kit.soft} style={{ margin: 0 }}>
        {t("try.text")}
      </p>
      <Facts
        facts={[
          {
            label: t("wayBack.label"),
            value: (
              <>
                <CodeText copy>{found.redirect_uri}</CodeText>
                <div className={`${kit.soft} ${kit.small}`}>{t("wayBack.text")}</div>
              </>
            ),
          },
        ]}
      />
      <ol className={kit.plainList}>
        {steps.map(({ step, state }) => (
          <li key={step}>
            <Badge tone={TONES[state]}>{t(`check.state.${state}`)}</Badge>
            <span>
              {t(`check.step.${step}`)}
              {details[step] ? (
                <>
                  {": "}
                  {details[step]}
                </>
              ) : null}
            </span>
          </li>
        ))}
      </ol>
      {found.problem ? <ProblemNote error={new ApiError(found.problem)} /> : null}
      {hint ? (
        <p style={{ margin: 0 }}>
          <strong>{t("check.todo")}</strong>{" "}
          {t(`check.hint.${hint}`, { issuer: textOf(resource, "issuer").replace(/\/+$/, "") })}
        </p>
      ) : null}
      {isSecretNeeded && !found.has_secret ? (
        <p style={{ margin: 0 }}>
          <strong>{t("check.todo")}</strong> {t("check.hintSecret")}
        </p>
      ) : null}
    </div>
  );
}

interface TryButtonProps {
  name: string;
  onFailure: (failure: unknown) => void;
}

/** A dry run: one signs in there, and a page shows what would follow. */
function TryButton({ name, onFailure }: TryButtonProps) {
  const { t } = useT();
  const [isBusy, setBusy] = useState(false);
  async function start() {
    setBusy(true);
    onFailure(null);
    try {
      const { data } = await client.POST("/identity-providers/{name}/try", {
        params: { path: { name } },
      });
      // Beside the console if the browser allows it, else in its place.
      if (data && !window.open(data.href, "_blank")) window.location.assign(data.href);
    } catch (failure) {
      onFailure(failure);
    } finally {
      setBusy(false);
    }
  }
  return (
    <Button
      size="compact-md"
      leftSection={<IconExternalLink size={16} aria-hidden />}
      loading={isBusy}
      onClick={start}
    >
      {t("try.action")}
    </Button>
  );
}
