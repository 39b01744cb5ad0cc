// Acts on an account: edit, unlock, move, turn off and on, name its owner, leave.
//
// Owns: the buttons and their shorter questions. Not here: the move itself (`Move.tsx`), the leave
// (`LeaveDialog.tsx`), links to a password (`SignIn.tsx`).

import { Button, Menu } from "@mantine/core";
import {
  IconBuildingCommunity,
  IconChevronDown,
  IconDoorExit,
  IconEyeExclamation,
  IconLockOpen,
  IconPencil,
  IconUserCheck,
  IconUserOff,
  IconUserStar,
} from "@tabler/icons-react";
import { useState } from "react";
import { client, refreshAll } from "../../api/client.ts";
import type { Account } from "../../api/types.ts";
import { ActionDialog } from "../../kit/ActionDialog.tsx";
import { useCan, useSession } from "../../kit/session.ts";
import { notify } from "../../kit/toast.tsx";
import { EditDialog } from "./EditDialog.tsx";
import { ImpersonateDialog } from "./ImpersonateDialog.tsx";
import { LeaveDialog } from "./LeaveDialog.tsx";
import { MoveDialog } from "./Move.tsx";
import { OwnerDialog } from "./Owned.tsx";
import { isPerson, isShut } from "./states.ts";
import { useT } from "./texts.ts";

type Act = "edit" | "unlock" | "move" | "switch" | "owner" | "leave" | "impersonate";

export function Actions({ account }: { account: Account }) {
  const { t } = useT();
  const can = useCan();
  const [act, setAct] = useState<Act | null>(null);
  const close = () => setAct(null);
  const { me } = useSession();
  // Nobody changes the own account here; the server refuses it too.
  if (account.id === me.account_id) return null;
  const mayWrite = can("identity.account.write") && account.state !== "left";
  const mayImpersonate =
    can("identity.account.impersonate") && isPerson(account.kind) && account.state === "active";
  return (
    <>
      {isShut(account) && can("identity.account.unlock") ? (
        <Button
          leftSection={<IconLockOpen size={17} aria-hidden />}
          onClick={() => setAct("unlock")}
        >
          {t("unlock.action")}
        </Button>
      ) : null}
      {mayWrite ? (
        <>
          <Button
            variant="default"
            leftSection={<IconBuildingCommunity size={17} aria-hidden />}
            onClick={() => setAct("move")}
          >
            {t("move.action")}
          </Button>
          <Menu position="bottom-end">
            <Menu.Target>
              <Button variant="default" rightSection={<IconChevronDown size={16} aria-hidden />}>
                {t("more")}
              </Button>
            </Menu.Target>
            <Menu.Dropdown>
              <Menu.Item
                leftSection={<IconPencil size={16} aria-hidden />}
                onClick={() => setAct("edit")}
              >
                {t("edit.action")}
              </Menu.Item>
              <Menu.Item
                leftSection={
                  account.enabled ? (
                    <IconUserOff size={16} aria-hidden />
                  ) : (
                    <IconUserCheck size={16} aria-hidden />
                  )
                }
                onClick={() => setAct("switch")}
              >
                {t(account.enabled ? "switch.off" : "switch.on")}
              </Menu.Item>
              {isPerson(account.kind) ? null : (
                <Menu.Item
                  leftSection={<IconUserStar size={16} aria-hidden />}
                  onClick={() => setAct("owner")}
                >
                  {t("owner.action")}
                </Menu.Item>
              )}
              <Menu.Item
                leftSection={<IconDoorExit size={16} aria-hidden />}
                onClick={() => setAct("leave")}
              >
                {t("leave.action")}
              </Menu.Item>
              {mayImpersonate ? (
                <>
                  <Menu.Divider />
                  <Menu.Item
                    leftSection={<IconEyeExclamation size={16} aria-hidden />}
                    onClick={() => setAct("impersonate")}
                  >
                    {t("impersonate.action")}
                  </Menu.Item>
                </>
              ) : null}
            </Menu.Dropdown>
          </Menu>
        </>
      ) : null}
      {act === "edit" ? <EditDialog account={account} onClose={close} /> : null}
      {act === "unlock" ? <UnlockDialog account={account} onClose={close} /> : null}
      {act === "move" ? <MoveDialog account={account} onClose={close} /> : null}
      {act === "switch" ? <SwitchDialog account={account} onClose={close} /> : null}
      {act === "impersonate" ? <ImpersonateDialog account={account} onClose={close} /> : null}
      {act === "owner" ? <OwnerDialog account={account} onClose={close} /> : null}
      {act === "leave" ? <LeaveDialog account={account} onClose={close} /> : null}
    </>
  );
}

export interface DialogProps {
  account: Account;
  onClose: () => void;
}

function UnlockDialog({ account, onClose }: DialogProps) {
  const { t } = useT();
  async function run(reason: string) {
    await client.POST("/accounts/{id}/unlock", {
      params: { path: { id: account.id } },
      ...(reason ? { body: { reason } } : {}),
    });
    notify(t("unlock.done"));
    await refreshAll();
  }
  return (
    <ActionDialog
      opened
      onClose={onClose}
      title={t("unlock.title", { name: account.display_name })}
      action={t("unlock.action")}
      reason={t("column.stateReason")}
      reasonOptional
      run={run}
    >
      <p>{t(account.locked ? "unlock.text" : "unlock.idleText")}</p>
    </ActionDialog>
  );
}

function SwitchDialog({ account, onClose }: DialogProps) {
  const { t } = useT();
  const action = t(account.enabled ? "switch.off" : "switch.on");
  async function run(reason: string) {
    await client.PATCH("/accounts/{id}", {
      params: { path: { id: account.id } },
      body: { enabled: !account.enabled, ...(reason ? { reason } : {}) },
    });
    notify(t(account.enabled ? "switch.offDone" : "switch.onDone"));
    await refreshAll();
  }
  return (
    <ActionDialog
      opened
      onClose={onClose}
      title={`${action}: ${account.display_name}`}
      action={action}
      danger={account.enabled}
      reason={t("column.stateReason")}
      reasonOptional={!account.enabled}
      run={run}
    >
      <p>{t(account.enabled ? "switch.offText" : "switch.onText")}</p>
    </ActionDialog>
  );
}
