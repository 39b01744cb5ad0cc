// Writing and sending a document without any other software.

import { api } from "../../api/client.ts";
import { address, useAddress } from "../../kit/address.tsx";
import { Page } from "../../kit/Page.tsx";
import { Loaded } from "../../kit/states.tsx";
import type { Reference } from "./form.ts";
import { LetterForm } from "./LetterForm.tsx";
import { useT } from "./texts.ts";

const RELATIONS = ["answer", "update", "replace"] as const;

/** What the address says the letter is about: `?answer=<id>`, `?update=<id>`, `?replace=<id>`. */
function useReference(): { relation: Reference["relation"]; id: string } | null {
  const { get } = useAddress();
  for (const relation of RELATIONS) {
    const id = get(relation);
    if (id) return { relation, id };
  }
  return null;
}

export default function ComposePage() {
  const { t } = useT();
  const about = useReference();
  const query = api.useQuery(
    "get",
    "/documents/{id}",
    { params: { path: { id: about?.id ?? "" } } },
    { enabled: about !== null },
  );
  return (
    <Page
      title={about ? t(`about.${about.relation}`) : t("write")}
      intro={t("writeIntro")}
      crumbs={[
        about
          ? { label: query.data?.subject ?? t("original"), href: address.document(about.id) }
          : { label: t("title"), href: "/mailbox" },
      ]}
    >
      {about ? (
        <Loaded query={query}>
          {(document) => (
            <LetterForm key={document.id} reference={{ relation: about.relation, document }} />
          )}
        </Loaded>
      ) : (
        <LetterForm reference={null} />
      )}
    </Page>
  );
}
