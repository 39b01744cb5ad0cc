// Ending the link of an account to an outside provider.
//
// Owns: the question and the call; which links there are is shown elsewhere.

import { client, refreshAll } from "../api/client.ts";
import { ActionDialog } from "./ActionDialog.tsx";
import { useKitTexts } from "./texts.ts";
import { notify } from "./toast.tsx";

interface EndLinkProps {
  /** The account and its link; nothing while nobody asks. */
  ending: { account: string; link: string } | null;
  /** The word for it where it is asked. */
  action: string;
  /** What ends for whom. */
  text: string;
  onClose: () => void;
}

export function EndLinkDialog({ ending, action, text, onClose }: EndLinkProps) {
  const { t } = useKitTexts();
  async function end() {
    if (!ending) return;
    await client.DELETE("/accounts/{id}/external-identities/{link}", {
      params: { path: { id: ending.account, link: ending.link } },
    });
    notify(t("links.ended"));
    await refreshAll();
  }
  return (
    <ActionDialog
      opened={ending !== null}
      onClose={onClose}
      title={action}
      action={action}
      danger
      run={end}
    >
      <p>{text}</p>
    </ActionDialog>
  );
}
