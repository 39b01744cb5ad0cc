// Proposing a delegation: who, which of one's own roles, from when to when, on which decision.

import { Checkbox, Stack, TextInput } from "@mantine/core";
import { useState } from "react";
import { api, client, refreshAll } from "../../api/client.ts";
import type { Role, RoleGrant } from "../../api/types.ts";
import { endOfDay, formatDate, isoDay, startOfDay } from "../../i18n/format.ts";
import { AccountSelect } from "../../kit/AccountSelect.tsx";
import { ActionDialog } from "../../kit/ActionDialog.tsx";
import { DayInput } from "../../kit/filters.tsx";
import kit from "../../kit/kit.module.css";
import { useGrantPlace, useRoleWord } from "../../kit/roles.ts";
import { useCan, useSession } from "../../kit/session.ts";
import { notify } from "../../kit/toast.tsx";
import { useT } from "./texts.ts";

const keyOf = (grant: RoleGrant) => `${grant.role} ${grant.agency ?? ""}`;

/** Roles that give power over rights stay with who has them. */
export function mayPass(grant: RoleGrant, known: readonly Role[]): boolean {
  const role = known.find((one) => one.role === grant.role);
  return !role || !(role.privileged || role.permissions.includes("identity.role.grant"));
}

export function ProposeDialog({ onClose }: { onClose: () => void }) {
  const { t } = useT();
  const { me } = useSession();
  const can = useCan();
  const isSearching = can("identity.account.read");
  const known = api.useQuery("get", "/roles", {}, { staleTime: 600_000, enabled: isSearching });
  const [account, setAccount] = useState<string | null>(null);
  const [username, setUsername] = useState("");
  const [chosen, setChosen] = useState<readonly string[]>([]);
  const [from, setFrom] = useState(isoDay(new Date()));
  const [until, setUntil] = useState("");
  const [number, setNumber] = useState("");
  const [day, setDay] = useState("");
  const [reason, setReason] = useState("");
  const person = api.useQuery(
    "get",
    "/accounts/{id}",
    { params: { path: { id: account ?? "" } } },
    { enabled: Boolean(account) },
  );
  const delegate = isSearching ? (person.data?.username ?? "") : username.trim();
  const isComplete = [delegate, from, until, number.trim()].every(Boolean) && chosen.length > 0;
  async function run() {
    const roles = me.roles.filter((grant) => chosen.includes(keyOf(grant)));
    await client.POST("/me/delegations", {
      body: {
        delegate,
        roles: roles.map((grant) => ({
          role: grant.role,
          ...(grant.agency ? { agency: grant.agency } : {}),
        })),
        from: startOfDay(from, 0) ?? "",
        until: until ? endOfDay(until) : "",
        decision_no: number.trim().normalize("NFC"),
        ...(day ? { decision_date: formatDate(day) } : {}),
        ...(reason.trim() ? { reason: reason.trim().normalize("NFC") } : {}),
      },
    });
    notify(t("propose.done"));
    await refreshAll();
  }
  return (
    <ActionDialog
      opened
      onClose={onClose}
      title={t("propose.title")}
      action={t("propose.action")}
      size={640}
      isComplete={isComplete}
      run={run}
    >
      {isSearching ? (
        <AccountSelect label={t("propose.who")} required value={account} onChange={setAccount} />
      ) : (
        <TextInput
          label={t("propose.username")}
          required
          value={username}
          onChange={(event) => setUsername(event.currentTarget.value)}
          data-autofocus
        />
      )}
      <OwnRoles known={known.data?.items ?? []} chosen={chosen} onChange={setChosen} />
      <div className={kit.formGrid}>
        <DayInput label={t("propose.from")} required value={from} onChange={setFrom} />
        <DayInput
          label={t("propose.until")}
          description={t("propose.untilHelp")}
          required
          value={until}
          onChange={setUntil}
        />
        <TextInput
          label={t("propose.number")}
          required
          value={number}
          onChange={(event) => setNumber(event.currentTarget.value)}
        />
        <DayInput label={t("propose.day")} value={day} onChange={setDay} />
      </div>
      <TextInput
        label={t("propose.reason")}
        value={reason}
        onChange={(event) => setReason(event.currentTarget.value)}
      />
    </ActionDialog>
  );
}

interface RolesProps {
  known: readonly Role[];
  chosen: readonly string[];
  onChange: (chosen: readonly string[]) => void;
}

function OwnRoles({ known, chosen, onChange }: RolesProps) {
  const { t } = useT();
  const { me } = useSession();
  const roleWord = useRoleWord();
  const place = useGrantPlace();
  if (me.roles.length === 0) return <p className={kit.soft}>{t("propose.noRoles")}</p>;
  return (
    <Checkbox.Group
      label={t("propose.roles")}
      required
      value={[...chosen]}
      onChange={(values) => onChange(values)}
    >
      <Stack gap={6} mt={4}>
        {me.roles.map((grant) => {
          const isFree = mayPass(grant, known);
          return (
            <Checkbox
              key={keyOf(grant)}
              value={keyOf(grant)}
              disabled={!isFree}
              label={`${roleWord(grant.role)}, ${place(grant)}`}
              {...(isFree ? {} : { description: t("propose.notFree") })}
            />
          );
        })}
      </Stack>
    </Checkbox.Group>
  );
}
