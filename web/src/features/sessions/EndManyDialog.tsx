// Ending many sessions at once: those of an application, or those of everybody.
//
// Invariant: nothing ends before its word is typed; one's own session stays.

import { NativeSelect, Radio, Stack } from "@mantine/core";
import { useState } from "react";
import { client, present, refreshAll } from "../../api/client.ts";
import { ActionDialog } from "../../kit/ActionDialog.tsx";
import { AgencySelect, useAgencyName } from "../../kit/AgencySelect.tsx";
import { useAddress } from "../../kit/address.tsx";
import { type App, titleIn } from "../../kit/apps.ts";
import kit from "../../kit/kit.module.css";
import { placeIn, useSession } from "../../kit/session.ts";
import { notify } from "../../kit/toast.tsx";
import { useT } from "./texts.ts";

interface EndManyProps {
  apps: readonly App[];
  onClose: () => void;
}

export function EndManyDialog({ apps, onClose }: EndManyProps) {
  const { t } = useT();
  const { get } = useAddress();
  const { about, me } = useSession();
  const [what, setWhat] = useState<"app" | "all">(get("client") ? "app" : "all");
  const [app, setApp] = useState(get("client") ?? "");
  const [agency, setAgency] = useState<string | null>(get("agency") ?? null);
  const agencyName = useAgencyName(agency);
  const isApp = what === "app";
  // What is typed names what ends: the application, the agency, or the province.
  const typed = isApp ? app : (agency ?? about.province);
  async function run() {
    const { data } = await client.DELETE("/sessions", {
      params: {
        query: present({
          client: isApp ? app : undefined,
          agency: isApp ? undefined : (agency ?? undefined),
          confirm: isApp ? undefined : "all",
        }),
      },
    });
    notify(t("many.done", { count: data?.ended ?? 0 }));
    await refreshAll();
  }
  return (
    <ActionDialog
      opened
      onClose={onClose}
      title={t("many.action")}
      action={t("many.end")}
      danger
      size={560}
      isComplete={typed !== ""}
      typed={typed}
      run={run}
    >
      <Radio.Group
        label={t("many.what")}
        value={what}
        onChange={(value) => setWhat(value === "app" ? "app" : "all")}
      >
        <Stack gap={6} mt={4}>
          <Radio value="all" label={t("many.all")} />
          <Radio value="app" label={t("many.app")} disabled={apps.length === 0 && app === ""} />
        </Stack>
      </Radio.Group>
      {isApp ? (
        <NativeSelect
          label={t("column.apps")}
          required
          data={[
            ...(app === "" ? [{ value: "", label: t("many.choose") }] : []),
            ...apps.map(({ name, title }) => ({ value: name, label: title })),
          ]}
          value={app}
          onChange={(event) => setApp(event.currentTarget.value)}
        />
      ) : (
        <AgencySelect
          label={t("column.agency")}
          description={t("many.agencyHelp")}
          value={agency}
          onChange={setAgency}
        />
      )}
      <p>
        {isApp
          ? t("many.appText", { name: titleIn(apps, app) })
          : t("many.allText", {
              name: agency ? agencyName : placeIn(about, me.preferences.language),
            })}
      </p>
      <p className={kit.soft}>{t("many.stays")}</p>
    </ActionDialog>
  );
}
