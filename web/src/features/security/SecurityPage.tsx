// The numbers of security level 3: what is asked, what is in force, and why not.

import { Button } from "@mantine/core";
import { IconFileSpreadsheet } from "@tabler/icons-react";
import type { ReactNode } from "react";
import { api } from "../../api/client.ts";
import type { SecurityReport } from "../../api/types.ts";
import { formatNumber } from "../../i18n/format.ts";
import { useLanguage, useText } from "../../i18n/texts.ts";
import { AgencyName } from "../../kit/AgencySelect.tsx";
import { AppLink } from "../../kit/address.tsx";
import kit from "../../kit/kit.module.css";
import { Page, Panel } from "../../kit/Page.tsx";
import { Badge } from "../../kit/StatusBadge.tsx";
import { Loaded } from "../../kit/states.tsx";
import { DateText, Facts } from "../../kit/text.tsx";
import { useKitTexts } from "../../kit/texts.ts";
import { useT } from "./texts.ts";

export default function SecurityPage() {
  const { t } = useT();
  const query = api.useQuery("get", "/security-report");
  return (
    <Page
      title={t("title")}
      intro={t("intro")}
      actions={
        <Button
          component="a"
          href="/api/v1/security-report/export"
          variant="default"
          leftSection={<IconFileSpreadsheet size={17} aria-hidden />}
        >
          {t("export")}
        </Button>
      }
    >
      <Loaded query={query}>
        {(report) => (
          <div className={kit.columns}>
            <div className={kit.stack}>
              <Numbers report={report} />
              <Accounts report={report} />
            </div>
            <div className={kit.stack}>
              <Journal report={report} />
              <Exceptions report={report} />
              <Other report={report} />
            </div>
          </div>
        )}
      </Loaded>
    </Page>
  );
}

function Met({ isMet }: { isMet: boolean }) {
  const { t } = useT();
  return <Badge tone={isMet ? "ok" : "late"}>{t(isMet ? "met" : "notMet")}</Badge>;
}

/** A table that scrolls sideways on a phone. */
function Table({ title, head, children }: { title: string; head: string[]; children: ReactNode }) {
  return (
    <Panel flush title={title}>
      <div className={kit.scroll} tabIndex={0} role="region" aria-label={title}>
        <table className={kit.table}>
          <thead>
            <tr>
              {head.map((name) => (
                <th key={name} scope="col">
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>{children}</tbody>
        </table>
      </div>
    </Panel>
  );
}

/** Days, hours or minutes are said in the label. */
function bare(value: string): string {
  return value.replace(/ (d|h|min)$/, "");
}

function Numbers({ report }: { report: SecurityReport }) {
  const { t } = useT();
  const text = useText();
  const missed = report.numbers.filter((number) => !number.met).length;
  const title = missed === 0 ? t("numbers.all") : t("numbers.some", { count: missed });
  return (
    <Table
      title={title}
      head={[t("numbers.what"), t("numbers.required"), t("numbers.actual"), t("numbers.result")]}
    >
      {report.numbers.map((number) => (
        <tr key={number.id}>
          <td className={kit.grow}>
            {text(number.label)}
            <div className={`${kit.soft} ${kit.small}`}>{number.clause}</div>
          </td>
          <td className={kit.fixed}>{bare(number.required)}</td>
          <td className={kit.fixed}>{bare(number.actual)}</td>
          <td>
            <Met isMet={number.met} />
            {number.why ? (
              <div className={`${kit.soft} ${kit.small}`}>{text(number.why)}</div>
            ) : null}
          </td>
        </tr>
      ))}
    </Table>
  );
}

function Accounts({ report }: { report: SecurityReport }) {
  const { t, word } = useT();
  const language = useLanguage();
  return (
    <Table
      title={t("accounts.title")}
      head={[
        t("accounts.kind"),
        t("accounts.state"),
        t("accounts.count"),
        t("accounts.unused"),
        t("accounts.due"),
      ]}
    >
      {report.accounts.map((row) => (
        <tr key={`${row.kind} ${row.state}`}>
          <td className={kit.grow}>{word("kind", row.kind) ?? row.kind}</td>
          <td>{word("state", row.state) ?? row.state}</td>
          <td className={kit.numeric}>{formatNumber(row.count, language)}</td>
          <td className={kit.numeric}>{formatNumber(row.unused_30_days, language)}</td>
          <td className={kit.numeric}>{formatNumber(row.password_due, language)}</td>
        </tr>
      ))}
    </Table>
  );
}

function Journal({ report }: { report: SecurityReport }) {
  const { t } = useT();
  const language = useLanguage();
  return (
    <Panel title={t("journal.title")} actions={<Met isMet={report.journal.met} />}>
      <Facts
        facts={[
          { label: t("journal.events"), value: formatNumber(report.journal.events, language) },
          {
            label: t("journal.oldest"),
            value: <DateText value={report.journal.oldest_at} as="day" />,
          },
          {
            label: t("journal.chain"),
            value: <AppLink href="/audit/proof">{t("journal.prove")}</AppLink>,
          },
        ]}
      />
    </Panel>
  );
}

function Exceptions({ report }: { report: SecurityReport }) {
  const { t, word } = useT();
  const kitTexts = useKitTexts();
  return (
    <Panel title={t("exceptions.title")}>
      {report.exceptions.length === 0 ? <p className={kit.soft}>{t("exceptions.none")}</p> : null}
      {report.exceptions.map((exception) => (
        <div key={`${exception.kind} ${exception.subject}`} className={kit.listItem}>
          <div>
            <strong>{exception.subject}</strong>
            <div className={kit.soft}>{word("exception", exception.kind) ?? exception.kind}</div>
            {exception.reason ? (
              <div className={kit.soft}>
                {kitTexts.word("role", exception.reason) ?? exception.reason}
              </div>
            ) : null}
          </div>
          {exception.ends_at ? (
            <DateText value={exception.ends_at} as="day" />
          ) : (
            <span className={kit.soft}>{t("exceptions.endless")}</span>
          )}
        </div>
      ))}
      {report.overdue_reviews.length > 0 ? (
        <>
          <h3>{t("reviews.title")}</h3>
          {report.overdue_reviews.map((review) => (
            <div key={review.agency} className={kit.listItem}>
              <span>
                <AgencyName code={review.agency} />
              </span>
              {review.due_at ? <DateText value={review.due_at} as="day" /> : t("reviews.never")}
            </div>
          ))}
        </>
      ) : null}
    </Panel>
  );
}

function Other({ report }: { report: SecurityReport }) {
  const { t, word } = useT();
  // "active, 12 d": a state and its age.
  const said = (value: string) => {
    const [, state = value, days] = /^(\w+), (\d+) d$/.exec(value) ?? [];
    const name = word("fact", state) ?? state;
    return days === undefined ? name : t("fact.since", { state: name, count: Number(days) });
  };
  if (report.facts.length === 0) return null;
  return (
    <Panel title={t("facts")}>
      <Facts
        facts={report.facts.map((fact) => ({
          label: `${word("section", fact.section) ?? fact.section}: ${fact.name}`,
          value: (
            <>
              {said(fact.value)}{" "}
              {fact.met === true || fact.met === false ? <Met isMet={fact.met} /> : null}
            </>
          ),
        }))}
      />
    </Panel>
  );
}
