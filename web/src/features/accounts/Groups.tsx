// The groups of an account: its own, and those that it is in through them.

import { api } from "../../api/client.ts";
import type { Account } from "../../api/types.ts";
import { AppLink } from "../../kit/address.tsx";
import kit from "../../kit/kit.module.css";
import { Panel } from "../../kit/Page.tsx";
import { Loaded } from "../../kit/states.tsx";
import { useT } from "./texts.ts";

export function Groups({ account }: { account: Account }) {
  const { t } = useT();
  const query = api.useQuery("get", "/accounts/{id}/groups", {
    params: { path: { id: account.id } },
  });
  return (
    <Panel title={t("groups.title")}>
      <Loaded query={query} rows={2}>
        {(page) =>
          page.items.length === 0 ? (
            <p className={kit.soft}>{t("groups.none")}</p>
          ) : (
            <ul className={kit.plainList}>
              {page.items.map((group) => (
                <li key={group.id}>
                  <AppLink href={`/groups/${group.id}`}>{group.display_name}</AppLink>
                  <span className={kit.soft}>
                    {[
                      group.direct
                        ? ""
                        : t("groups.through", { way: group.way.slice(0, -1).join(" → ") }),
                      group.agency?.name ?? "",
                      group.source ? t("groups.source", { name: group.source }) : "",
                    ]
                      .filter(Boolean)
                      .join(" · ")}
                  </span>
                </li>
              ))}
            </ul>
          )
        }
      </Loaded>
    </Panel>
  );
}
