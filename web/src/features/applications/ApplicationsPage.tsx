// All applications that people sign on to, whatever the protocol.

import { compareText } from "../../i18n/format.ts";
import { address, useAddress } from "../../kit/address.tsx";
import { SelectFilter } from "../../kit/filters.tsx";
import { ResourceList } from "../../kit/ResourceList.tsx";
import { titleOf } from "../../kit/resource.ts";
import { useResources } from "../../kit/resources.ts";
import { KINDS } from "./kinds.ts";
import { useT } from "./texts.ts";

export default function ApplicationsPage() {
  const { t, word } = useT();
  const { get } = useAddress();
  const query = useAll(get("protocol"));
  return (
    <ResourceList
      title={t("title")}
      intro={t("intro")}
      one={t("column.title")}
      query={query}
      columns={[
        {
          id: "protocol",
          header: t("column.protocol"),
          text: (row) => word("protocol", row.kind) ?? row.kind,
          cell: (row) => word("protocol", row.kind) ?? row.kind,
        },
        {
          id: "agency",
          header: t("column.agency"),
          text: (row) => row.agency ?? "",
          cell: (row) => row.agency ?? "—",
        },
      ]}
      hrefOf={(row) => address.application(row.kind, row.name)}
      create={{ label: t("create"), href: "/applications/new" }}
      search={{ label: t("search"), hint: t("searchHint") }}
      filterNames={["protocol"]}
      filters={
        <SelectFilter
          name="protocol"
          label={t("column.protocol")}
          options={KINDS.map((kind) => ({ value: kind, label: t(`protocol.${kind}`) }))}
        />
      }
      exportName="ung-dung"
      empty={{ title: t("empty.title"), text: t("empty.text") }}
    />
  );
}

/** The lists of all kinds as one; a province has tens of applications. */
function useAll(protocol: string | undefined) {
  const queries = [
    useResources("oidc-client", { enabled: !protocol || protocol === "oidc-client" }),
    useResources("saml-sp", { enabled: !protocol || protocol === "saml-sp" }),
    useResources("cas-service", { enabled: !protocol || protocol === "cas-service" }),
    useResources("ldap-app", { enabled: !protocol || protocol === "ldap-app" }),
    useResources("scim-client", { enabled: !protocol || protocol === "scim-client" }),
  ];
  const used = queries.filter((_, index) => !protocol || protocol === KINDS[index]);
  const failed = used.find((query) => query.isError);
  const isWhole = used.every((query) => query.data);
  const items = used
    .flatMap((query) => query.data?.items ?? [])
    .sort((one, two) => compareText(titleOf(one), titleOf(two)));
  return {
    data: isWhole ? { items } : undefined,
    error: failed?.error,
    isError: Boolean(failed),
    isPlaceholderData: false,
    dataUpdatedAt: Math.min(...used.map((query) => query.dataUpdatedAt)),
    refetch: () => Promise.all(used.map((query) => query.refetch())),
  };
}
