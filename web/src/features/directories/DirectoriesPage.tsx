// All directories of others from which people and passwords come.

import { Button } from "@mantine/core";
import { IconGitCompare } from "@tabler/icons-react";
import { AppLink } from "../../kit/address.tsx";
import kit from "../../kit/kit.module.css";
import { ResourceList } from "../../kit/ResourceList.tsx";
import { textsOf } from "../../kit/resource.ts";
import { useResources } from "../../kit/resources.ts";
import { directoryHref, KIND, modeOf, productOf } from "./kinds.ts";
import { useT } from "./texts.ts";

export default function DirectoriesPage() {
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
          id: "product",
          header: t("column.product"),
          text: (row) => t(`product.${productOf(row)}.title`),
          cell: (row) => t(`product.${productOf(row)}.title`),
        },
        {
          id: "mode",
          header: t("column.mode"),
          text: (row) => t(`mode.${modeOf(row)}`),
          cell: (row) => t(`mode.${modeOf(row)}`),
        },
        {
          id: "urls",
          header: t("column.urls"),
          text: (row) => textsOf(row, "urls").join(" "),
          cell: (row) => <span className={kit.code}>{textsOf(row, "urls").join(", ")}</span>,
        },
      ]}
      hrefOf={(row) => directoryHref(row.name)}
      create={{ label: t("create"), href: "/directory-connections/new" }}
      search={{ label: t("search"), hint: t("searchHint") }}
      searched={(row) => textsOf(row, "urls").join(" ")}
      actions={
        <Button
          variant="default"
          leftSection={<IconGitCompare size={17} aria-hidden />}
          renderRoot={({ ref: _, ...props }) => <AppLink href="/directory-conflicts" {...props} />}
        >
          {t("conflicts.title")}
        </Button>
      }
      exportName="ket-noi-thu-muc"
      empty={{ title: t("empty.title"), text: t("empty.text") }}
    />
  );
}
