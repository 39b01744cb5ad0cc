// Choosing several agencies, groups or applications: each a chip with its name, new ones found by typing or in a list.
//
// Owns: the chips, the agency tree in a dialog. Not here: searching (`SearchSelect.tsx`).

import { Button, CloseButton, Modal, NativeSelect } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconCheck, IconSitemap } from "@tabler/icons-react";
import { keepPreviousData } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { api, present } from "../api/client.ts";
import { AgencySelect, useAgencyName } from "./AgencySelect.tsx";
import { AgencyTree } from "./AgencyTree.tsx";
import { useApps } from "./apps.ts";
import classes from "./kit.module.css";
import { HITS_MAX, SearchSelect, useSearch } from "./SearchSelect.tsx";
import { useKitTexts } from "./texts.ts";

interface SeveralProps {
  label: string;
  description?: string | undefined;
  value: readonly string[];
  onChange: (value: string[]) => void;
  error?: string | undefined;
}

interface ChipsProps {
  label: string;
  children: ReactNode;
}

function Chips({ label, children }: ChipsProps) {
  return (
    <ul className={classes.chips} aria-label={label}>
      {children}
    </ul>
  );
}

interface ChipProps {
  name: string;
  code: string;
  onRemove: () => void;
}

function Chip({ name, code, onRemove }: ChipProps) {
  const { t } = useKitTexts();
  return (
    <li>
      <span title={code}>{name}</span>
      <CloseButton size="sm" aria-label={t("agency.remove", { name })} onClick={onRemove} />
    </li>
  );
}

/** The values are codes. With `hasTree` they can be ticked in the tree as well. */
export function AgenciesSelect(props: SeveralProps & { hasTree?: boolean }) {
  const { t } = useKitTexts();
  const { label, value, onChange } = props;
  const [isTree, tree] = useDisclosure(false);
  const remove = (code: string) => onChange(value.filter((other) => other !== code));
  const toggle = (code: string) =>
    value.includes(code) ? remove(code) : onChange([...value, code]);
  return (
    <div className={classes.wide}>
      <div className={classes.withButton}>
        <AgencySelect
          label={label}
          {...(props.description ? { description: props.description } : {})}
          placeholder={t("agency.add")}
          value={null}
          error={props.error}
          onChange={(code) => {
            if (code && !value.includes(code)) onChange([...value, code]);
          }}
        />
        {props.hasTree ? (
          <Button
            variant="default"
            leftSection={<IconSitemap size={17} aria-hidden />}
            onClick={tree.open}
          >
            {t("agency.tree")}
          </Button>
        ) : null}
      </div>
      <Chips label={label}>
        {value.map((code) => (
          <AgencyChip key={code} code={code} onRemove={() => remove(code)} />
        ))}
      </Chips>
      <Modal
        opened={isTree}
        onClose={tree.close}
        title={label}
        size={640}
        closeButtonProps={{ "aria-label": t("close") }}
      >
        <div className={classes.treeBox}>
          <AgencyTree
            label={label}
            multiple
            isChosen={(agency) => value.includes(agency.code)}
            onChoose={(agency) => toggle(agency.code)}
            mark={(agency) => (
              <span
                className={classes.tick}
                data-on={value.includes(agency.code) || undefined}
                aria-hidden
              >
                {value.includes(agency.code) ? <IconCheck size={14} stroke={3} /> : null}
              </span>
            )}
          />
        </div>
        <Button mt="sm" onClick={tree.close}>
          {t("agency.treeDone", { count: value.length })}
        </Button>
      </Modal>
    </div>
  );
}

function AgencyChip({ code, onRemove }: { code: string; onRemove: () => void }) {
  return <Chip code={code} name={useAgencyName(code)} onRemove={onRemove} />;
}

/** The values are the names of groups, which are unique without regard to case. */
export function GroupsSelect(props: SeveralProps) {
  const { t } = useKitTexts();
  const { label, value, onChange } = props;
  const search = useSearch();
  const found = api.useQuery(
    "get",
    "/groups",
    { params: { query: present({ q: search.wanted || undefined, limit: HITS_MAX }) } },
    { enabled: search.isOpen, placeholderData: keepPreviousData },
  );
  return (
    <div className={classes.wide}>
      <SearchSelect
        label={label}
        {...(props.description ? { description: props.description } : {})}
        value={null}
        error={props.error}
        search={search}
        shown=""
        hits={(found.data?.items ?? []).map((group) => ({
          value: group.name,
          label: group.display_name,
          note: <span className={classes.code}>{group.name}</span>,
        }))}
        isSearching={found.isFetching}
        placeholder={t("group.add")}
        clear={t("group.clear")}
        none={t("group.none")}
        onChange={(name) => {
          if (name && !value.includes(name)) onChange([...value, name]);
        }}
      />
      <Chips label={label}>
        {value.map((name) => (
          <GroupChip
            key={name}
            name={name}
            onRemove={() => onChange(value.filter((other) => other !== name))}
          />
        ))}
      </Chips>
    </div>
  );
}

function GroupChip({ name, onRemove }: { name: string; onRemove: () => void }) {
  return <Chip code={name} name={useGroupName(name)} onRemove={onRemove} />;
}

/** What people read for the name of a group. */
export function useGroupName(name: string): string {
  const query = api.useQuery(
    "get",
    "/groups",
    { params: { query: { q: name, limit: HITS_MAX } } },
    { staleTime: 600_000, retry: false },
  );
  const group = query.data?.items.find((one) => one.name.toLowerCase() === name.toLowerCase());
  return group?.display_name ?? name;
}

/** The values are "kind/name"; one that is not known stands as it is. */
export function ApplicationsSelect(props: SeveralProps) {
  const { t } = useKitTexts();
  const { label, value, onChange } = props;
  const apps = useApps().map(({ kind, name, title }) => ({
    value: `${kind}/${name}`,
    label: title,
  }));
  const nameOf = (key: string) => apps.find((app) => app.value === key)?.label ?? key;
  const free = apps.filter((app) => !value.includes(app.value));
  return (
    <div className={classes.wide}>
      <NativeSelect
        label={label}
        {...(props.description ? { description: props.description } : {})}
        error={props.error}
        data={[{ value: "", label: t("application.add") }, ...free]}
        value=""
        onChange={(event) => {
          const key = event.currentTarget.value;
          if (key) onChange([...value, key]);
        }}
      />
      <Chips label={label}>
        {value.map((key) => (
          <Chip
            key={key}
            code={key}
            name={nameOf(key)}
            onRemove={() => onChange(value.filter((other) => other !== key))}
          />
        ))}
      </Chips>
    </div>
  );
}
