// The document as XML, read only when the tab is opened.

import { useQuery } from "@tanstack/react-query";
import { ApiError, readProblem } from "../../api/problem.ts";
import { BodyView } from "../../kit/BodyView.tsx";
import { Loaded } from "../../kit/states.tsx";
import { useT } from "./texts.ts";

export function Raw({ id }: { id: string }) {
  const { t } = useT();
  const href = `/api/v1/documents/${encodeURIComponent(id)}/raw`;
  const query = useQuery({
    queryKey: ["raw", id],
    staleTime: Number.POSITIVE_INFINITY,
    queryFn: async ({ signal }) => {
      const response = await fetch(href, { signal });
      if (!response.ok) throw new ApiError(await readProblem(response));
      return response.text();
    },
  });
  return (
    <Loaded query={query}>
      {(body) => <BodyView body={body} language="xml" label={t("tab.raw")} downloadHref={href} />}
    </Loaded>
  );
}
