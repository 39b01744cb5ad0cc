// Moving an account to another unit: at once or on a day, with what ends and what is left undone.
//
// Owns: the dialog, the note of a planned move.

import { Alert, Button, Radio, Stack, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { api, client, queryClient, refreshAll } from "../../api/client.ts";
import type { Account, Grant } from "../../api/types.ts";
import { formatDate, isoDay, startOfDay } from "../../i18n/format.ts";
import { ActionDialog } from "../../kit/ActionDialog.tsx";
import { AgencySelect, useAgencyName } from "../../kit/AgencySelect.tsx";
import { DayInput } from "../../kit/filters.tsx";
import kit from "../../kit/kit.module.css";
import { useGrantPlace, useRoleWord } from "../../kit/roles.ts";
import { useCan } from "../../kit/session.ts";
import { Waiting } from "../../kit/states.tsx";
import { notify } from "../../kit/toast.tsx";
import { partGrants } from "./ending.ts";
import { OpenTasks } from "./Tasks.tsx";
import { useT } from "./texts.ts";

/** Steps from a unit to the province at most; the tree has four levels. */
const LEVELS_MAX = 8;

/** An agency and all above it, nearest first. */
async function chainOf(code: string): Promise<string[]> {
  const chain: string[] = [];
  let next: string | null | undefined = code;
  while (next && chain.length < LEVELS_MAX) {
    chain.push(next);
    const options = api.queryOptions("get", "/agencies/{code}", {
      params: { path: { code: next } },
    });
    const found: { parent?: string | null } = await queryClient.fetchQuery({
      ...options,
      staleTime: 600_000,
    });
    next = found.parent;
  }
  return chain;
}

function useChains(grants: readonly Grant[] | undefined) {
  const codes = [...new Set((grants ?? []).flatMap((grant) => grant.agency ?? []))].sort();
  return useQuery({
    queryKey: ["chains", ...codes],
    enabled: grants !== undefined,
    staleTime: 600_000,
    queryFn: async () => {
      const chains = await Promise.all(
        codes.map(async (code) => [code, await chainOf(code)] as const),
      );
      return new Map<string, readonly string[]>(chains);
    },
  });
}

export function MoveDialog({ account, onClose }: { account: Account; onClose: () => void }) {
  const { t } = useT();
  const [agency, setAgency] = useState<string | null>(null);
  const [position, setPosition] = useState(account.person.position ?? "");
  const [day, setDay] = useState("");
  const [basis, setBasis] = useState("");
  const [keeps, setKeeps] = useState(false);
  const today = isoDay(new Date());
  const isLater = day > today;
  async function run() {
    await client.POST("/accounts/{id}/move", {
      params: { path: { id: account.id } },
      body: {
        agency: agency ?? "",
        keep_roles: keeps,
        ...(position.trim() ? { position: position.trim().normalize("NFC") } : {}),
        ...(basis.trim() ? { basis: basis.trim().normalize("NFC") } : {}),
        ...(isLater ? { on: startOfDay(day, 0) ?? null } : {}),
      },
    });
    notify(isLater ? t("move.planned", { day: formatDate(day) }) : t("move.done"));
    await refreshAll();
  }
  return (
    <ActionDialog
      opened
      onClose={onClose}
      title={t("move.title", { name: account.display_name })}
      action={t(isLater ? "move.plan" : "move.action")}
      size={640}
      isComplete={agency !== null}
      run={run}
    >
      <div className={kit.formGrid}>
        <AgencySelect label={t("move.to")} value={agency} onChange={setAgency} required />
        <TextInput
          label={t("column.position")}
          value={position}
          onChange={(event) => setPosition(event.currentTarget.value)}
        />
        <DayInput
          label={t("move.on")}
          description={t("move.onHelp")}
          value={day}
          onChange={setDay}
        />
        <TextInput
          label={t("move.basis")}
          description={t("move.basisHelp")}
          value={basis}
          onChange={(event) => setBasis(event.currentTarget.value)}
        />
      </div>
      <Rights account={account} keeps={keeps} onKeep={setKeeps} />
      <OpenTasks account={account} />
    </ActionDialog>
  );
}

interface RightsProps {
  account: Account;
  keeps: boolean;
  onKeep: (keeps: boolean) => void;
}

/** Which roles end with the move, to be confirmed or kept. */
function Rights({ account, keeps, onKeep }: RightsProps) {
  const { t } = useT();
  const grants = api.useQuery("get", "/accounts/{id}/grants", {
    params: { path: { id: account.id } },
  });
  const chains = useChains(grants.data?.items);
  if (!grants.data || !chains.data) return <Waiting rows={2} />;
  const unit = account.agency?.code ?? null;
  const { ends, stays } = partGrants(grants.data.items, unit, chains.data);
  return (
    <Stack gap={6}>
      {ends.length > 0 ? (
        <>
          <GrantNames title={t(keeps ? "move.kept" : "move.ends")} grants={ends} />
          <Radio.Group
            label={t("move.question")}
            value={keeps ? "keep" : "end"}
            onChange={(value) => onKeep(value === "keep")}
          >
            <Stack gap={6} mt={4}>
              <Radio value="end" label={t("move.endThem")} />
              <Radio value="keep" label={t("move.keepThem")} />
            </Stack>
          </Radio.Group>
        </>
      ) : (
        <p className={kit.soft}>{t("move.noneEnds")}</p>
      )}
      {stays.length > 0 ? <GrantNames title={t("move.stays")} grants={stays} /> : null}
    </Stack>
  );
}

function GrantNames({ title, grants }: { title: string; grants: readonly Grant[] }) {
  const roleWord = useRoleWord();
  const place = useGrantPlace();
  return (
    <div>
      <strong>{title}</strong>
      <ul className={kit.reasons}>
        {grants.map((grant) => (
          <li key={`${grant.role} ${grant.agency}`}>
            {roleWord(grant.role)}, {place(grant)}
          </li>
        ))}
      </ul>
    </div>
  );
}

/** A move that waits for its day, and giving it up. */
export function PlannedMoveNote({ account }: { account: Account }) {
  const { t } = useT();
  const can = useCan();
  const [isCancelling, setCancelling] = useState(false);
  const params = { path: { id: account.id } };
  const query = api.useQuery("get", "/accounts/{id}/move", { params });
  const planned = query.data?.items[0];
  const name = useAgencyName(planned?.agency);
  if (!planned) return null;
  async function run() {
    await client.DELETE("/accounts/{id}/move", { params });
    notify(t("move.cancelled"));
    await refreshAll();
  }
  return (
    <Alert variant="default" title={t("move.waiting", { day: formatDate(planned.on), name })}>
      <p>
        {[
          planned.basis,
          planned.position,
          t(planned.keep_roles ? "move.keepThem" : "move.endThem"),
          t("move.by", { name: planned.made_by }),
        ]
          .filter(Boolean)
          .join(" · ")}
      </p>
      {can("identity.account.write") ? (
        <Button size="compact-sm" variant="default" onClick={() => setCancelling(true)}>
          {t("move.cancel")}
        </Button>
      ) : null}
      <ActionDialog
        opened={isCancelling}
        onClose={() => setCancelling(false)}
        title={t("move.cancel")}
        action={t("move.cancel")}
        run={run}
      >
        <p>{t("move.cancelText")}</p>
      </ActionDialog>
    </Alert>
  );
}
