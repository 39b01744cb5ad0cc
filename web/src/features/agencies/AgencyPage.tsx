// One agency: its place, its codes over time, who came before and after it.

import { api } from "../../api/client.ts";
import type { AgencyCode, AgencyDetail, AgencyLink } from "../../api/types.ts";
import { formatDate } from "../../i18n/format.ts";
import { useAgencyName } from "../../kit/AgencySelect.tsx";
import { AppLink, address, useParam } from "../../kit/address.tsx";
import kit from "../../kit/kit.module.css";
import { Page, Panel } from "../../kit/Page.tsx";
import { Badge } from "../../kit/StatusBadge.tsx";
import { Loaded } from "../../kit/states.tsx";
import { CodeText, DateText, Facts } from "../../kit/text.tsx";
import { useKitTexts } from "../../kit/texts.ts";
import { useT } from "./texts.ts";

export default function AgencyPage() {
  const { t } = useT();
  const code = useParam("code");
  const query = api.useQuery("get", "/agencies/{code}", { params: { path: { code } } });
  const agency = query.data;
  const above = (agency?.path ?? []).filter((step) => step.code !== code);
  return (
    <Page
      title={agency?.name ?? code}
      crumbs={[
        { label: t("title"), href: "/agencies" },
        ...above.map((step) => ({ label: step.name, href: address.agency(step.code) })),
      ]}
      aside={
        agency?.valid_to ? (
          <Badge tone="stopped">{t("until", { day: formatDate(agency.valid_to) })}</Badge>
        ) : null
      }
    >
      <Loaded query={query}>{(loaded) => <Body agency={loaded} />}</Loaded>
    </Page>
  );
}

function Body({ agency }: { agency: AgencyDetail }) {
  const { t } = useT();
  const { word } = useKitTexts();
  return (
    <div className={kit.columns}>
      <div className={kit.stack}>
        <Codes codes={agency.codes} />
        <Links title={t("predecessors")} links={agency.predecessors} />
        <Links title={t("successors")} links={agency.successors} />
      </div>
      <Panel title={t("facts.title")}>
        <Facts
          facts={[
            { label: t("column.code"), value: <CodeText copy>{agency.code}</CodeText> },
            {
              label: t("facts.short"),
              value: agency.short_name ?? "",
              show: Boolean(agency.short_name),
            },
            { label: t("column.level"), value: word("level", agency.level) ?? agency.level },
            {
              label: t("facts.from"),
              value: <DateText value={agency.valid_from} as="day" />,
              show: Boolean(agency.valid_from),
            },
            {
              label: t("facts.to"),
              value: <DateText value={agency.valid_to} as="day" />,
              show: Boolean(agency.valid_to),
            },
            {
              label: t("facts.systems"),
              value:
                agency.systems.length === 0
                  ? t("facts.noSystem")
                  : agency.systems.map((name) => (
                      <div key={name}>
                        <AppLink href={address.system(name)}>{name}</AppLink>
                      </div>
                    )),
            },
            {
              label: t("facts.documents"),
              value: (
                <AppLink href={address.documents({ agency: agency.code })}>
                  {t("facts.see")}
                </AppLink>
              ),
            },
            {
              label: t("facts.mailbox"),
              value: (
                <AppLink href={`/mailbox?agency=${encodeURIComponent(agency.code)}&box=all`}>
                  {t("facts.see")}
                </AppLink>
              ),
            },
          ]}
        />
      </Panel>
    </div>
  );
}

function Codes({ codes }: { codes: readonly AgencyCode[] }) {
  const { t, word } = useT();
  return (
    <Panel title={t("codes.title")} flush>
      <div className={kit.scroll}>
        <table className={kit.table} style={{ marginTop: 10 }}>
          <thead>
            <tr>
              <th scope="col">{t("codes.scheme")}</th>
              <th scope="col">{t("codes.value")}</th>
              <th scope="col">{t("codes.valid")}</th>
              <th scope="col">{t("codes.source")}</th>
            </tr>
          </thead>
          <tbody>
            {codes.map((code) => (
              <tr key={`${code.scheme} ${code.value} ${code.valid_from ?? ""}`}>
                <td>{word("scheme", code.scheme) ?? code.scheme}</td>
                <td>
                  <CodeText copy>{code.value}</CodeText>
                </td>
                <td>
                  {code.valid_from ? t("from", { day: formatDate(code.valid_from) }) : ""}{" "}
                  {code.valid_to ? t("until", { day: formatDate(code.valid_to) }) : ""}
                  {code.valid_from || code.valid_to ? "" : t("codes.always")}
                </td>
                <td>
                  {code.demo ? <Badge tone="soon">{t("codes.demo")}</Badge> : null}{" "}
                  {code.source ?? ""}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Panel>
  );
}

function AgencyLinkText({ code }: { code: string }) {
  const name = useAgencyName(code);
  return <AppLink href={address.agency(code)}>{name}</AppLink>;
}

function Links({ title, links }: { title: string; links: readonly AgencyLink[] }) {
  const { t } = useT();
  if (links.length === 0) return null;
  return (
    <Panel title={title}>
      <ul style={{ margin: 0, paddingLeft: 18 }}>
        {links.map((link) => (
          <li key={`${link.agency} ${link.date ?? ""}`}>
            <AgencyLinkText code={link.agency} />
            <div className={kit.soft}>
              {link.date ? (
                <>
                  {t("since")} <DateText value={link.date} as="day" />
                </>
              ) : null}
              {link.decision ? ` · ${link.decision}` : ""}
            </div>
          </li>
        ))}
      </ul>
    </Panel>
  );
}
