// Name, language, appearance, density, sign out. Choices go to the account.

import { Menu, UnstyledButton } from "@mantine/core";
import { IconDeviceDesktop, IconLogout, IconMoon, IconSun, IconUser } from "@tabler/icons-react";
import { useRef, useState } from "react";
import { setActing } from "../api/acting.ts";
import { getCsrfToken } from "../api/client.ts";
import { useText } from "../i18n/texts.ts";
import { useGo } from "../kit/address.tsx";
import { useSavePreferences } from "../kit/preferences.ts";
import { useSession } from "../kit/session.ts";
import { ActingChoice } from "./ActingChoice.tsx";
import { useFeatures } from "./MainMenu.tsx";
import classes from "./shell.module.css";
import { useAppTexts } from "./texts.ts";

const THEMES = [
  { value: "auto", icon: IconDeviceDesktop },
  { value: "light", icon: IconSun },
  { value: "dark", icon: IconMoon },
] as const;
const LANGUAGES = [
  { value: "vi", label: "Tiếng Việt" },
  { value: "en", label: "English" },
] as const;
const DENSITIES = ["comfortable", "compact"] as const;

function initials(name: string): string {
  const words = name.trim().split(/\s+/);
  return (words.at(-1)?.charAt(0) ?? "").toUpperCase();
}

export function AccountMenu() {
  const { t } = useAppTexts();
  const text = useText();
  const go = useGo();
  const { me } = useSession();
  const save = useSavePreferences();
  const own = useFeatures().filter((feature) => feature.group === "account");
  const form = useRef<HTMLFormElement>(null);
  const [isOpen, setOpen] = useState(false);
  return (
    <>
      {/* Sign-out is a plain form: it works whatever state the page is in. */}
      <form ref={form} method="post" action="/sign-out" hidden>
        <input type="hidden" name="csrf_token" value={getCsrfToken()} readOnly />
      </form>
      <Menu width={268} position="bottom-end" opened={isOpen} onChange={setOpen}>
        <Menu.Target>
          <UnstyledButton
            className={classes.account}
            aria-label={t("account", { name: me.display_name })}
          >
            <span className={classes.avatar} aria-hidden>
              {initials(me.display_name)}
            </span>
            <span className={classes.accountName}>
              <strong>{me.display_name}</strong>
              <span>{me.agency?.name ?? me.username}</span>
            </span>
          </UnstyledButton>
        </Menu.Target>
        <Menu.Dropdown>
          {own.map((feature) => (
            <Menu.Item
              key={feature.id}
              leftSection={<IconUser size={16} aria-hidden />}
              onClick={() => go(feature.path)}
            >
              {text(feature.label)}
            </Menu.Item>
          ))}
          <ActingChoice isOpen={isOpen} />
          <Menu.Divider />
          <Menu.Label>{t("profile.language")}</Menu.Label>
          <Menu.RadioGroup
            value={me.preferences.language}
            onChange={(next) => {
              const chosen = LANGUAGES.find((language) => language.value === next);
              if (chosen) void save({ language: chosen.value });
            }}
          >
            {LANGUAGES.map((language) => (
              <Menu.RadioItem key={language.value} value={language.value} lang={language.value}>
                {language.label}
              </Menu.RadioItem>
            ))}
          </Menu.RadioGroup>
          <Menu.Divider />
          <Menu.Label>{t("profile.theme")}</Menu.Label>
          <Menu.RadioGroup
            value={me.preferences.theme}
            onChange={(next) => {
              const chosen = THEMES.find((theme) => theme.value === next);
              if (chosen) void save({ theme: chosen.value });
            }}
          >
            {THEMES.map(({ value, icon: Icon }) => (
              <Menu.RadioItem
                key={value}
                value={value}
                rightSection={<Icon size={16} stroke={1.6} aria-hidden />}
              >
                {t(`profile.${value}`)}
              </Menu.RadioItem>
            ))}
          </Menu.RadioGroup>
          <Menu.Divider />
          <Menu.Label>{t("profile.density")}</Menu.Label>
          <Menu.RadioGroup
            value={me.preferences.density}
            onChange={(next) => {
              const chosen = DENSITIES.find((density) => density === next);
              if (chosen) void save({ density: chosen });
            }}
          >
            {DENSITIES.map((value) => (
              <Menu.RadioItem key={value} value={value}>
                {t(`profile.${value}`)}
              </Menu.RadioItem>
            ))}
          </Menu.RadioGroup>
          <Menu.Divider />
          <Menu.Item
            leftSection={<IconLogout size={16} aria-hidden />}
            onClick={() => {
              setActing(null);
              form.current?.submit();
            }}
          >
            {t("profile.signOut")}
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
    </>
  );
}
