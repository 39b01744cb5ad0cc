// What to type into the settings of the application, with ready texts for common software.

import { SegmentedControl } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { Resource } from "../../api/types.ts";
import kit from "../../kit/kit.module.css";
import { Panel } from "../../kit/Page.tsx";
import { CodeText, CopyButton, type Fact, Facts } from "../../kit/text.tsx";
import css from "./applications.module.css";
import { textsOf } from "./kinds.ts";
import { recipesOf } from "./recipes.ts";
import { useT } from "./texts.ts";

/** The public address of sign-on, as discovery tells it. */
function useIssuer(): string {
  const query = useQuery({
    queryKey: ["issuer"],
    staleTime: Number.POSITIVE_INFINITY,
    queryFn: async () => {
      const answer = await fetch("/.well-known/openid-configuration");
      const document: { issuer?: string } = answer.ok ? await answer.json() : {};
      return document.issuer ?? window.location.origin;
    },
  });
  return query.data ?? window.location.origin;
}

export function Connect({ resource }: { resource: Resource }) {
  const { t } = useT();
  const issuer = useIssuer();
  return (
    <Panel title={t("connect.title")}>
      <div className={kit.stack}>
        <p className={kit.soft} style={{ margin: 0 }}>
          {t("connect.text")}
        </p>
        <Facts facts={useFacts(resource, issuer)} />
        <Recipes resource={resource} issuer={issuer} />
      </div>
    </Panel>
  );
}

function useFacts(resource: Resource, issuer: string): Fact[] {
  const { t } = useT();
  const code = (label: string, value: string): Fact => ({
    label,
    value: <CodeText copy>{value}</CodeText>,
  });
  const list = (label: string, field: string): Fact => ({
    label,
    show: textsOf(resource, field).length > 0,
    value: textsOf(resource, field).map((text) => (
      <div key={text}>
        <CodeText>{text}</CodeText>
      </div>
    )),
  });
  switch (resource.kind) {
    case "oidc-client":
      return [
        code(t("connect.issuer"), issuer),
        code(t("connect.discovery"), `${issuer}/.well-known/openid-configuration`),
        code(t("connect.clientId"), resource.name),
        list(t("connect.scopes"), "scopes"),
        list(t("form.redirects"), "redirect_uris"),
        list(t("form.afterLogout"), "post_logout_redirect_uris"),
      ];
    case "saml-sp":
      return [
        code(t("connect.metadata"), `${issuer}/saml/metadata`),
        code(t("connect.sso"), `${issuer}/saml/sso`),
        code(t("connect.slo"), `${issuer}/saml/slo`),
        list(t("saml.entity"), "entity_id"),
      ];
    case "cas-service":
      return [
        code(t("connect.cas"), `${issuer}/cas`),
        code(t("connect.casLogin"), `${issuer}/cas/login`),
        list(t("form.services"), "services"),
      ];
    case "ldap-app":
      return [
        {
          label: t("connect.bindName"),
          value: <CodeText copy>{`cn=${resource.name},ou=apps`}</CodeText>,
        },
      ];
    default:
      return [code(t("connect.scim"), `${issuer}/scim/v2`)];
  }
}

function Recipes({ resource, issuer }: { resource: Resource; issuer: string }) {
  const { t } = useT();
  const recipes = recipesOf(resource, issuer);
  const [chosen, setChosen] = useState(recipes[0]?.name ?? "");
  const recipe = recipes.find((known) => known.name === chosen) ?? recipes[0];
  if (!recipe) return null;
  return (
    <div className={kit.stack}>
      <div className={css.recipeHead}>
        <SegmentedControl
          size="xs"
          aria-label={t("connect.recipes")}
          data={recipes.map(({ name }) => name)}
          value={recipe.name}
          onChange={setChosen}
        />
        <CopyButton value={recipe.text} />
      </div>
      {/* A region that scrolls sideways must be reachable by keyboard. */}
      <pre className={css.recipe} tabIndex={0} role="region" aria-label={recipe.name}>
        {recipe.text}
      </pre>
    </div>
  );
}
