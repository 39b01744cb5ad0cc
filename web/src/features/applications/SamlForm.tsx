// A SAML application from its metadata: pasted or as a file, looked at before it is kept.

import { Button, FileButton, Group, Textarea } from "@mantine/core";
import { IconFileUpload } from "@tabler/icons-react";
import { useRef, useState } from "react";
import { client } from "../../api/client.ts";
import type { SamlPreview } from "../../api/types.ts";
import { useText } from "../../i18n/texts.ts";
import { AgencySelect } from "../../kit/AgencySelect.tsx";
import { address } from "../../kit/address.tsx";
import { GuidedFrame, type Named, NameFields, useGuided } from "../../kit/GuidedFrame.tsx";
import { useIssuer } from "../../kit/issuer.ts";
import kit from "../../kit/kit.module.css";
import { Panel } from "../../kit/Page.tsx";
import { PersonSelect } from "../../kit/PersonSelect.tsx";
import { fieldOf, textOf, textsOf } from "../../kit/resource.ts";
import { useSession } from "../../kit/session.ts";
import { ProblemNote } from "../../kit/states.tsx";
import { CodeText, Facts } from "../../kit/text.tsx";
import { AccessFields } from "./AccessFields.tsx";
import { type Access, accessSpec, admitsAnybody, EVERYBODY } from "./access.ts";
import { isEncrypted } from "./EncryptionPanel.tsx";
import { useT } from "./texts.ts";

interface KeepAnswers extends Named {
  agency: string | null;
  owner: string | null;
  access: Access;
}

export function SamlForm() {
  const { t } = useT();
  const issuer = useIssuer();
  const [metadata, setMetadata] = useState("");
  const [preview, setPreview] = useState<SamlPreview | null>(null);
  const [isBusy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const again = useRef<() => void>(null);
  async function look(text: string) {
    setBusy(true);
    setError(null);
    setPreview(null);
    try {
      const { data } = await client.POST("/saml-sps/preview", { body: { metadata: text } });
      setPreview(data ?? null);
    } catch (failure) {
      setError(failure);
    } finally {
      setBusy(false);
    }
  }
  async function open(file: File | null) {
    // The same file may be chosen again, mended.
    again.current?.();
    if (!file) return;
    const text = await file.text();
    setMetadata(text);
    await look(text);
  }
  return (
    <div className={kit.stack}>
      {error ? <ProblemNote error={error} /> : null}
      <Panel
        title={t("saml.title")}
        actions={
          <FileButton onChange={open} resetRef={again} accept=".xml,application/xml,text/xml">
            {(props) => (
              <Button
                {...props}
                variant="default"
                size="compact-md"
                leftSection={<IconFileUpload size={16} aria-hidden />}
              >
                {t("saml.file")}
              </Button>
            )}
          </FileButton>
        }
      >
        <div className={kit.stack}>
          <Facts
            facts={[
              {
                label: t("connect.metadata"),
                value: (
                  <>
                    <CodeText copy>{`${issuer}/saml/metadata`}</CodeText>
                    <div className={`${kit.soft} ${kit.small}`}>{t("saml.ours")}</div>
                  </>
                ),
              },
            ]}
          />
          <Textarea
            label={t("saml.metadata")}
            description={t("saml.metadataHelp")}
            autosize
            minRows={4}
            maxRows={12}
            value={metadata}
            classNames={{ input: kit.code ?? "" }}
            onChange={(event) => setMetadata(event.currentTarget.value)}
          />
        </div>
        <Group justify="flex-end" mt="sm">
          <Button
            variant={preview ? "default" : "filled"}
            onClick={() => look(metadata)}
            loading={isBusy}
            disabled={metadata.trim() === ""}
          >
            {t("saml.preview")}
          </Button>
        </Group>
      </Panel>
      {preview ? <Keep key={preview.name} metadata={metadata} preview={preview} /> : null}
    </div>
  );
}

function Keep({ metadata, preview }: { metadata: string; preview: SamlPreview }) {
  const { t } = useT();
  const { me } = useSession();
  const told = textOf(preview, "title");
  const form = useGuided<KeepAnswers>({
    start: {
      title: told,
      name: preview.name,
      agency: me.agency?.code ?? null,
      owner: null,
      access: EVERYBODY,
    },
    isNamed: true,
    async send(name, { title, agency, owner, access }) {
      // Metadata seldom has a name that people understand.
      const wanted = title.trim().normalize("NFC");
      await client.POST("/saml-sps", {
        body: {
          name,
          metadata,
          ...(agency ? { agency } : {}),
          ...(preview.revision ? { base_revision: preview.revision } : {}),
          ...(wanted !== "" && wanted !== told ? { title: wanted } : {}),
          ...(access.isNamed ? { access: accessSpec(access) } : {}),
          ...(owner ? { owner } : {}),
        },
      });
    },
    done: t("created"),
    hrefOf: (name) => address.application("saml-sp", name),
  });
  return (
    <GuidedFrame
      form={form}
      action={preview.revision ? t("saml.replace") : t("create")}
      listHref="/applications"
      isComplete={admitsAnybody(form.answers.access)}
    >
      <Panel title={t("saml.found")}>
        <div className={kit.stack}>
          <Found preview={preview} />
          <div className={kit.formGrid}>
            <NameFields
              form={form}
              titleHelp={t("form.nameHelp")}
              fixed={preview.revision ? t("saml.replaces") : undefined}
            />
            <AgencySelect
              label={t("form.agency")}
              description={t("form.agencyHelp")}
              value={form.answers.agency}
              error={form.agencyError}
              onChange={(agency) => form.change({ agency })}
            />
            {preview.revision ? null : (
              <PersonSelect
                label={t("form.owner")}
                description={t("form.ownerHelp")}
                value={form.answers.owner}
                onChange={(owner) => form.change({ owner })}
                error={form.errors["/owner"]}
              />
            )}
          </div>
        </div>
      </Panel>
      {preview.revision ? null : (
        <Panel title={t("access.title")}>
          <AccessFields
            value={form.answers.access}
            onChange={(access) => form.change({ access })}
            errors={form.errors}
          />
        </Panel>
      )}
    </GuidedFrame>
  );
}

/** What the metadata says, and what was left out of it. */
function Found({ preview }: { preview: SamlPreview }) {
  const { t } = useT();
  const text = useText();
  const consumers = fieldOf(preview, "assertion_consumers");
  const addresses = Array.isArray(consumers) ? consumers.map((one) => String(one?.url ?? "")) : [];
  return (
    <>
      <Facts
        facts={[
          {
            label: t("saml.entity"),
            value: <CodeText>{textsOf(preview, "entity_id")[0] ?? ""}</CodeText>,
          },
          {
            label: t("saml.consumers"),
            value: addresses.map((address) => (
              <div key={address}>
                <CodeText>{address}</CodeText>
              </div>
            )),
          },
          {
            label: t("saml.certificates"),
            value: String(textsOf(preview, "certificates").length),
          },
          {
            label: t("encryption.title"),
            value: t(isEncrypted(preview) ? "encryption.isOn" : "encryption.isOff"),
          },
        ]}
      />
      {preview.warnings.length > 0 ? (
        <ul className={kit.soft}>
          {preview.warnings.map((warning) => (
            <li key={warning.en}>{text(warning)}</li>
          ))}
        </ul>
      ) : null}
    </>
  );
}
