// Roles of a person or a group: each at one agency with everything below it, with dates and reason.
//
// Owns: the panel, giving and taking away. A role that needs a second person becomes a request.

import { Button, NativeSelect } from "@mantine/core";
import { IconPlus } from "@tabler/icons-react";
import { useState } from "react";
import { api, client, refreshAll } from "../api/client.ts";
import type { Grant, GrantList, Role } from "../api/types.ts";
import { endOfDay } from "../i18n/format.ts";
import { useText } from "../i18n/texts.ts";
import { ActionDialog } from "./ActionDialog.tsx";
import { AgencySelect } from "./AgencySelect.tsx";
import { DayInput } from "./filters.tsx";
import kit from "./kit.module.css";
import { Panel } from "./Page.tsx";
import { useRoleWord } from "./roles.ts";
import { useCan, useSession } from "./session.ts";
import { Loaded } from "./states.tsx";
import { DateText } from "./text.tsx";
import { useKitTexts } from "./texts.ts";
import { notify } from "./toast.tsx";

export interface Holder {
  kind: "account" | "group";
  id: string;
}

function useGrants(holder: Holder) {
  const path = { id: holder.id };
  const account = api.useQuery(
    "get",
    "/accounts/{id}/grants",
    { params: { path } },
    { enabled: holder.kind === "account" },
  );
  const group = api.useQuery(
    "get",
    "/groups/{id}/grants",
    { params: { path } },
    { enabled: holder.kind === "group" },
  );
  if (holder.kind === "account") return account;
  const data: GrantList | undefined = group.data && { items: group.data.items, effective: [] };
  return { ...group, data };
}

export function GrantsPanel({ holder }: { holder: Holder }) {
  const { t } = useKitTexts();
  const can = useCan();
  const query = useGrants(holder);
  const [isAdding, setAdding] = useState(false);
  const [taking, setTaking] = useState<Grant | null>(null);
  const mayGrant = can("identity.role.grant");
  return (
    <Panel
      title={t("grants.title")}
      actions={
        mayGrant ? (
          <Button
            size="compact-md"
            leftSection={<IconPlus size={16} aria-hidden />}
            onClick={() => setAdding(true)}
          >
            {t("grants.add")}
          </Button>
        ) : null
      }
    >
      <Loaded query={query} rows={2}>
        {(list) => (
          <div className={kit.stack}>
            {list.items.length === 0 ? <p className={kit.soft}>{t("grants.none")}</p> : null}
            {list.items.map((grant) => (
              <GrantItem
                key={`${grant.role} ${grant.agency}`}
                grant={grant}
                onTake={mayGrant ? () => setTaking(grant) : undefined}
              />
            ))}
            <ThroughGroups list={list} />
          </div>
        )}
      </Loaded>
      {isAdding ? <AddDialog holder={holder} onClose={() => setAdding(false)} /> : null}
      {taking ? (
        <TakeDialog holder={holder} grant={taking} onClose={() => setTaking(null)} />
      ) : null}
    </Panel>
  );
}

function GrantItem({ grant, onTake }: { grant: Grant; onTake: (() => void) | undefined }) {
  const { t } = useKitTexts();
  const roleWord = useRoleWord();
  return (
    <div className={kit.listItem}>
      <div>
        <strong>{roleWord(grant.role)}</strong>
        <div className={kit.soft}>
          {grant.agency_name ?? grant.agency ?? t("grants.everywhere")}
        </div>
        {grant.valid_until ? (
          <div className={`${kit.soft} ${kit.small}`}>
            {t("grants.until")} <DateText value={grant.valid_until} as="day" />
          </div>
        ) : null}
        {grant.reason ? <div className={`${kit.soft} ${kit.small}`}>{grant.reason}</div> : null}
      </div>
      {onTake ? (
        <Button
          size="compact-sm"
          variant="default"
          onClick={onTake}
          aria-label={`${t("grants.take")}: ${roleWord(grant.role)}`}
        >
          {t("grants.take")}
        </Button>
      ) : null}
    </div>
  );
}

function ThroughGroups({ list }: { list: GrantList }) {
  const { t } = useKitTexts();
  const roleWord = useRoleWord();
  const through = list.effective.filter((grant) => grant.group);
  if (through.length === 0) return null;
  return (
    <div>
      <h3 className={kit.small}>{t("grants.through")}</h3>
      <ul className={kit.soft}>
        {through.map((grant) => (
          <li key={`${grant.role} ${grant.agency} ${grant.group}`}>
            {roleWord(grant.role)} · {grant.agency_name ?? t("grants.everywhere")} · {grant.group}
          </li>
        ))}
      </ul>
    </div>
  );
}

function AddDialog({ holder, onClose }: { holder: Holder; onClose: () => void }) {
  const { t } = useKitTexts();
  const text = useText();
  const { me } = useSession();
  const known = api.useQuery("get", "/roles", {}, { staleTime: 600_000 });
  const roles: readonly Role[] = known.data?.items ?? [];
  const [role, setRole] = useState("");
  const [agency, setAgency] = useState<string | null>(me.agency?.code ?? null);
  const [until, setUntil] = useState("");
  const chosen = roles.find((candidate) => candidate.role === role);
  const isPrivileged = chosen?.privileged ?? false;
  async function run(reason: string) {
    const wish = {
      role,
      ...(agency ? { agency } : {}),
      ...(until ? { valid_until: endOfDay(until) } : {}),
    };
    const path = { id: holder.id };
    if (isPrivileged) {
      await client.POST("/grant-requests", {
        body: { ...wish, subject_kind: holder.kind, subject_id: holder.id, reason },
      });
      notify(t("grants.requested"));
    } else if (holder.kind === "account") {
      const body = { ...wish, ...(reason ? { reason } : {}) };
      await client.POST("/accounts/{id}/grants", { params: { path }, body });
      notify(t("grants.given"));
    } else {
      const body = { ...wish, ...(reason ? { reason } : {}) };
      await client.POST("/groups/{id}/grants", { params: { path }, body });
      notify(t("grants.given"));
    }
    await refreshAll();
  }
  return (
    <ActionDialog
      opened
      onClose={onClose}
      title={t("grants.add")}
      action={t(isPrivileged ? "grants.ask" : "grants.add")}
      reason={t("grants.reason")}
      reasonOptional={!isPrivileged}
      run={run}
    >
      <NativeSelect
        label={t("grants.role")}
        required
        data={[
          { value: "", label: "" },
          ...roles.map((known) => ({ value: known.role, label: text(known.labels) || known.role })),
        ]}
        value={role}
        description={text(chosen?.description)}
        onChange={(event) => setRole(event.currentTarget.value)}
      />
      <AgencySelect
        label={t("grants.at")}
        description={t("grants.atHelp")}
        value={agency}
        onChange={setAgency}
      />
      <DayInput label={t("grants.untilDay")} value={until} onChange={setUntil} />
      {isPrivileged ? <p className={kit.soft}>{t("grants.second")}</p> : null}
    </ActionDialog>
  );
}

interface TakeProps {
  holder: Holder;
  grant: Grant;
  onClose: () => void;
}

function TakeDialog({ holder, grant, onClose }: TakeProps) {
  const { t } = useKitTexts();
  const roleWord = useRoleWord();
  async function run() {
    const params = {
      path: { id: holder.id },
      query: { role: grant.role, ...(grant.agency ? { agency: grant.agency } : {}) },
    };
    if (holder.kind === "account") await client.DELETE("/accounts/{id}/grants", { params });
    else await client.DELETE("/groups/{id}/grants", { params });
    notify(t("grants.taken"));
    await refreshAll();
  }
  return (
    <ActionDialog
      opened
      onClose={onClose}
      title={t("grants.take")}
      action={t("grants.take")}
      danger
      run={run}
    >
      <p>
        {t("grants.takeText", {
          role: roleWord(grant.role),
          agency: grant.agency_name ?? t("grants.everywhere"),
        })}
      </p>
    </ActionDialog>
  );
}
