// The secrets of something that connects to us: made and shown once, replaced, revoked.
//
// Owns: the table, its dialogs and words, for systems and for applications alike.
// Not here: which interface keeps them (`SecretApi`, one for each kind, in the features).
// Invariant: the value of a secret is held only while its dialog is open.

import { Button, NativeSelect } from "@mantine/core";
import { IconKey } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { refreshAll } from "../api/client.ts";
import { ActionDialog } from "./ActionDialog.tsx";
import classes from "./kit.module.css";
import { OnceDialog, type ReadyText } from "./OnceDialog.tsx";
import { Panel } from "./Page.tsx";
import { useCan } from "./session.ts";
import { Loaded } from "./states.tsx";
import { CodeText, DateText } from "./text.tsx";
import { useKitTexts } from "./texts.ts";
import { notify } from "./toast.tsx";

/** How long the secrets before go on working, in hours; `kept`: until somebody revokes them. */
export type Overlap = "0" | "24" | "168" | "720" | "kept";

/** A secret without its value. */
export interface KnownSecret {
  id: string;
  created_at: string;
  created_by?: string | undefined;
  /** When it stops working, if that is known. */
  ends_at?: string | null | undefined;
  last_used_at?: string | null | undefined;
}

export interface SecretApi {
  /** Where the list is kept; one for each owner. */
  key: readonly string[];
  /** Who may make and revoke them. */
  permission: string;
  /** What may become of those before; the first is proposed. */
  overlaps: readonly [Overlap, ...Overlap[]];
  /** What is known of a secret beside its age. */
  tells: readonly ("end" | "use" | "maker")[];
  list: () => Promise<readonly KnownSecret[]>;
  create: (overlap: Overlap) => Promise<string>;
  revoke: (id: string) => Promise<void>;
}

interface SecretsPanelProps {
  api: SecretApi;
  /** Name that is typed before a secret is revoked. */
  owner: string;
  /** Ready settings with a new secret in them. */
  ready?: (secret: string) => readonly ReadyText[];
}

export function SecretsPanel({ api, owner, ready }: SecretsPanelProps) {
  const { t } = useKitTexts();
  const can = useCan();
  const mayChange = can(api.permission);
  const [isCreating, setCreating] = useState(false);
  const [fresh, setFresh] = useState<string | null>(null);
  const [revoking, setRevoking] = useState<KnownSecret | null>(null);
  const query = useQuery({ queryKey: ["secrets", ...api.key], queryFn: () => api.list() });
  async function revoke() {
    if (!revoking) return;
    await api.revoke(revoking.id);
    notify(t("secrets.revoked"));
    await refreshAll();
  }
  return (
    <Panel
      title={t("secrets.title")}
      actions={
        mayChange ? (
          <Button
            size="compact-md"
            leftSection={<IconKey size={16} aria-hidden />}
            onClick={() => setCreating(true)}
          >
            {t("secrets.create")}
          </Button>
        ) : null
      }
    >
      <p className={classes.soft} style={{ margin: "0 0 12px" }}>
        {t("secrets.text")}
      </p>
      <Loaded query={query} rows={2}>
        {(items) =>
          items.length === 0 ? (
            <p className={classes.soft}>{t("secrets.none")}</p>
          ) : (
            <SecretTable
              items={items}
              tells={api.tells}
              onRevoke={mayChange ? setRevoking : undefined}
            />
          )
        }
      </Loaded>
      {isCreating ? (
        <CreateDialog
          api={api}
          hasOthers={(query.data?.length ?? 0) > 0}
          onClose={() => setCreating(false)}
          onMade={setFresh}
        />
      ) : null}
      <ActionDialog
        opened={revoking !== null}
        onClose={() => setRevoking(null)}
        title={t("secrets.revokeTitle")}
        action={t("secrets.revoke")}
        typed={owner}
        danger
        run={revoke}
      >
        <p>{t("secrets.revokeText")}</p>
      </ActionDialog>
      <OnceDialog
        title={t("secrets.fresh")}
        secret={fresh}
        onClose={() => setFresh(null)}
        {...(ready ? { ready } : {})}
      />
    </Panel>
  );
}

interface SecretTableProps {
  items: readonly KnownSecret[];
  tells: SecretApi["tells"];
  onRevoke: ((secret: KnownSecret) => void) | undefined;
}

function SecretTable({ items, tells, onRevoke }: SecretTableProps) {
  const { t } = useKitTexts();
  const columns: { header: string; cell: (secret: KnownSecret) => ReactNode }[] = [
    { header: t("secrets.id"), cell: (secret) => <CodeText short>{secret.id}</CodeText> },
    { header: t("secrets.created"), cell: (secret) => <DateText value={secret.created_at} /> },
  ];
  if (tells.includes("maker")) {
    columns.push({ header: t("secrets.maker"), cell: (secret) => secret.created_by ?? "—" });
  }
  if (tells.includes("use")) {
    const used = (secret: KnownSecret) => <DateText value={secret.last_used_at} as="relative" />;
    columns.push({ header: t("secrets.used"), cell: used });
  }
  if (tells.includes("end")) {
    columns.push({
      header: t("secrets.ends"),
      cell: (secret) => <DateText value={secret.ends_at} />,
    });
  }
  return (
    <div className={classes.scroll} tabIndex={0} role="region" aria-label={t("secrets.title")}>
      <table className={classes.table}>
        <thead>
          <tr>
            {columns.map(({ header }) => (
              <th key={header} scope="col">
                {header}
              </th>
            ))}
            {onRevoke ? <th scope="col">{t("secrets.action")}</th> : null}
          </tr>
        </thead>
        <tbody>
          {items.map((secret) => (
            <tr key={secret.id}>
              {columns.map(({ header, cell }) => (
                <td key={header}>{cell(secret)}</td>
              ))}
              {onRevoke ? (
                <td>
                  <Button
                    size="compact-sm"
                    variant="default"
                    onClick={() => onRevoke(secret)}
                    aria-label={`${t("secrets.revoke")}: ${secret.id}`}
                  >
                    {t("secrets.revoke")}
                  </Button>
                </td>
              ) : null}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

interface CreateDialogProps {
  api: SecretApi;
  hasOthers: boolean;
  onClose: () => void;
  onMade: (secret: string) => void;
}

function CreateDialog({ api, hasOthers, onClose, onMade }: CreateDialogProps) {
  const { t } = useKitTexts();
  const [overlap, setOverlap] = useState<Overlap>(api.overlaps[0]);
  async function create() {
    const secret = await api.create(overlap);
    onMade(secret);
    await refreshAll();
  }
  return (
    <ActionDialog
      opened
      onClose={onClose}
      title={t("secrets.create")}
      action={t("secrets.create")}
      run={create}
    >
      <p>{t("secrets.createText")}</p>
      {hasOthers && api.overlaps.length > 1 ? (
        <NativeSelect
          label={t("secrets.overlap")}
          data={api.overlaps.map((value) => ({ value, label: t(`secrets.overlaps.${value}`) }))}
          value={overlap}
          onChange={(event) => {
            const next = api.overlaps.find((known) => known === event.currentTarget.value);
            if (next) setOverlap(next);
          }}
        />
      ) : null}
      {hasOthers && api.overlaps.length === 1 ? (
        <p className={classes.soft}>{t(`secrets.only.${api.overlaps[0]}`)}</p>
      ) : null}
    </ActionDialog>
  );
}
