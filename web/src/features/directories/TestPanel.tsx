// Can the directory be read, and what would the first people become: asked when somebody wishes.

import { Button } from "@mantine/core";
import { IconPlugConnected } from "@tabler/icons-react";
import { useState } from "react";
import { client } from "../../api/client.ts";
import type { DirectoryTest, Resource, Text } from "../../api/types.ts";
import { useText } from "../../i18n/texts.ts";
import { AppLink, address } from "../../kit/address.tsx";
import kit from "../../kit/kit.module.css";
import { Panel } from "../../kit/Page.tsx";
import { Badge } from "../../kit/StatusBadge.tsx";
import { ProblemNote } from "../../kit/states.tsx";
import { CodeText } from "../../kit/text.tsx";
import { causeOf } from "./failure.ts";
import { useT } from "./texts.ts";

export function TestPanel({ resource }: { resource: Resource }) {
  const { t } = useT();
  const [found, setFound] = useState<DirectoryTest | null>(null);
  const [error, setError] = useState<unknown>(null);
  const [isBusy, setBusy] = useState(false);
  async function test() {
    setBusy(true);
    setError(null);
    try {
      const { data } = await client.POST("/directory-connections/{name}/test", {
        params: { path: { name: resource.name } },
      });
      setFound(data ?? null);
    } catch (failure) {
      setFound(null);
      setError(failure);
    } finally {
      setBusy(false);
    }
  }
  return (
    <Panel
      title={t("test.title")}
      actions={
        <Button
          size="compact-md"
          leftSection={<IconPlugConnected size={16} aria-hidden />}
          loading={isBusy}
          onClick={test}
        >
          {t("test.action")}
        </Button>
      }
    >
      <div className={kit.stack} aria-live="polite">
        <p className={kit.soft} style={{ margin: 0 }}>
          {t("test.text")}
        </p>
        {error ? <ProblemNote error={error} /> : null}
        {found && !found.ok ? (
          <Failed failure={found.failure ?? ""} reason={found.failure_reason?.messages ?? null} />
        ) : null}
        {found?.ok ? <Sample sample={found.sample} /> : null}
      </div>
    </Panel>
  );
}

/** What went wrong in words, what to do, and the sentence of the directory itself. */
export function Failed({ failure, reason }: { failure: string; reason: Text | null }) {
  const { t } = useT();
  const text = useText();
  const cause = causeOf(failure);
  const words = !cause && reason ? text(reason) : "";
  return (
    <div className={kit.problem} role="alert">
      <p>
        <strong>{words || t(cause ? `cause.${cause}.what` : "cause.other.what")}</strong>
      </p>
      {words ? null : <p>{t(cause ? `cause.${cause}.todo` : "cause.other.todo")}</p>}
      <CodeText copy>{failure}</CodeText>
    </div>
  );
}

function Sample({ sample }: { sample: DirectoryTest["sample"] }) {
  const { t, word } = useT();
  if (sample.length === 0) return <p style={{ margin: 0 }}>{t("test.nobody")}</p>;
  const reason = (problem: string) => word("problem", problem.replaceAll(" ", "_")) ?? problem;
  return (
    <>
      <p style={{ margin: 0 }}>
        <Badge tone="ok">{t("test.ok")}</Badge> {t("test.sample", { count: sample.length })}
      </p>
      <div className={kit.scroll} tabIndex={0} role="region" aria-label={t("test.people")}>
        <table className={kit.table}>
          <thead>
            <tr>
              <th scope="col">{t("test.name")}</th>
              <th scope="col">{t("test.username")}</th>
              <th scope="col">{t("test.agency")}</th>
              <th scope="col">{t("test.dn")}</th>
            </tr>
          </thead>
          <tbody>
            {sample.map((person) => (
              <tr key={person.dn}>
                <td>
                  {person.problem ? (
                    <Badge tone="late">{reason(person.problem)}</Badge>
                  ) : (
                    (person.display_name ?? "—")
                  )}
                </td>
                <td className={kit.code}>{person.username ?? "—"}</td>
                <td>
                  {person.agency ? (
                    <AppLink href={address.agency(person.agency)}>{person.agency}</AppLink>
                  ) : (
                    "—"
                  )}
                </td>
                <td className={kit.code}>{person.dn}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <p className={kit.soft} style={{ margin: 0 }}>
        {t("test.mending")}
      </p>
    </>
  );
}
