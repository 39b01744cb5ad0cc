// All applications that people sign on to, whatever the protocol.

import { useAddress } from "../../kit/address.tsx";
import { SelectFilter } from "../../kit/filters.tsx";
import { ResourceList } from "../../kit/ResourceList.tsx";
import { titleOf } from "../../kit/resource.ts";
import { appHref, KINDS, useApplications } from "./kinds.ts";
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
      hrefOf={(row) => appHref(row.kind, row.name)}
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
    useApplications("oidc-client", !protocol || protocol === "oidc-client"),
    useApplications("saml-sp", !protocol || protocol === "saml-sp"),
    useApplications("cas-service", !protocol || protocol === "cas-service"),
    useApplications("ldap-app", !protocol || protocol === "ldap-app"),
    useApplications("scim-client", !protocol || protocol === "scim-client"),
  ];
  const used = queries.filter((_, index) => !protocol || protocol === KINDS[index]);
  const failed = used.find((query) => query.isError);
  const isWhole = used.every((query) => query.data);
  const items = used
    .flatMap((query) => query.data?.items ?? [])
    .sort((one, two) => titleOf(one).localeCompare(titleOf(two), "vi"));
  return {
    data: isWhole ? { items } : undefined,
    error: failed?.error,
    isError: Boolean(failed),
    isPlaceholderData: false,
    dataUpdatedAt: Math.min(...used.map((query) => query.dataUpdatedAt)),
    refetch: () => Promise.all(used.map((query) => query.refetch())),
  };
}
