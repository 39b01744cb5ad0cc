// The page on which something new begins: what it is, then the form for that.
//
// Invariant: what is chosen stands in the address, so that a form can be sent on.

import type { ReactNode } from "react";
import { useAddress } from "./address.tsx";
import { type Choice, Choices } from "./Choices.tsx";
import { type Crumb, Page, Panel } from "./Page.tsx";

interface ChoicePageProps<V extends string> {
  title: string;
  list: Crumb;
  question: { title: string; text: string };
  /** Name in the address. */
  parameter: string;
  choices: readonly Choice<V>[];
  children: (chosen: V) => ReactNode;
}

export function ChoicePage<V extends string>(props: ChoicePageProps<V>) {
  const { question, parameter, choices } = props;
  const { get, set } = useAddress();
  const chosen = choices.find(({ value }) => value === get(parameter))?.value;
  return (
    <Page title={props.title} crumbs={[props.list]}>
      <Panel title={question.title}>
        <Choices
          label={question.title}
          description={question.text}
          choices={choices}
          value={chosen}
          onChange={(value) => set({ [parameter]: value })}
        />
      </Panel>
      {chosen ? props.children(chosen) : null}
    </Page>
  );
}
