// What the claims of a provider become: the map on one side, an example and its result on the other.
//
// Owns: editing the map, the example that is sent to the server's preview as it is typed.
// Not here: applying a map; the server does it, with the map that is saved.

import { Button, Group, NativeSelect, Textarea } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useId, useState } from "react";
import { client, refreshAll } from "../../api/client.ts";
import { asProblem, fieldErrors } from "../../api/problem.ts";
import type { ClaimPreview, Resource } from "../../api/types.ts";
import { useLanguage } from "../../i18n/texts.ts";
import { useUnsavedGuard } from "../../kit/guard.ts";
import kit from "../../kit/kit.module.css";
import { Panel } from "../../kit/Page.tsx";
import { linesOf, saveFields } from "../../kit/resource.ts";
import { useCan } from "../../kit/session.ts";
import { Loaded, ProblemNote } from "../../kit/states.tsx";
import { Facts } from "../../kit/text.tsx";
import { notify } from "../../kit/toast.tsx";
import { readClaims } from "./claims.ts";
import { type ClaimMap, claimsOf, FIELDS, PROFILE_CLAIMS, profileOf, SAMPLES } from "./kinds.ts";
import { useT } from "./texts.ts";

const TYPING_MS = 400;

export function MapPanel({ resource }: { resource: Resource }) {
  const { t } = useT();
  const can = useCan();
  return (
    <Panel title={t("map.title")}>
      <p className={kit.soft} style={{ margin: "0 0 12px" }}>
        {t("map.text")}
      </p>
      <div className={kit.twoColumns}>
        <MapForm key={JSON.stringify(claimsOf(resource))} resource={resource} />
        {can("sso.provider.try") ? <Preview resource={resource} /> : null}
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

function MapForm({ resource }: { resource: Resource }) {
  const { t } = useT();
  const language = useLanguage();
  const can = useCan();
  const mayChange = can("registry.resource.write");
  const saved = textsOf(claimsOf(resource));
  const [texts, setTexts] = useState(saved);
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
      const claims = Object.fromEntries(
        FIELDS.map((field) => [field, linesOf(texts[field])]).filter(([, list]) => list?.length),
      );
      await saveFields(resource, { claims });
      release();
      notify(t("map.saved"));
      await refreshAll();
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
          <Button variant="default" disabled={!isDirty} onClick={() => setTexts(saved)}>
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

function Preview({ resource }: { resource: Resource }) {
  const { t } = useT();
  const id = useId();
  const samples = SAMPLES[profileOf(resource)];
  const [text, setText] = useState(() => JSON.stringify(samples[0]?.claims ?? {}, null, 2));
  const read = readClaims(text);
  const [asked] = useDebouncedValue(text, TYPING_MS);
  const query = useQuery({
    queryKey: ["claim-preview", resource.name, resource.revision, asked],
    queryFn: () => preview(resource.name, asked),
    enabled: Boolean(readClaims(asked).claims),
    placeholderData: keepPreviousData,
    retry: false,
  });
  return (
    <div className={kit.stack}>
      {samples.length > 1 ? (
        <NativeSelect
          label={t("preview.sample")}
          data={samples.map((sample) => ({ value: sample.id, label: t(`sample.${sample.id}`) }))}
          onChange={(event) => {
            const sample = samples.find((known) => known.id === event.currentTarget.value);
            if (sample) setText(JSON.stringify(sample.claims, null, 2));
          }}
        />
      ) : null}
      <Textarea
        label={t("preview.claims")}
        description={t("preview.claimsHelp")}
        autosize
        minRows={8}
        maxRows={20}
        spellCheck={false}
        value={text}
        error={read.claims ? undefined : t("preview.wrong", { reason: read.reason })}
        onChange={(event) => setText(event.currentTarget.value)}
      />
      <div role="group" aria-labelledby={id} aria-live="polite">
        <h3 id={id} className={kit.small}>
          {t("preview.result")}
        </h3>
        <Loaded query={query} rows={4}>
          {(found) => <Result found={found} />}
        </Loaded>
      </div>
    </div>
  );
}

async function preview(name: string, text: string): Promise<ClaimPreview> {
  const { data } = await client.POST("/identity-providers/{name}/preview", {
    params: { path: { name } },
    body: { claims: readClaims(text).claims ?? {} },
  });
  if (!data) throw new TypeError("no answer");
  return data;
}

function Result({ found }: { found: ClaimPreview }) {
  const { t, word } = useT();
  return (
    <Facts
      facts={[
        { label: t("field.name"), value: found.name || "—" },
        { label: t("field.email"), value: found.email || "—" },
        { label: t("field.phone"), value: found.phone || "—" },
        { label: t("field.citizen_number"), value: found.citizen_number ?? "—" },
        { label: t("preview.kind"), value: t(found.is_firm ? "sample.firm" : "sample.person") },
        { label: t("preview.level"), value: t(`level.${levelKey(found.level)}`) },
        {
          label: t("preview.follows"),
          value: <strong>{word("follows", found.follows) ?? found.follows}</strong>,
        },
      ]}
    />
  );
}

function levelKey(level: number): "1" | "2" | "3" {
  return level >= 3 ? "3" : level === 2 ? "2" : "1";
}
