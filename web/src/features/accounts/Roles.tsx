// Roles of an account, each at one agency with everything below it.

import { Button, CloseButton, Group, NativeSelect } from "@mantine/core";
import { IconPlus } from "@tabler/icons-react";
import { useState } from "react";
import { api, client, refreshAll } from "../../api/client.ts";
import { asProblem, fieldErrors } from "../../api/problem.ts";
import type { Account } from "../../api/types.ts";
import { useLanguage, useText } from "../../i18n/texts.ts";
import { AgencySelect } from "../../kit/AgencySelect.tsx";
import kit from "../../kit/kit.module.css";
import { Panel } from "../../kit/Page.tsx";
import { useCan } from "../../kit/session.ts";
import { ProblemNote } from "../../kit/states.tsx";
import { notify } from "../../kit/toast.tsx";
import { useT } from "./texts.ts";

interface Row {
  key: number;
  role: string;
  agency: string | null;
}

function rowsOf(account: Account): Row[] {
  return account.roles.map((grant, key) => ({
    key,
    role: grant.role,
    agency: grant.agency ?? null,
  }));
}

export function Roles({ account }: { account: Account }) {
  const { t } = useT();
  const text = useText();
  const language = useLanguage();
  const known = api.useQuery("get", "/roles", {}, { staleTime: 600_000 });
  const can = useCan();
  const [rows, setRows] = useState(() => rowsOf(account));
  const [isBusy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const roles = known.data?.items ?? [];
  const errors = error ? fieldErrors(asProblem(error), language) : {};
  const change = (key: number, patch: Partial<Row>) =>
    setRows((current) => current.map((row) => (row.key === key ? { ...row, ...patch } : row)));
  const add = () =>
    setRows((current) => [
      ...current,
      {
        key: Math.max(-1, ...current.map((row) => row.key)) + 1,
        role: roles[0]?.role ?? "",
        agency: account.agency?.code ?? null,
      },
    ]);

  async function save() {
    setBusy(true);
    setError(null);
    try {
      await client.PUT("/accounts/{id}/roles", {
        params: { path: { id: account.id } },
        body: {
          roles: rows.map((row) => ({
            role: row.role,
            ...(row.agency ? { agency: row.agency } : {}),
          })),
        },
      });
      notify(t("roles.saved"));
      await refreshAll();
    } catch (failure) {
      setError(failure);
    } finally {
      setBusy(false);
    }
  }

  return (
    <Panel title={t("roles.title")}>
      <div className={kit.stack}>
        <div className={kit.soft}>{t("roles.text")}</div>
        {error ? <ProblemNote error={error} /> : null}
        {rows.map((row, index) => (
          <div key={row.key} className={kit.listItem}>
            <div className={kit.formGrid}>
              <NativeSelect
                label={t("roles.role")}
                data={roles.map((role) => ({
                  value: role.role,
                  label: text(role.labels) || role.role,
                }))}
                value={row.role}
                error={errors[`/roles/${index}/role`]}
                description={text(roles.find((role) => role.role === row.role)?.description)}
                onChange={(event) => change(row.key, { role: event.currentTarget.value })}
              />
              <AgencySelect
                label={t("roles.agency")}
                description={t("roles.agencyHelp")}
                value={row.agency}
                error={errors[`/roles/${index}/agency`]}
                onChange={(agency) => change(row.key, { agency })}
              />
            </div>
            <CloseButton
              mt={26}
              aria-label={t("roles.remove", { number: index + 1 })}
              onClick={() => setRows((current) => current.filter((other) => other.key !== row.key))}
            />
          </div>
        ))}
        {can("identity.role.grant") ? (
          <Group justify="space-between">
            <Button
              variant="default"
              leftSection={<IconPlus size={16} aria-hidden />}
              onClick={add}
            >
              {t("roles.add")}
            </Button>
            <Button onClick={save} loading={isBusy}>
              {t("roles.save")}
            </Button>
          </Group>
        ) : null}
      </div>
    </Panel>
  );
}
