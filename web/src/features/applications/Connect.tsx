// What to type into the settings of the application, with ready texts for common software.

import { NativeSelect } from "@mantine/core";
import { useState } from "react";
import type { Resource } from "../../api/types.ts";
import { useIssuer } from "../../kit/issuer.ts";
import kit from "../../kit/kit.module.css";
import { Panel } from "../../kit/Page.tsx";
import { textsOf } from "../../kit/resource.ts";
import { Badge } from "../../kit/StatusBadge.tsx";
import { CodeText, CopyButton, type Fact, Facts } from "../../kit/text.tsx";
import css from "./applications.module.css";
import { recipesOf } from "./recipes.ts";
import { useT } from "./texts.ts";

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
        <NativeSelect
          label={t("connect.recipes")}
          data={recipes.map(({ name }) => name)}
          value={recipe.name}
          onChange={(event) => setChosen(event.currentTarget.value)}
        />
        <Badge tone={recipe.isTried ? "ok" : "soon"}>
          {t(recipe.isTried ? "recipe.tried" : "recipe.untried")}
        </Badge>
        <CopyButton value={recipe.text} />
      </div>
      {recipe.isTried ? null : (
        <p className={kit.soft} style={{ margin: 0 }}>
          {t("recipe.untriedText")}
        </p>
      )}
      {recipe.notes?.map((note) => (
        <p key={note} style={{ margin: 0 }}>
          {t(`recipe.note.${note}`)}
        </p>
      ))}
      {/* A region that scrolls sideways must be reachable by keyboard. */}
      <pre className={css.recipe} tabIndex={0} role="region" aria-label={recipe.name}>
        {recipe.text}
      </pre>
    </div>
  );
}
