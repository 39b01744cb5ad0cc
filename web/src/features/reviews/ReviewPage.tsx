// One review: its lines, each kept, marked for change or locked; closing, the result as a file.

import { Button, Group, SegmentedControl } from "@mantine/core";
import { IconDownload, IconSquareCheck } from "@tabler/icons-react";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { api, client, present, refreshAll } from "../../api/client.ts";
import type { Review, ReviewLine } from "../../api/types.ts";
import { formatDate, formatNumber } from "../../i18n/format.ts";
import { useLanguage } from "../../i18n/texts.ts";
import { ActionDialog } from "../../kit/ActionDialog.tsx";
import { useAgencyName } from "../../kit/AgencySelect.tsx";
import { useAddress, useParam } from "../../kit/address.tsx";
import kit from "../../kit/kit.module.css";
import { List } from "../../kit/ListPage.tsx";
import { Page } from "../../kit/Page.tsx";
import { useCan } from "../../kit/session.ts";
import { Loaded } from "../../kit/states.tsx";
import { notify } from "../../kit/toast.tsx";
import { DecideDialog, type Wish } from "./DecideDialog.tsx";
import { useLineColumns } from "./lines.tsx";
import { lockDay, stageOf } from "./progress.ts";
import classes from "./reviews.module.css";
import { StageBadge } from "./Stage.tsx";
import { useT } from "./texts.ts";

const PAGE = 200;
/** The file for people; the other one is for programs. */
const DOCUMENT = "result.pdf";
/** Undecided lines shown at once. */
const SHOWN_MAX = 50;

export default function ReviewPage() {
  const { t } = useT();
  const id = useParam("id");
  const query = api.useQuery("get", "/reviews/{id}", { params: { path: { id } } });
  const review = query.data;
  const name = useAgencyName(review?.agency);
  return (
    <Page
      title={review ? t("one", { name }) : t("title")}
      crumbs={[{ label: t("title"), href: "/reviews" }]}
      aside={review ? <StageBadge review={review} /> : null}
      actions={review ? <Actions review={review} /> : null}
    >
      <Loaded query={query}>{(found) => <Whole review={found} />}</Loaded>
    </Page>
  );
}

/** Lines still to be decided: as many as one page shows; deciding brings up the next. */
async function openLines(id: string): Promise<ReviewLine[]> {
  const found: ReviewLine[] = [];
  let cursor: string | undefined;
  do {
    const { data } = await client.GET("/reviews/{id}/lines", {
      params: { path: { id }, query: present({ cursor, limit: PAGE }) },
    });
    found.push(...(data?.items ?? []).filter((line) => !line.decision));
    cursor = data?.next_cursor ?? undefined;
  } while (cursor && found.length < SHOWN_MAX);
  return found.slice(0, SHOWN_MAX);
}

function useLines(id: string, shown: "open" | "all", cursor: string | undefined) {
  const open = useQuery({
    queryKey: ["review-lines", id],
    queryFn: async () => ({ items: await openLines(id) }),
    enabled: shown === "open",
    placeholderData: keepPreviousData,
  });
  const all = api.useQuery(
    "get",
    "/reviews/{id}/lines",
    { params: { path: { id }, query: present({ cursor }) } },
    { enabled: shown === "all", placeholderData: keepPreviousData },
  );
  return shown === "open" ? open : all;
}

function Actions({ review }: { review: Review }) {
  const { t } = useT();
  const can = useCan();
  const [isClosing, setClosing] = useState(false);
  const params = { path: { id: review.id } };
  async function close() {
    await client.POST("/reviews/{id}/close", { params });
    notify(t("close.done"));
    await refreshAll();
  }
  return (
    <>
      {can("identity.data.export") ? <Downloads review={review} /> : null}
      {can("identity.review.write") && !review.closed_at && review.open_lines === 0 ? (
        <Button
          leftSection={<IconSquareCheck size={17} aria-hidden />}
          onClick={() => setClosing(true)}
        >
          {t("close.action")}
        </Button>
      ) : null}
      <ActionDialog
        opened={isClosing}
        onClose={() => setClosing(false)}
        title={t("close.action")}
        action={t("close.action")}
        run={close}
      >
        <p>{t("close.text", { lines: review.lines })}</p>
      </ActionDialog>
    </>
  );
}

/** Of an open review its lines as they are; of a closed one the signed files and their signatures. */
function Downloads({ review }: { review: Review }) {
  const { t } = useT();
  const query = api.useQuery(
    "get",
    "/reviews/{id}/files",
    { params: { path: { id: review.id } } },
    { enabled: Boolean(review.closed_at) },
  );
  const base = `/api/v1/reviews/${review.id}`;
  const files = query.data?.items ?? [];
  const shown =
    files.length === 0
      ? [{ href: `${base}/export`, label: t("export") }]
      : files.flatMap(({ name }) => [
          { href: `${base}/files/${name}`, label: t(name === DOCUMENT ? "exportPdf" : "export") },
          {
            href: `${base}/files/${name}.jws`,
            label: t(name === DOCUMENT ? "signaturePdf" : "signatureCsv"),
          },
        ]);
  return shown.map(({ href, label }) => (
    <Button
      key={href}
      component="a"
      href={href}
      download
      variant="default"
      leftSection={<IconDownload size={17} aria-hidden />}
    >
      {label}
    </Button>
  ));
}

function Whole({ review }: { review: Review }) {
  const { t } = useT();
  const { get, set } = useAddress();
  const can = useCan();
  const [wish, setWish] = useState<Wish | null>(null);
  const shown = review.closed_at || get("lines") === "all" ? "all" : "open";
  const query = useLines(review.id, shown, get("cursor"));
  const mayDecide = can("identity.review.write") && !review.closed_at;
  const known = useLineColumns(mayDecide ? setWish : null);
  // Where nothing is decided, there is no decision to show.
  const columns = shown === "open" ? known.filter(({ id }) => id !== "decision") : known;
  const lines = query.data?.items ?? [];
  return (
    <>
      <Group justify="space-between" gap="sm">
        <Progress review={review} />
        {review.closed_at ? null : (
          <SegmentedControl
            size="xs"
            aria-label={t("show.label")}
            value={shown}
            onChange={(value) => set({ lines: value === "all" ? "all" : null, cursor: null })}
            data={(["open", "all"] as const).map((value) => ({
              value,
              label: t(`show.${value}`),
            }))}
          />
        )}
      </Group>
      <section className={kit.panel} aria-label={t("lines")}>
        <List
          title={t("lines")}
          query={query}
          columns={columns}
          rowId={(row) => row.account_id}
          empty={
            shown === "open" && review.lines > 0
              ? { title: t("allDecided.title"), text: t("allDecided.text") }
              : { title: t("noLines.title"), text: t("noLines.text") }
          }
          exportName="dong-ra-soat"
          {...(mayDecide
            ? {
                bulk: (ids: readonly string[], clear: () => void) => (
                  <>
                    <span>{t("chosen", { count: ids.length })}</span>
                    <Button
                      size="compact-sm"
                      onClick={() =>
                        setWish({
                          decision: "keep",
                          lines: lines.filter((line) => ids.includes(line.account_id)),
                          onDone: clear,
                        })
                      }
                    >
                      {t("decide.keep.action")}
                    </Button>
                    <Button size="compact-sm" variant="default" onClick={clear}>
                      {t("clear")}
                    </Button>
                  </>
                ),
              }
            : {})}
        />
      </section>
      {wish ? <DecideDialog review={review} wish={wish} onClose={() => setWish(null)} /> : null}
    </>
  );
}

function Progress({ review }: { review: Review }) {
  const { t } = useT();
  const language = useLanguage();
  const stage = stageOf(review, new Date());
  const done = review.lines - review.open_lines;
  return (
    <div className={classes.progress}>
      <progress
        className={classes.bar}
        max={Math.max(review.lines, 1)}
        value={done}
        aria-label={t("progress")}
      />
      <span>
        {t("doneLines", {
          done: formatNumber(done, language),
          lines: formatNumber(review.lines, language),
        })}
      </span>
      <span className={kit.soft}>
        {review.closed_at
          ? t("closedOn", { day: formatDate(review.closed_at) })
          : t("dueOn", { day: formatDate(review.due_at) })}
      </span>
      {stage === "late" || stage === "escalated" ? (
        <strong className={classes.warning}>
          {t("lockOn", { day: formatDate(lockDay(review)) })}
        </strong>
      ) : null}
    </div>
  );
}
