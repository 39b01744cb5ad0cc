// The frame of a form that asks the few questions of a new resource.
//
// Owns: the answers, the proposed short name, sending, errors at their fields, the last buttons.
// Not here: the questions, and what the answers become (each feature).

import { Button, Group, TextInput } from "@mantine/core";
import { type FormEvent, type ReactNode, useState } from "react";
import { refreshAll } from "../api/client.ts";
import { asProblem, fieldErrors } from "../api/problem.ts";
import { useLanguage } from "../i18n/texts.ts";
import { useGo } from "./address.tsx";
import classes from "./kit.module.css";
import { proposedName } from "./resource.ts";
import { ProblemNote } from "./states.tsx";
import { useKitTexts } from "./texts.ts";
import { notify } from "./toast.tsx";

/** What every such form asks: what people call it, and its short name. */
export interface Named {
  title: string;
  name: string;
}

interface Plan<A extends Named> {
  start: A;
  /** The short name of the start is meant; it does not follow the title. */
  isNamed?: boolean;
  send: (name: string, answers: A) => Promise<unknown>;
  /** What is said when it is there. */
  done: string;
  hrefOf: (name: string) => string;
}

export interface Guided<A extends Named> {
  answers: A;
  change: (patch: Partial<A>) => void;
  /** As typed, else as it follows from the title. */
  name: string;
  setTitle: (title: string) => void;
  setName: (name: string) => void;
  /** Messages by pointer within the specification ("/issuer"). */
  errors: Record<string, string>;
  titleError: string | undefined;
  nameError: string | undefined;
  /** Of the agency that looks after it. */
  agencyError: string | undefined;
  error: unknown;
  isBusy: boolean;
  submit: (event: FormEvent) => Promise<void>;
}

export function useGuided<A extends Named>(plan: Plan<A>): Guided<A> {
  const go = useGo();
  const language = useLanguage();
  const [answers, setAnswers] = useState<A>(plan.start);
  const [isNamed, setNamed] = useState(plan.isNamed === true);
  const [isBusy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const problem = error ? asProblem(error) : undefined;
  const whole = fieldErrors(problem, language);
  const errors = fieldErrors(problem, language, "/spec");
  const name = isNamed ? answers.name : proposedName(answers.title);

  async function submit(event: FormEvent) {
    event.preventDefault();
    setBusy(true);
    setError(null);
    try {
      await plan.send(name.trim(), answers);
      notify(plan.done);
      await refreshAll();
      go(`${plan.hrefOf(name.trim())}?new=1`);
    } catch (failure) {
      setError(failure);
    } finally {
      setBusy(false);
    }
  }
  return {
    answers,
    change: (patch) => setAnswers((now) => ({ ...now, ...patch })),
    name,
    setTitle: (title) => setAnswers((now) => ({ ...now, title })),
    setName(typed) {
      setNamed(true);
      setAnswers((now) => ({ ...now, name: typed }));
    },
    errors,
    // Kinds keep what people read as `title` or as `name`.
    titleError: whole["/spec/title"] ?? whole["/spec/name"],
    nameError: whole["/name"],
    agencyError: whole["/agency"],
    error,
    isBusy,
    submit,
  };
}

interface GuidedFrameProps<A extends Named> {
  form: Guided<A>;
  /** Words of the button that makes it. */
  action: string;
  /** Where one goes who gives up. */
  listHref: string;
  /** What the form asks besides a name is there. */
  isComplete?: boolean;
  children: ReactNode;
}

export function GuidedFrame<A extends Named>(props: GuidedFrameProps<A>) {
  const { form, action, listHref, children } = props;
  const { t } = useKitTexts();
  const go = useGo();
  return (
    <form onSubmit={form.submit} noValidate className={classes.stack}>
      {form.error ? <ProblemNote error={form.error} /> : null}
      {children}
      <Group justify="flex-end" gap="xs">
        <Button variant="default" onClick={() => go(listHref)}>
          {t("dialog.cancel")}
        </Button>
        <Button
          type="submit"
          loading={form.isBusy}
          disabled={form.name.trim() === "" || props.isComplete === false}
        >
          {action}
        </Button>
      </Group>
    </form>
  );
}

interface NameFieldsProps<A extends Named> {
  form: Guided<A>;
  titleHelp?: string;
  /** The short name is given; this says why. */
  fixed?: string | undefined;
}

/** What people call it, and the short name that follows from it until somebody types another. */
export function NameFields<A extends Named>({ form, titleHelp, fixed }: NameFieldsProps<A>) {
  const { t } = useKitTexts();
  return (
    <>
      <TextInput
        label={t("guided.title")}
        {...(titleHelp ? { description: titleHelp } : {})}
        required
        value={form.answers.title}
        error={form.titleError}
        onChange={(event) => form.setTitle(event.currentTarget.value)}
      />
      <TextInput
        label={t("guided.name")}
        description={fixed ?? t("guided.nameHelp")}
        required
        readOnly={fixed !== undefined}
        value={form.name}
        error={form.nameError}
        onChange={(event) => form.setName(event.currentTarget.value)}
      />
    </>
  );
}
