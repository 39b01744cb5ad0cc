// In whose name one works: one's own, or that of somebody who has delegated authority.

import { Menu } from "@mantine/core";
import { formatDate } from "../i18n/format.ts";
import { useActing, useChangeActing, useDelegators } from "../kit/acting.ts";
import { useSession } from "../kit/session.ts";
import { useAppTexts } from "./texts.ts";

/** Nothing is shown to who has nobody to act for. */
export function ActingChoice({ isOpen }: { isOpen: boolean }) {
  const { t } = useAppTexts();
  const { me } = useSession();
  const acting = useActing();
  const delegators = useDelegators(isOpen);
  const change = useChangeActing();
  if (delegators.length === 0) return null;
  return (
    <>
      <Menu.Divider />
      <Menu.Label>{t("acting.label")}</Menu.Label>
      <Menu.RadioGroup
        value={acting?.delegator ?? ""}
        onChange={(next) => {
          if (next !== (acting?.delegator ?? "")) void change(next === "" ? null : next);
        }}
      >
        <Menu.RadioItem value="" closeMenuOnClick>
          {t("acting.own", { name: me.display_name })}
        </Menu.RadioItem>
        {delegators.map(({ username, name, until }) => (
          <Menu.RadioItem key={username} value={username} closeMenuOnClick>
            {t("acting.choice", { name, day: formatDate(until) })}
          </Menu.RadioItem>
        ))}
      </Menu.RadioGroup>
    </>
  );
}
