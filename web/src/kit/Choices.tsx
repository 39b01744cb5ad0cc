// A choice as cards, each with a title and a sentence; by keyboard it is a group of radios.

import { Radio } from "@mantine/core";
import css from "./kit.module.css";

export interface Choice<V extends string> {
  value: V;
  title: string;
  text: string;
}

interface ChoicesProps<V extends string> {
  label: string;
  description?: string;
  choices: readonly Choice<V>[];
  value: V | undefined;
  onChange: (value: string) => void;
}

export function Choices<V extends string>(props: ChoicesProps<V>) {
  return (
    <Radio.Group
      value={props.value ?? ""}
      onChange={props.onChange}
      aria-label={props.label}
      {...(props.description ? { description: props.description } : {})}
    >
      <div className={css.choices}>
        {props.choices.map(({ value, title, text }) => (
          <Radio.Card
            key={value}
            value={value}
            className={css.choice ?? ""}
            data-chosen={value === props.value || undefined}
          >
            <span className={css.choiceHead}>
              <Radio.Indicator aria-hidden />
              <strong>{title}</strong>
            </span>
            <span className={css.choiceText}>{text}</span>
          </Radio.Card>
        ))}
      </div>
    </Radio.Group>
  );
}
