// All outside providers with which people may sign in here.

import kit from "../../kit/kit.module.css";
import { ResourceList } from "../../kit/ResourceList.tsx";
import { textOf } from "../../kit/resource.ts";
import { useResources } from "../../kit/resources.ts";
import { KIND, profileOf, providerHref } from "./kinds.ts";
import { useT } from "./texts.ts";

export default function ProvidersPage() {
  const { t } = useT();
  const query = useResources(KIND);
  return (
    <ResourceList
      title={t("title")}
      intro={t("intro")}
      one={t("column.title")}
      query={query}
      columns={[
        {
          id: "profile",
          header: t("column.profile"),
          text: (row) => t(`profile.${profileOf(row)}.title`),
          cell: (row) => t(`profile.${profileOf(row)}.title`),
        },
        {
          id: "issuer",
          header: t("column.issuer"),
          text: (row) => textOf(row, "issuer"),
          cell: (row) => <span className={kit.code}>{textOf(row, "issuer")}</span>,
        },
      ]}
      hrefOf={(row) => providerHref(row.name)}
      create={{ label: t("create"), href: "/identity-providers/new" }}
      search={{ label: t("search"), hint: t("searchHint") }}
      searched={(row) => textOf(row, "issuer")}
      exportName="nha-cung-cap-dinh-danh"
      empty={{ title: t("empty.title"), text: t("empty.text") }}
    />
  );
}
