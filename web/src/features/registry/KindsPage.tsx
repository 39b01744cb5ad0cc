// All kinds of resources that the platform is configured with.

import { api } from "../../api/client.ts";
import { compareText, matches } from "../../i18n/format.ts";
import { useText } from "../../i18n/texts.ts";
import { AppLink, useAddress } from "../../kit/address.tsx";
import { FilterBar, TextFilter } from "../../kit/filters.tsx";
import kit from "../../kit/kit.module.css";
import { Page } from "../../kit/Page.tsx";
import { Loaded, NoHit } from "../../kit/states.tsx";
import classes from "./registry.module.css";
import { useT } from "./texts.ts";

export default function KindsPage() {
  const { t } = useT();
  const text = useText();
  const { get, set } = useAddress();
  const query = api.useQuery("get", "/kinds", {}, { staleTime: 600_000 });
  const q = get("q") ?? "";
  return (
    <Page title={t("title")} intro={t("intro")}>
      <FilterBar>
        <TextFilter name="q" label={t("searchKind")} />
      </FilterBar>
      <Loaded query={query}>
        {(page) => {
          const kinds = page.items
            .filter((kind) =>
              matches(`${kind.labels.vi} ${kind.labels.en} ${kind.kind} ${kind.description.vi}`, q),
            )
            .sort((a, b) => compareText(text(a.labels), text(b.labels)));
          if (kinds.length === 0) return <NoHit onClear={() => set({ q: null })} />;
          return (
            <ul className={classes.kinds}>
              {kinds.map((kind) => (
                <li key={kind.kind}>
                  <AppLink href={`/registry/${encodeURIComponent(kind.kind)}`}>
                    <strong>{text(kind.labels)}</strong>
                    <span>{text(kind.description)}</span>
                    <code className={kit.code}>{kind.kind}</code>
                  </AppLink>
                </li>
              ))}
            </ul>
          );
        }}
      </Loaded>
    </Page>
  );
}
