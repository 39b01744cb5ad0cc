// How often a directory is read, and how many people may be missing before a reading stops.

import { Button, NumberInput } from "@mantine/core";
import { useState } from "react";
import { refreshAll } from "../../api/client.ts";
import type { Resource } from "../../api/types.ts";
import { formatDuration } from "../../i18n/format.ts";
import { useLanguage } from "../../i18n/texts.ts";
import { ActionDialog } from "../../kit/ActionDialog.tsx";
import kit from "../../kit/kit.module.css";
import { Panel } from "../../kit/Page.tsx";
import { isEnabled, saveFields } from "../../kit/resource.ts";
import { useCan } from "../../kit/session.ts";
import { Facts } from "../../kit/text.tsx";
import { notify } from "../../kit/toast.tsx";
import { modeOf, type Schedule, scheduleOf } from "./kinds.ts";
import { useT } from "./texts.ts";

const MINUTE_MS = 60_000;
const MINUTES_MAX = 44_640;

export function SchedulePanel({ resource }: { resource: Resource }) {
  const { t } = useT();
  const language = useLanguage();
  const can = useCan();
  const [isOpen, setOpen] = useState(false);
  const schedule = scheduleOf(resource);
  const isRead = isEnabled(resource) && modeOf(resource) !== "pass_through";
  const span = (minutes: number) => formatDuration(minutes * MINUTE_MS, language);
  return (
    <Panel
      title={t("schedule.title")}
      actions={
        can("registry.resource.write") ? (
          <Button size="compact-md" variant="default" onClick={() => setOpen(true)}>
            {t("schedule.change")}
          </Button>
        ) : null
      }
    >
      <div className={kit.stack}>
        {isRead ? null : (
          <p className={kit.soft} style={{ margin: 0 }}>
            {t(isEnabled(resource) ? "schedule.never" : "schedule.off")}
          </p>
        )}
        <Facts
          facts={[
            { label: t("schedule.full"), value: span(schedule.full_minutes) },
            {
              label: t("schedule.delta"),
              value: schedule.delta_minutes > 0 ? span(schedule.delta_minutes) : t("schedule.none"),
            },
            { label: t("schedule.stop"), value: `${schedule.removal_stop_percent} %` },
          ]}
        />
      </div>
      {isOpen ? (
        <ScheduleDialog resource={resource} start={schedule} onClose={() => setOpen(false)} />
      ) : null}
    </Panel>
  );
}

interface ScheduleDialogProps {
  resource: Resource;
  start: Schedule;
  onClose: () => void;
}

function ScheduleDialog({ resource, start, onClose }: ScheduleDialogProps) {
  const { t } = useT();
  const [schedule, setSchedule] = useState(start);
  async function run() {
    await saveFields(resource, { ...schedule });
    notify(t("schedule.saved"));
    await refreshAll();
  }
  const field = (name: keyof Schedule, label: string, help: string, max: number) => (
    <NumberInput
      label={label}
      description={help}
      required
      allowDecimal={false}
      hideControls
      min={0}
      max={max}
      clampBehavior="none"
      value={schedule[name]}
      onChange={(next) => {
        if (typeof next === "number") setSchedule({ ...schedule, [name]: next });
      }}
    />
  );
  return (
    <ActionDialog
      opened
      onClose={onClose}
      title={t("schedule.change")}
      action={t("schedule.save")}
      run={run}
    >
      {field("full_minutes", t("schedule.fullMinutes"), t("schedule.fullHelp"), MINUTES_MAX)}
      {field("delta_minutes", t("schedule.deltaMinutes"), t("schedule.deltaHelp"), MINUTES_MAX)}
      {field("removal_stop_percent", t("schedule.stopPercent"), t("schedule.stopHelp"), 100)}
    </ActionDialog>
  );
}
