// Who may use an application, on its page: told in words, changed in a dialog.

import { Button } from "@mantine/core";
import { useState } from "react";
import { refreshAll } from "../../api/client.ts";
import { asProblem, fieldErrors } from "../../api/problem.ts";
import type { Resource } from "../../api/types.ts";
import { useLanguage } from "../../i18n/texts.ts";
import { ActionDialog } from "../../kit/ActionDialog.tsx";
import { useAgencyName } from "../../kit/AgencySelect.tsx";
import { AppLink, address } from "../../kit/address.tsx";
import { Panel } from "../../kit/Page.tsx";
import { saveFields } from "../../kit/resource.ts";
import { useRoleWord } from "../../kit/roles.ts";
import { useGroupName } from "../../kit/Several.tsx";
import { useCan } from "../../kit/session.ts";
import { Facts } from "../../kit/text.tsx";
import { notify } from "../../kit/toast.tsx";
import { AccessFields } from "./AccessFields.tsx";
import { accessOf, accessSpec, admitsAnybody, hasPeople } from "./access.ts";
import { useT } from "./texts.ts";

export function AccessPanel({ resource }: { resource: Resource }) {
  const { t } = useT();
  const can = useCan();
  const roleWord = useRoleWord();
  const [isOpen, setOpen] = useState(false);
  if (!hasPeople(resource)) return null;
  const access = accessOf(resource);
  return (
    <Panel
      title={t("access.title")}
      actions={
        can("registry.resource.write") ? (
          <Button size="compact-md" variant="default" onClick={() => setOpen(true)}>
            {t("access.change")}
          </Button>
        ) : null
      }
    >
      {access.isNamed ? (
        <Facts
          facts={[
            {
              label: t("access.agencies"),
              value: access.agencies.map((code) => <AgencyLine key={code} code={code} />),
              show: access.agencies.length > 0,
            },
            {
              label: t("access.groups"),
              value: access.groups.map((name) => <GroupLine key={name} name={name} />),
              show: access.groups.length > 0,
            },
            {
              label: t("access.roles"),
              value: access.roles.map(roleWord).join(", "),
              show: access.roles.length > 0,
            },
            {
              label: t("access.kinds"),
              value: access.kinds.map((kind) => t(`access.kind.${kind}`)).join(", "),
              show: access.kinds.length > 0,
            },
          ]}
        />
      ) : (
        <p style={{ margin: 0 }}>{t("access.isEverybody")}</p>
      )}
      {isOpen ? <AccessDialog resource={resource} onClose={() => setOpen(false)} /> : null}
    </Panel>
  );
}

function AgencyLine({ code }: { code: string }) {
  const name = useAgencyName(code);
  return (
    <div>
      <AppLink href={address.agency(code)}>{name}</AppLink>
    </div>
  );
}

function GroupLine({ name }: { name: string }) {
  return <div>{useGroupName(name)}</div>;
}

function AccessDialog({ resource, onClose }: { resource: Resource; onClose: () => void }) {
  const { t } = useT();
  const language = useLanguage();
  const [access, setAccess] = useState(() => accessOf(resource));
  const [errors, setErrors] = useState<Record<string, string>>({});
  async function run() {
    try {
      await saveFields(resource, { access: accessSpec(access) });
    } catch (failure) {
      setErrors(fieldErrors(asProblem(failure), language, "/spec"));
      throw failure;
    }
    notify(t("access.saved"));
    await refreshAll();
  }
  return (
    <ActionDialog
      opened
      onClose={onClose}
      title={t("access.title")}
      action={t("access.save")}
      size={720}
      isComplete={admitsAnybody(access)}
      run={run}
    >
      <AccessFields value={access} onChange={setAccess} errors={errors} />
      <p style={{ margin: 0 }}>{t("access.effect")}</p>
    </ActionDialog>
  );
}
