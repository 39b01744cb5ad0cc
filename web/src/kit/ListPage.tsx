// The list: filters in the address, cursor pages, cards on a phone, every state.
//
// Owns: layout and paging of all lists. The caller gives the query and the columns.
// Invariant: what is shown can be read back from the address alone.

import { Button, Checkbox, Group, Menu } from "@mantine/core";
import { useMediaQuery } from "@mantine/hooks";
import {
  IconChevronLeft,
  IconChevronRight,
  IconColumns3,
  IconFileSpreadsheet,
} from "@tabler/icons-react";
import { type ReactNode, useRef, useState } from "react";
import { formatNumber } from "../i18n/format.ts";
import { useLanguage } from "../i18n/texts.ts";
import { type AddressPatch, AppLink, useAddress } from "./address.tsx";
import { saveCsv, saveXlsx } from "./csv.ts";
import { useHidden } from "./hidden.ts";
import classes from "./kit.module.css";
import { type Crumb, Page } from "./Page.tsx";
import { Empty, NoHit, ProblemNote, StaleNote, Waiting } from "./states.tsx";
import { useKitTexts } from "./texts.ts";

export const PHONE = "(max-width: 48em)";

export interface Column<Row> {
  id: string;
  header: string;
  cell: (row: Row) => ReactNode;
  /** The cell as text, for the exported table; a column without it is left out there. */
  text?: (row: Row) => string;
  kind?: "grow" | "numeric" | "fixed" | "party";
  /** Hidden until the person asks for it. */
  extra?: boolean;
}

export interface ListQuery<Row> {
  data: { items: readonly Row[]; next_cursor?: string | null; total?: number | null } | undefined;
  error: unknown;
  isError: boolean;
  isPlaceholderData: boolean;
  dataUpdatedAt: number;
  refetch: () => unknown;
}

interface ListPageProps<Row> {
  title: string;
  windowTitle?: string;
  intro?: ReactNode;
  crumbs?: readonly Crumb[];
  actions?: ReactNode;
  /** Above the table: filters, tabs. */
  filters?: ReactNode;
  /** Names in the address that "clear filters" removes. */
  filterNames?: readonly string[];
  query: ListQuery<Row>;
  columns: readonly Column<Row>[];
  rowId: (row: Row) => string;
  rowHref?: (row: Row) => string;
  isCurrent?: (row: Row) => boolean;
  empty: { title: string; text: string; action?: ReactNode };
  /** Actions over chosen rows. */
  bulk?: (ids: readonly string[], clear: () => void) => ReactNode;
  exportName?: string;
}

export function ListPage<Row>(props: ListPageProps<Row>) {
  const language = useLanguage();
  const { t } = useKitTexts();
  const total = props.query.data?.total;
  return (
    <Page
      title={props.title}
      {...(props.windowTitle ? { windowTitle: props.windowTitle } : {})}
      {...(props.crumbs ? { crumbs: props.crumbs } : {})}
      intro={props.intro}
      actions={props.actions}
      aside={
        typeof total === "number" ? (
          <span className={classes.soft}>
            {t("list.total", { count: total, shown: formatNumber(total, language) })}
          </span>
        ) : null
      }
    >
      {props.filters}
      <section className={classes.panel} aria-label={props.title}>
        <List {...props} />
      </section>
    </Page>
  );
}

/** The list without its page, for use inside other pages. */
export function List<Row>(props: ListPageProps<Row>) {
  const { t } = useKitTexts();
  const address = useAddress();
  const [hidden, setHidden] = useHidden(props.columns, props.exportName);
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const isPhone = useMediaQuery(PHONE, undefined, { getInitialValueInEffect: false }) ?? false;
  const { data } = props.query;

  if (!data) {
    if (props.query.isError) {
      return (
        <div style={{ padding: 16 }}>
          <ProblemNote isPage error={props.query.error} onRetry={() => props.query.refetch()} />
        </div>
      );
    }
    return <Waiting rows={8} />;
  }
  const names = props.filterNames ?? [];
  const isFiltered = names.some((name) => address.get(name));
  if (data.items.length === 0 && !address.get("cursor") && !data.next_cursor) {
    if (isFiltered) return <NoHit onClear={() => address.set(cleared(names))} />;
    return (
      <Empty title={props.empty.title} action={props.empty.action}>
        {props.empty.text}
      </Empty>
    );
  }
  const columns = props.columns.filter((column) => !hidden.has(column.id));
  const ids = data.items.map(props.rowId);
  const picked = ids.filter((id) => chosen.has(id));
  const choose = (id: string, isOn: boolean) => {
    // Choosing all calls this once a row, before anything is drawn again.
    setChosen((current) => {
      const next = new Set(current);
      if (isOn) next.add(id);
      else next.delete(id);
      return next;
    });
  };
  const choice = props.bulk ? { chosen, choose } : null;
  return (
    <>
      {props.query.isError ? <StaleNote since_ms={props.query.dataUpdatedAt} /> : null}
      {props.bulk && picked.length > 0 ? (
        <div className={classes.bulk}>{props.bulk(picked, () => setChosen(new Set()))}</div>
      ) : null}
      {data.items.length === 0 ? <p className={classes.tableNote}>{t("list.emptyPage")}</p> : null}
      {isPhone ? (
        <Cards {...props} rows={data.items} columns={columns} choice={choice} />
      ) : (
        <Table {...props} rows={data.items} columns={columns} choice={choice} />
      )}
      <Foot
        {...props}
        hidden={hidden}
        onHide={setHidden}
        next={data.next_cursor ?? null}
        shown={data.items}
        visible={columns}
      />
    </>
  );
}

function cleared(names: readonly string[]): AddressPatch {
  return Object.fromEntries([...names, "cursor", "before"].map((name) => [name, null]));
}

interface RowsProps<Row> {
  title: string;
  rows: readonly Row[];
  columns: readonly Column<Row>[];
  rowId: (row: Row) => string;
  rowHref?: (row: Row) => string;
  isCurrent?: (row: Row) => boolean;
  choice: { chosen: ReadonlySet<string>; choose: (id: string, isOn: boolean) => void } | null;
}

function Table<Row>({ title, rows, columns, rowId, rowHref, isCurrent, choice }: RowsProps<Row>) {
  const { t } = useKitTexts();
  return (
    // A region that scrolls sideways must be reachable by keyboard.
    <div className={classes.scroll} tabIndex={0} role="region" aria-label={title}>
      <table className={classes.table}>
        <thead>
          <tr>
            {choice ? (
              <th scope="col">
                <Checkbox
                  size="xs"
                  aria-label={t("list.chooseAll")}
                  checked={rows.every((row) => choice.chosen.has(rowId(row)))}
                  onChange={(event) => {
                    for (const row of rows) choice.choose(rowId(row), event.currentTarget.checked);
                  }}
                />
              </th>
            ) : null}
            {columns.map((column) => (
              <th
                key={column.id}
                scope="col"
                className={column.kind ? classes[column.kind] : undefined}
              >
                {column.header}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr
              key={rowId(row)}
              data-selected={choice?.chosen.has(rowId(row)) || isCurrent?.(row) || undefined}
            >
              {choice ? (
                <td>
                  <Checkbox
                    size="xs"
                    className={classes.above ?? ""}
                    aria-label={t("list.choose")}
                    checked={choice.chosen.has(rowId(row))}
                    onChange={(event) => choice.choose(rowId(row), event.currentTarget.checked)}
                  />
                </td>
              ) : null}
              {columns.map((column, index) => (
                <td key={column.id} className={column.kind ? classes[column.kind] : undefined}>
                  {index === 0 && rowHref ? (
                    <AppLink href={rowHref(row)} className={classes.rowLink} data-row-link="">
                      {column.cell(row)}
                    </AppLink>
                  ) : (
                    column.cell(row)
                  )}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Cards<Row>({ title, rows, columns, rowId, rowHref, isCurrent, choice }: RowsProps<Row>) {
  const { t } = useKitTexts();
  const [first, ...rest] = columns;
  return (
    <ul className={classes.cards} aria-label={title}>
      {rows.map((row) => (
        <li key={rowId(row)} data-selected={isCurrent?.(row) || undefined}>
          <Group gap="xs" wrap="nowrap" align="flex-start">
            {choice ? (
              <Checkbox
                className={classes.above ?? ""}
                aria-label={t("list.choose")}
                checked={choice.chosen.has(rowId(row))}
                onChange={(event) => choice.choose(rowId(row), event.currentTarget.checked)}
              />
            ) : null}
            <div>
              {rowHref ? (
                <AppLink href={rowHref(row)} className={classes.rowLink} data-row-link="">
                  {first?.cell(row)}
                </AppLink>
              ) : (
                first?.cell(row)
              )}
            </div>
          </Group>
          <dl className={classes.cardFacts}>
            {rest.map((column) => (
              <div key={column.id}>
                <dt>{column.header}</dt>
                <dd>{column.cell(row)}</dd>
              </div>
            ))}
          </dl>
        </li>
      ))}
    </ul>
  );
}

interface FootProps<Row> {
  title: string;
  columns: readonly Column<Row>[];
  visible: readonly Column<Row>[];
  hidden: ReadonlySet<string>;
  onHide: (hidden: ReadonlySet<string>) => void;
  shown: readonly Row[];
  next: string | null;
  exportName?: string;
}

function Foot<Row>(props: FootProps<Row>) {
  const { title, columns, visible, hidden, onHide, shown, next, exportName } = props;
  const { t } = useKitTexts();
  const address = useAddress();
  const cursor = address.get("cursor");
  // Pages walked forward from here; an address opened in the middle goes back to the start.
  const steps = useRef(0);
  function goNext() {
    steps.current += 1;
    address.set({ cursor: next }, true);
  }
  function goPrevious() {
    if (steps.current === 0) return address.set({ cursor: null });
    steps.current -= 1;
    window.history.back();
  }
  function toggle(id: string) {
    const changed = new Set(hidden);
    if (!changed.delete(id)) changed.add(id);
    onHide(changed);
  }
  return (
    <div className={classes.foot}>
      <Group gap={4}>
        {columns.length > 3 ? (
          <Menu closeOnItemClick={false} position="top-start">
            <Menu.Target>
              <Button
                size="compact-sm"
                variant="subtle"
                color="gray"
                leftSection={<IconColumns3 size={15} aria-hidden />}
              >
                {t("list.columns")}
              </Button>
            </Menu.Target>
            <Menu.Dropdown>
              {columns.slice(1).map((column) => (
                <Menu.CheckboxItem
                  key={column.id}
                  checked={!hidden.has(column.id)}
                  onChange={() => toggle(column.id)}
                >
                  {column.header}
                </Menu.CheckboxItem>
              ))}
            </Menu.Dropdown>
          </Menu>
        ) : null}
        {exportName ? (
          <Menu position="top-start">
            <Menu.Target>
              <Button
                size="compact-sm"
                variant="subtle"
                color="gray"
                leftSection={<IconFileSpreadsheet size={15} aria-hidden />}
              >
                {t("list.export")}
              </Button>
            </Menu.Target>
            <Menu.Dropdown>
              <Menu.Item onClick={() => saveXlsx(exportName, title, visible, shown)}>
                {t("list.xlsx")}
              </Menu.Item>
              <Menu.Item onClick={() => saveCsv(exportName, visible, shown)}>
                {t("list.csv")}
              </Menu.Item>
            </Menu.Dropdown>
          </Menu>
        ) : null}
      </Group>
      {cursor || next ? (
        <Group gap={4} component="nav" aria-label={t("list.pages")}>
          <Button
            size="compact-sm"
            variant="default"
            disabled={!cursor}
            leftSection={<IconChevronLeft size={15} aria-hidden />}
            onClick={goPrevious}
          >
            {t("list.previous")}
          </Button>
          <Button
            size="compact-sm"
            variant="default"
            disabled={!next}
            rightSection={<IconChevronRight size={15} aria-hidden />}
            onClick={goNext}
          >
            {t("list.next")}
          </Button>
        </Group>
      ) : null}
    </div>
  );
}
