// What the claims of a provider become: the map on one side, claims and their result on the other.
//
// Owns: editing the map. Not here: trying it (`PreviewPanel.tsx`).

import { Button, Group, Textarea } from "@mantine/core";
import { useState } from "react";
import { refreshAll } from "../../api/client.ts";
import { asProblem, fieldErrors } from "../../api/problem.ts";
import type { Resource } from "../../api/types.ts";
import { useLanguage } from "../../i18n/texts.ts";
import { useUnsavedGuard } from "../../kit/guard.ts";
import kit from "../../kit/kit.module.css";
import { Panel } from "../../kit/Page.tsx";
import { linesOf, saveFields } from "../../kit/resource.ts";
import { useCan } from "../../kit/session.ts";
import { ProblemNote } from "../../kit/states.tsx";
import { notify } from "../../kit/toast.tsx";
import { type ClaimMap, claimsOf, FIELDS, PROFILE_CLAIMS, profileOf } from "./kinds.ts";
import { PreviewPanel } from "./PreviewPanel.tsx";
import { useT } from "./texts.ts";

export function MapPanel({ resource }: { resource: Resource }) {
  const { t } = useT();
  const can = useCan();
  const saved = textsOf(claimsOf(resource));
  // None while nothing is typed: then another saved map shows at once.
  const [draft, setDraft] = useState<Texts | null>(null);
  const texts = draft ?? saved;
  const isDirty = FIELDS.some((field) => texts[field] !== saved[field]);
  return (
    <Panel title={t("map.title")}>
      <p className={kit.soft} style={{ margin: "0 0 12px" }}>
        {t("map.text")}
      </p>
      <div className={kit.twoColumns}>
        <MapForm resource={resource} saved={saved} texts={texts} setTexts={setDraft} />
        {can("sso.provider.try") ? (
          <PreviewPanel resource={resource} map={mapOf(texts)} isDirty={isDirty} />
        ) : null}
      </div>
    </Panel>
  );
}

type Texts = Record<keyof ClaimMap, string>;

function textsOf(map: ClaimMap): Texts {
  const text = (field: keyof ClaimMap) => map[field].join("\n");
  return {
    name: text("name"),
    email: text("email"),
    phone: text("phone"),
    citizen_number: text("citizen_number"),
    account_type: text("account_type"),
    firm_types: text("firm_types"),
    firm: text("firm"),
  };
}

/** The map as it is typed. */
function mapOf(texts: Texts): ClaimMap {
  const list = (field: keyof ClaimMap) => linesOf(texts[field]) ?? [];
  return {
    name: list("name"),
    email: list("email"),
    phone: list("phone"),
    citizen_number: list("citizen_number"),
    account_type: list("account_type"),
    firm_types: list("firm_types"),
    firm: list("firm"),
  };
}

interface MapFormProps {
  resource: Resource;
  saved: Texts;
  texts: Texts;
  setTexts: (texts: Texts | null) => void;
}

function MapForm({ resource, saved, texts, setTexts }: MapFormProps) {
  const { t } = useT();
  const language = useLanguage();
  const can = useCan();
  const mayChange = can("registry.resource.write");
  const [isBusy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const isDirty = FIELDS.some((field) => texts[field] !== saved[field]);
  const release = useUnsavedGuard(isDirty);
  const errors = fieldErrors(error ? asProblem(error) : undefined, language, "/spec");
  const usual = PROFILE_CLAIMS[profileOf(resource)];
  async function save() {
    setBusy(true);
    setError(null);
    try {
      // A field that is empty follows the profile.
      const filled = Object.entries(mapOf(texts)).filter(([, list]) => list.length > 0);
      await saveFields(resource, { claims: Object.fromEntries(filled) });
      release();
      notify(t("map.saved"));
      await refreshAll();
      setTexts(null);
    } catch (failure) {
      setError(failure);
    } finally {
      setBusy(false);
    }
  }
  return (
    <div className={kit.stack}>
      {error ? <ProblemNote error={error} /> : null}
      {FIELDS.map((field) => (
        <Textarea
          key={field}
          label={t(`field.${field}`)}
          placeholder={usual[field].join("\n") || t("map.nothing")}
          autosize
          minRows={1}
          maxRows={8}
          spellCheck={false}
          readOnly={!mayChange}
          value={texts[field]}
          error={errors[`/claims/${field}`]}
          onChange={(event) => setTexts({ ...texts, [field]: event.currentTarget.value })}
        />
      ))}
      {mayChange ? (
        <Group justify="flex-end" gap="xs">
          <Button variant="default" disabled={!isDirty} onClick={() => setTexts(null)}>
            {t("undo")}
          </Button>
          <Button disabled={!isDirty} loading={isBusy} onClick={save}>
            {t("map.save")}
          </Button>
        </Group>
      ) : null}
    </div>
  );
}
