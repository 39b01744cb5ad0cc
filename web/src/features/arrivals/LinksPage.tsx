// The links of one account with outside providers: choose the person, see and end them.

import { AccountLinks } from "../../kit/AccountLinks.tsx";
import { AccountSelect } from "../../kit/AccountSelect.tsx";
import { useAddress } from "../../kit/address.tsx";
import { Page, Panel } from "../../kit/Page.tsx";
import { useT } from "./texts.ts";

export default function LinksPage() {
  const { t } = useT();
  const { get, set } = useAddress();
  const account = get("account");
  return (
    <Page
      title={t("links.title")}
      intro={t("links.intro")}
      crumbs={[{ label: t("title"), href: "/account-requests" }]}
    >
      <Panel>
        <AccountSelect
          label={t("links.account")}
          value={account ?? null}
          onChange={(id) => set({ account: id })}
        />
      </Panel>
      {account ? <AccountLinks key={account} account={account} /> : null}
    </Page>
  );
}
