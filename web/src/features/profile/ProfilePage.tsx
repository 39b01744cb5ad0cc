// The person's own page: who they are, preferences, password, access tokens.

import { SegmentedControl } from "@mantine/core";
import { AppLink, address } from "../../kit/address.tsx";
import kit from "../../kit/kit.module.css";
import { Page, Panel } from "../../kit/Page.tsx";
import { useSavePreferences } from "../../kit/preferences.ts";
import { useGrantPlace, useRoleWord } from "../../kit/roles.ts";
import { useSession } from "../../kit/session.ts";
import { CodeText, Facts } from "../../kit/text.tsx";
import { Tokens } from "../../kit/tokens/Tokens.tsx";
import { PasswordForm } from "./PasswordForm.tsx";
import classes from "./profile.module.css";
import { useT } from "./texts.ts";

const LANGUAGES = ["vi", "en"] as const;
const THEMES = ["auto", "light", "dark"] as const;
const DENSITIES = ["comfortable", "compact"] as const;

export default function ProfilePage() {
  const { t } = useT();
  const { me } = useSession();
  const roleWord = useRoleWord();
  const place = useGrantPlace();
  return (
    <Page title={t("title")} intro={me.display_name}>
      <div className={kit.columns}>
        <div className={kit.stack}>
          <Preferences />
          {me.impersonation ? (
            // What belongs to the person alone is refused to who acts under the name.
            <p className={kit.soft}>{t("notYours")}</p>
          ) : (
            <>
              <OwnPages />
              <PasswordForm />
              <Tokens />
            </>
          )}
        </div>
        <Panel title={t("facts")}>
          <Facts
            facts={[
              { label: t("username"), value: <CodeText copy>{me.username}</CodeText> },
              {
                label: t("agency"),
                value: me.agency ? (
                  <AppLink href={address.agency(me.agency.code)}>{me.agency.name}</AppLink>
                ) : (
                  "—"
                ),
              },
              {
                label: t("roles"),
                value: me.roles.map((grant) => (
                  <div key={`${grant.role} ${grant.agency ?? ""}`}>
                    {roleWord(grant.role)}
                    <div className={kit.soft}>{place(grant)}</div>
                  </div>
                )),
              },
            ]}
          />
        </Panel>
      </div>
    </Page>
  );
}

/** Pages of sign-in itself work without scripts, so they live outside the console. */
const PAGES = ["factors", "sessions", "links", "activity"] as const;

function OwnPages() {
  const { t } = useT();
  return (
    <Panel title={t("pages.title")}>
      <ul className={classes.pages}>
        {PAGES.map((page) => (
          <li key={page}>
            <a href={`/account/${page}`}>{t(`pages.${page}`)}</a>
            <span className={kit.soft}>{t(`pages.${page}Text`)}</span>
          </li>
        ))}
        <li>
          <AppLink href="/profile/delegations">{t("pages.delegations")}</AppLink>
          <span className={kit.soft}>{t("pages.delegationsText")}</span>
        </li>
      </ul>
    </Panel>
  );
}

function Preferences() {
  const { t } = useT();
  const { me } = useSession();
  const save = useSavePreferences();
  return (
    <Panel title={t("preferences.title")}>
      <div className={classes.choices}>
        <Choice
          label={t("preferences.language")}
          values={LANGUAGES}
          names={(value) => t(`language.${value}`)}
          value={me.preferences.language}
          onChange={(language) => save({ language })}
        />
        <Choice
          label={t("preferences.theme")}
          values={THEMES}
          names={(value) => t(`theme.${value}`)}
          value={me.preferences.theme}
          onChange={(theme) => save({ theme })}
        />
        <Choice
          label={t("preferences.density")}
          values={DENSITIES}
          names={(value) => t(`density.${value}`)}
          value={me.preferences.density}
          onChange={(density) => save({ density })}
        />
      </div>
    </Panel>
  );
}

interface ChoiceProps<V extends string> {
  label: string;
  values: readonly V[];
  names: (value: V) => string;
  value: V;
  onChange: (value: V) => void;
}

function Choice<V extends string>({ label, values, names, value, onChange }: ChoiceProps<V>) {
  return (
    <div>
      <div className={classes.label}>{label}</div>
      <SegmentedControl
        size="sm"
        aria-label={label}
        value={value}
        onChange={(next) => {
          const chosen = values.find((known) => known === next);
          if (chosen) onChange(chosen);
        }}
        data={values.map((known) => ({ value: known, label: names(known) }))}
      />
    </div>
  );
}
