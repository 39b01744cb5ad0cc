// The tree of agencies, opened branch by branch.
//
// Owns: reading children when a branch opens, keys of the tree pattern (arrows, Home, End, Enter).
// Not here: what choosing an agency does (the caller).

import { IconChevronRight } from "@tabler/icons-react";
import { type KeyboardEvent, type ReactNode, useRef, useState } from "react";
import { api, present } from "../api/client.ts";
import type { Agency } from "../api/types.ts";
import { ProblemNote, Waiting } from "./states.tsx";
import { useKitTexts } from "./texts.ts";
import classes from "./tree.module.css";

const CHILDREN_MAX = 200;

interface AgencyTreeProps {
  label: string;
  /** The day at which the tree is shown; today without it. */
  at?: string | undefined;
  onChoose: (agency: Agency) => void;
  isChosen: (agency: Agency) => boolean;
  /** Before the name: a check box, an icon. */
  mark?: (agency: Agency) => ReactNode;
  multiple?: boolean;
}

function items(tree: HTMLElement): HTMLElement[] {
  return [...tree.querySelectorAll<HTMLElement>('[role="treeitem"]')];
}

/** Moves the focus over the visible items. */
function onTreeKey(event: KeyboardEvent<HTMLElement>) {
  const tree = event.currentTarget;
  const all = items(tree);
  const place = all.findIndex((item) => item.matches(":focus"));
  const steps: Record<string, number> = {
    ArrowDown: Math.min(place + 1, all.length - 1),
    ArrowUp: Math.max(place - 1, 0),
    Home: 0,
    End: all.length - 1,
  };
  const next = steps[event.key];
  if (next === undefined) return;
  event.preventDefault();
  all[next]?.focus();
}

export function AgencyTree(props: AgencyTreeProps) {
  const roots = useChildren(undefined, props.at, true);
  if (roots.isError)
    return <ProblemNote isPage error={roots.error} onRetry={() => roots.refetch()} />;
  if (!roots.data) return <Waiting rows={8} />;
  return (
    <div
      role="tree"
      aria-label={props.label}
      aria-multiselectable={props.multiple || undefined}
      onKeyDown={onTreeKey}
      className={classes.tree}
    >
      {roots.data.items.map((agency, index) => (
        <Branch
          key={agency.code}
          {...props}
          agency={agency}
          depth={1}
          isOpenFirst={index === 0 || agency.level === "province"}
          isFirst={index === 0}
        />
      ))}
    </div>
  );
}

function useChildren(parent: string | undefined, at: string | undefined, enabled: boolean) {
  return api.useQuery(
    "get",
    "/agencies",
    { params: { query: present({ parent, at, limit: CHILDREN_MAX }) } },
    { enabled, staleTime: 60_000 },
  );
}

interface BranchProps extends AgencyTreeProps {
  agency: Agency;
  depth: number;
  isOpenFirst?: boolean;
  isFirst?: boolean;
}

function Branch({ agency, depth, isOpenFirst = false, isFirst = false, ...tree }: BranchProps) {
  const { t, word } = useKitTexts();
  const [isOpen, setOpen] = useState(isOpenFirst);
  const row = useRef<HTMLDivElement>(null);
  const children = useChildren(agency.code, tree.at, isOpen && agency.has_children);
  const isChosen = tree.isChosen(agency);

  function onKeyDown(event: KeyboardEvent) {
    if (event.key === "ArrowRight" && agency.has_children && !isOpen) setOpen(true);
    else if (event.key === "ArrowLeft" && isOpen) setOpen(false);
    else if (event.key === "Enter" || event.key === " ") tree.onChoose(agency);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  return (
    <>
      <div
        ref={row}
        role="treeitem"
        aria-level={depth}
        aria-expanded={agency.has_children ? isOpen : undefined}
        aria-selected={isChosen}
        tabIndex={isFirst || isChosen ? 0 : -1}
        className={classes.item}
        style={{ paddingLeft: 8 + (depth - 1) * 20 }}
        onKeyDown={onKeyDown}
        onClick={() => tree.onChoose(agency)}
      >
        <span
          className={classes.toggle}
          data-open={isOpen || undefined}
          aria-hidden
          onClick={(event) => {
            if (!agency.has_children) return;
            event.stopPropagation();
            setOpen(!isOpen);
          }}
        >
          {agency.has_children ? <IconChevronRight size={16} /> : null}
        </span>
        {tree.mark?.(agency)}
        <span className={classes.name}>{agency.name}</span>
        <span className={classes.code}>{agency.code}</span>
      </div>
      {isOpen && agency.has_children && children.isPending ? (
        <div className={classes.note} role="status">
          {t("loading")}
        </div>
      ) : null}
      {isOpen && children.data
        ? children.data.items.map((child, index) => (
            <div key={child.code} role="presentation">
              {child.level !== children.data.items[index - 1]?.level &&
              children.data.items.some((other) => other.level !== child.level) ? (
                <div className={classes.level} style={{ paddingLeft: 32 + depth * 20 }} aria-hidden>
                  {word("level", child.level) ?? child.level}
                </div>
              ) : null}
              <Branch {...tree} agency={child} depth={depth + 1} />
            </div>
          ))
        : null}
    </>
  );
}
