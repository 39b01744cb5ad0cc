// The document as XML, read only when the tab is opened.

import { useQuery } from "@tanstack/react-query";
import { fetchFile } from "../../api/client.ts";
import { BodyView } from "../../kit/BodyView.tsx";
import { Loaded } from "../../kit/states.tsx";
import { useT } from "./texts.ts";

export function Raw({ id }: { id: string }) {
  const { t } = useT();
  const href = `/api/v1/documents/${encodeURIComponent(id)}/raw`;
  const query = useQuery({
    queryKey: ["raw", id],
    staleTime: Number.POSITIVE_INFINITY,
    queryFn: async ({ signal }) => (await fetchFile(href, signal)).text(),
  });
  return (
    <Loaded query={query}>
      {(body) => <BodyView body={body} language="xml" label={t("tab.raw")} downloadHref={href} />}
    </Loaded>
  );
}
