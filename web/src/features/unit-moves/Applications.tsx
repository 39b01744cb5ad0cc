// Applications and systems that the unit owns: they do not go along by themselves.
//
// Owns: finding them among the resources of each kind of client.

import { useQuery } from "@tanstack/react-query";
import type { Resource } from "../../api/types.ts";
import { AppLink } from "../../kit/address.tsx";
import kit from "../../kit/kit.module.css";
import { Panel } from "../../kit/Page.tsx";
import { allResources } from "../../kit/resources.ts";
import { Loaded } from "../../kit/states.tsx";
import { useT } from "./texts.ts";

const KINDS = ["oidc-client", "saml-sp", "cas-service", "scim-client", "ldap-app", "system"];

async function ownedBy(agency: string, signal: AbortSignal): Promise<Resource[]> {
  const all = await Promise.all(KINDS.map((kind) => allResources(kind, signal)));
  return all.flat().filter((resource) => resource.agency === agency);
}

export function Applications({ agency }: { agency: string }) {
  const { t, word } = useT();
  const query = useQuery({
    queryKey: ["owned", agency],
    queryFn: ({ signal }) => ownedBy(agency, signal),
  });
  return (
    <Panel title={t("clients.title")}>
      <p className={kit.lead}>{t("clients.text")}</p>
      <Loaded query={query} rows={2}>
        {(owned) =>
          owned.length === 0 ? (
            <p className={kit.soft}>{t("clients.none")}</p>
          ) : (
            <ul className={kit.reasons}>
              {owned.map((resource) => (
                <li key={`${resource.kind} ${resource.name}`}>
                  <AppLink href={`/registry/${resource.kind}/${resource.name}`}>
                    {resource.name}
                  </AppLink>{" "}
                  <span className={kit.soft}>{word("kind", resource.kind) ?? resource.kind}</span>
                </li>
              ))}
            </ul>
          )
        }
      </Loaded>
    </Panel>
  );
}
