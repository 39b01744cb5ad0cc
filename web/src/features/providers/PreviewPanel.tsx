// Trying a map, saved or not: on an example that is typed, or on the last sign-in of somebody.
//
// Owns: the claims to be tried, the result with what is wrong. Not here: editing the map
// (`MapPanel.tsx`), applying it; the server does that.
// Invariant: somebody's claims are looked at only when the button is pressed; the journal notes it.

import { Alert, Button, NativeSelect, Textarea } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useId, useState } from "react";
import { client } from "../../api/client.ts";
import type { ClaimPreview, Resource } from "../../api/types.ts";
import { useLanguage } from "../../i18n/texts.ts";
import { AppLink, address } from "../../kit/address.tsx";
import kit from "../../kit/kit.module.css";
import type { Node } from "../../kit/schema/schema.ts";
import { useCan } from "../../kit/session.ts";
import { Loaded, ProblemNote } from "../../kit/states.tsx";
import { DateText, Facts } from "../../kit/text.tsx";
import { readClaims } from "./claims.ts";
import { type ClaimMap, FIELDS, profileOf, SAMPLES } from "./kinds.ts";
import { useT } from "./texts.ts";

const TYPING_MS = 400;
/** In place of an example: the claims of the last sign-in. */
const LAST = "last";

interface PreviewProps {
  resource: Resource;
  map: ClaimMap;
  isDirty: boolean;
}

async function preview(name: string, map: ClaimMap, claims: Node | null): Promise<ClaimPreview> {
  const { data } = await client.POST("/identity-providers/{name}/preview", {
    params: { path: { name } },
    body: claims ? { claims, map } : { map },
  });
  if (!data) throw new TypeError("no answer");
  return data;
}

export function PreviewPanel({ resource, map, isDirty }: PreviewProps) {
  const { t } = useT();
  const can = useCan();
  const samples = SAMPLES[profileOf(resource)];
  const [source, setSource] = useState<string>(samples[0]?.id ?? LAST);
  const choices = samples.map((sample) => ({
    value: sample.id as string,
    label: t(`sample.${sample.id}`),
  }));
  if (can("identity.external_identity.read")) {
    choices.push({ value: LAST, label: t("preview.last") });
  }
  const chosen = samples.find((sample) => sample.id === source);
  return (
    <div className={kit.stack}>
      {choices.length > 1 ? (
        <NativeSelect
          label={t("preview.sample")}
          data={choices}
          value={source}
          onChange={(event) => setSource(event.currentTarget.value)}
        />
      ) : null}
      {isDirty ? (
        <Alert variant="default" title={t("preview.unsaved")}>
          {t("preview.unsavedText")}
        </Alert>
      ) : null}
      {source === LAST ? (
        <LastSignIn name={resource.name} map={map} />
      ) : (
        <Example
          key={source}
          resource={resource}
          map={map}
          start={JSON.stringify(chosen?.claims ?? {}, null, 2)}
        />
      )}
    </div>
  );
}

interface ExampleProps {
  resource: Resource;
  map: ClaimMap;
  start: string;
}

function Example({ resource, map, start }: ExampleProps) {
  const { t } = useT();
  const [text, setText] = useState(start);
  const read = readClaims(text);
  const [asked] = useDebouncedValue(JSON.stringify({ text, map }), TYPING_MS);
  const query = useQuery({
    queryKey: ["claim-preview", resource.name, resource.revision, asked],
    queryFn: () => {
      const { text, map }: { text: string; map: ClaimMap } = JSON.parse(asked);
      return preview(resource.name, map, readClaims(text).claims);
    },
    enabled: Boolean(read.claims),
    placeholderData: keepPreviousData,
    retry: false,
  });
  return (
    <>
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
      <Becomes>
        <Loaded query={query} rows={4}>
          {(found) => <Result found={found} />}
        </Loaded>
      </Becomes>
    </>
  );
}

interface LastProps {
  name: string;
  map: ClaimMap;
}

function LastSignIn({ name, map }: LastProps) {
  const { t } = useT();
  const [found, setFound] = useState<ClaimPreview | null>(null);
  const [error, setError] = useState<unknown>(null);
  const [isBusy, setBusy] = useState(false);
  async function look() {
    setBusy(true);
    setError(null);
    try {
      setFound(await preview(name, map, null));
    } catch (failure) {
      setFound(null);
      setError(failure);
    } finally {
      setBusy(false);
    }
  }
  const signIn = found?.sign_in;
  return (
    <>
      <p className={kit.soft} style={{ margin: 0 }}>
        {t("preview.lastText")}
      </p>
      <div>
        <Button variant="default" loading={isBusy} onClick={look}>
          {t("preview.look")}
        </Button>
      </div>
      {error ? <ProblemNote error={error} /> : null}
      {signIn ? (
        <>
          <p style={{ margin: 0 }}>
            {t("preview.of")}{" "}
            <AppLink href={address.account(signIn.account_id)}>{signIn.username}</AppLink>{" "}
            <span className={kit.soft}>
              <DateText value={signIn.at} />
            </span>
          </p>
          <Textarea
            label={t("preview.told")}
            autosize
            maxRows={20}
            readOnly
            spellCheck={false}
            value={JSON.stringify(signIn.claims, null, 2)}
          />
        </>
      ) : null}
      {found ? (
        <Becomes>
          <Result found={found} />
        </Becomes>
      ) : null}
    </>
  );
}

function Becomes({ children }: { children: React.ReactNode }) {
  const { t } = useT();
  const id = useId();
  return (
    <div role="group" aria-labelledby={id} aria-live="polite">
      <h3 id={id} className={kit.small}>
        {t("preview.result")}
      </h3>
      {children}
    </div>
  );
}

function Result({ found }: { found: ClaimPreview }) {
  const { t, word } = useT();
  const language = useLanguage();
  const fieldOf = (pointer: string) => {
    const field = FIELDS.find((name) => pointer === `/claims/${name}`);
    return field ? `${t(`field.${field}`)}: ` : "";
  };
  return (
    <>
      {found.errors.length > 0 ? (
        <Alert variant="default" title={t("preview.errors")} mb="sm">
          <ul style={{ margin: 0, paddingInlineStart: 18 }}>
            {found.errors.map((error) => (
              <li key={`${error.pointer} ${error.messages.en}`}>
                {fieldOf(error.pointer)}
                {error.messages[language]}
              </li>
            ))}
          </ul>
        </Alert>
      ) : null}
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
    </>
  );
}

function levelKey(level: number): "1" | "2" | "3" {
  return level >= 3 ? "3" : level === 2 ? "2" : "1";
}
