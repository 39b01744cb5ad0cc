// How the person of an account signs in: links to a password, factors, sessions, outside identities.
//
// Owns: the panels of the tab. Not here: one's own sign-in, which has pages at `/account`.

import { Button, Group, Radio, Stack } from "@mantine/core";
import { IconLink } from "@tabler/icons-react";
import { useState } from "react";
import { api, client, refreshAll } from "../../api/client.ts";
import type { Account, Factor } from "../../api/types.ts";
import { AccountLinks } from "../../kit/AccountLinks.tsx";
import { ActionDialog } from "../../kit/ActionDialog.tsx";
import kit from "../../kit/kit.module.css";
import { OnceDialog } from "../../kit/OnceDialog.tsx";
import { Panel } from "../../kit/Page.tsx";
import { PasswordField } from "../../kit/PasswordField.tsx";
import { Badge } from "../../kit/StatusBadge.tsx";
import { useCan, useSession } from "../../kit/session.ts";
import { Loaded } from "../../kit/states.tsx";
import type { Tone } from "../../kit/status.ts";
import { DateText } from "../../kit/text.tsx";
import { notify } from "../../kit/toast.tsx";
import { Tokens } from "../../kit/tokens/Tokens.tsx";
import { LinkDialog } from "./LinkDialog.tsx";
import { Sessions } from "./Sessions.tsx";
import { isPerson } from "./states.ts";
import { useT } from "./texts.ts";

export function SignIn({ account }: { account: Account }) {
  const can = useCan();
  const { me } = useSession();
  const isOther = account.id !== me.account_id;
  return (
    <div className={kit.stack}>
      {!isPerson(account.kind) ? (
        can("identity.token.write") ? (
          <Tokens account={account.id} />
        ) : null
      ) : (
        <PersonPanels account={account} isOther={isOther} />
      )}
    </div>
  );
}

function PersonPanels({ account, isOther }: { account: Account; isOther: boolean }) {
  const can = useCan();
  return (
    <>
      {isOther && can("identity.account.write") && account.state !== "left" ? (
        <PasswordPanel account={account} />
      ) : null}
      <Factors account={account} mayChange={isOther && can("identity.factor.write")} />
      {can("identity.session.read") ? (
        <Sessions account={account} mayEnd={isOther && can("identity.account.unlock")} />
      ) : null}
      {can("identity.external_identity.read") ? <AccountLinks account={account.id} /> : null}
    </>
  );
}

/** Links by which the person chooses a password; nobody else needs to know it. */
function PasswordPanel({ account }: { account: Account }) {
  const { t } = useT();
  const [open, setOpen] = useState<"link" | "password" | null>(null);
  const [link, setLink] = useState<string | null>(null);
  const [password, setPassword] = useState("");
  const params = { path: { id: account.id } };
  const purpose = account.state === "invited" ? "activation" : "reset";
  if (account.source) {
    return (
      <Panel title={t("password.panel")}>
        <p className={kit.soft}>{t("password.elsewhere", { source: account.source })}</p>
      </Panel>
    );
  }
  async function reset() {
    await client.POST("/accounts/{id}/password", { params, body: { password } });
    notify(t("password.done"));
    await refreshAll();
  }
  return (
    <Panel title={t("password.panel")}>
      <p className={kit.lead}>{t(`link.${purpose}.text`)}</p>
      <Group gap="xs">
        <Button leftSection={<IconLink size={17} aria-hidden />} onClick={() => setOpen("link")}>
          {t(`link.${purpose}.action`)}
        </Button>
        {purpose === "reset" ? (
          <Button variant="default" onClick={() => setOpen("password")}>
            {t("password.action")}
          </Button>
        ) : null}
      </Group>
      {open === "link" ? (
        <LinkDialog
          account={account}
          purpose={purpose}
          onClose={() => setOpen(null)}
          onMade={setLink}
        />
      ) : null}
      <OnceDialog title={t("link.made")} secret={link} onClose={() => setLink(null)} />
      <ActionDialog
        opened={open === "password"}
        onClose={() => {
          setOpen(null);
          setPassword("");
        }}
        title={t("password.action")}
        action={t("password.action")}
        run={reset}
      >
        <p>{t("password.text")}</p>
        <PasswordField
          label={t("column.password")}
          description={t("passwordHelp")}
          autoComplete="new-password"
          value={password}
          onChange={(event) => setPassword(event.currentTarget.value)}
        />
      </ActionDialog>
    </Panel>
  );
}

const FACTOR_TONES: Record<Factor["state"], Tone> = {
  active: "ok",
  pending: "waiting",
  blocked: "late",
};

/** How somebody who lost a factor was recognised; the program asks, the office decides. */
const RECOGNISED_BY = ["identity_card", "head_of_unit", "video_call", "signed_letter"] as const;
type RecognisedBy = (typeof RECOGNISED_BY)[number];

interface ListProps {
  account: Account;
  mayChange: boolean;
}

function Factors({ account, mayChange }: ListProps) {
  const { t } = useT();
  const [lost, setLost] = useState<Factor | null>(null);
  const [by, setBy] = useState<RecognisedBy | null>(null);
  const query = api.useQuery("get", "/accounts/{id}/factors", {
    params: { path: { id: account.id } },
  });
  async function remove(note: string) {
    if (!lost || !by) return;
    await client.DELETE("/accounts/{id}/factors/{factor_id}", {
      params: { path: { id: account.id, factor_id: lost.id } },
      body: { recognised_by: by, note },
    });
    notify(t("factors.removed"));
    await refreshAll();
  }
  return (
    <Panel title={t("factors.title")}>
      <Loaded query={query} rows={2}>
        {(page) => (
          <div className={kit.stack}>
            {page.items.length === 0 ? <p className={kit.soft}>{t("factors.none")}</p> : null}
            {page.items.map((factor) => (
              <div key={factor.id} className={kit.listItem}>
                <div>
                  <Group gap="xs">
                    <strong>{factor.label || t(`factors.kind.${factor.kind}`)}</strong>
                    <Badge tone={FACTOR_TONES[factor.state]}>
                      {t(`factors.state.${factor.state}`)}
                    </Badge>
                  </Group>
                  <div className={`${kit.soft} ${kit.small}`}>
                    {t(`factors.kind.${factor.kind}`)} · {t("factors.used")}{" "}
                    <DateText value={factor.last_used_at} as="relative" />
                  </div>
                </div>
                {mayChange ? (
                  <Button
                    size="compact-sm"
                    variant="default"
                    onClick={() => setLost(factor)}
                    aria-label={`${t("factors.remove")}: ${factor.label}`}
                  >
                    {t("factors.remove")}
                  </Button>
                ) : null}
              </div>
            ))}
          </div>
        )}
      </Loaded>
      <ActionDialog
        opened={lost !== null}
        onClose={() => {
          setLost(null);
          setBy(null);
        }}
        title={t("factors.removeTitle", { name: lost?.label ?? "" })}
        action={t("factors.remove")}
        danger
        reason={t("factors.note")}
        isComplete={by !== null}
        run={remove}
      >
        <p>{t("factors.removeText", { name: account.display_name })}</p>
        <Radio.Group
          label={t("factors.recognised.label")}
          required
          value={by}
          onChange={(value) => setBy(RECOGNISED_BY.find((known) => known === value) ?? null)}
        >
          <Stack gap="xs" mt="xs">
            {RECOGNISED_BY.map((way) => (
              <Radio key={way} value={way} label={t(`factors.recognised.${way}`)} />
            ))}
          </Stack>
        </Radio.Group>
      </ActionDialog>
    </Panel>
  );
}
