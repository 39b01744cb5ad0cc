// The questions who may use an application: everybody, or those of agencies, groups, roles, kinds.

import { Checkbox, Radio, Stack } from "@mantine/core";
import { api } from "../../api/client.ts";
import { errorUnder } from "../../api/problem.ts";
import kit from "../../kit/kit.module.css";
import { useRoleWord } from "../../kit/roles.ts";
import { AgenciesSelect, GroupsSelect } from "../../kit/Several.tsx";
import { useCan } from "../../kit/session.ts";
import { type Access, PEOPLE_KINDS } from "./access.ts";
import { useT } from "./texts.ts";

const FRESH_MS = 600_000;

interface AccessFieldsProps {
  value: Access;
  onChange: (access: Access) => void;
  /** Messages by pointer within the specification. */
  errors: Record<string, string>;
}

export function AccessFields({ value, onChange, errors }: AccessFieldsProps) {
  const { t } = useT();
  const change = (patch: Partial<Access>) => onChange({ ...value, ...patch });
  return (
    <div className={kit.stack}>
      <Radio.Group
        aria-label={t("access.title")}
        value={value.isNamed ? "named" : "everybody"}
        onChange={(who) => change({ isNamed: who === "named" })}
        error={errors["/access"] ?? errors["/access/who"]}
      >
        <Stack gap={6}>
          <Radio value="everybody" label={t("access.everybody")} />
          <Radio value="named" label={t("access.named")} description={t("access.namedHelp")} />
        </Stack>
      </Radio.Group>
      {value.isNamed ? (
        <div className={kit.formGrid}>
          <AgenciesSelect
            label={t("access.agencies")}
            description={t("access.agenciesHelp")}
            hasTree
            value={value.agencies}
            onChange={(agencies) => change({ agencies })}
            error={errorUnder(errors, "/access/agencies")}
          />
          <GroupsSelect
            label={t("access.groups")}
            value={value.groups}
            onChange={(groups) => change({ groups })}
            error={errorUnder(errors, "/access/groups")}
          />
          <Roles
            value={value.roles}
            onChange={(roles) => change({ roles })}
            error={errorUnder(errors, "/access/roles")}
          />
          <Checkbox.Group
            label={t("access.kinds")}
            description={t("access.kindsHelp")}
            value={[...value.kinds]}
            onChange={(kinds) =>
              change({ kinds: PEOPLE_KINDS.filter((kind) => kinds.includes(kind)) })
            }
            error={errorUnder(errors, "/access/account_kinds")}
          >
            <Stack gap={6} mt={4}>
              {PEOPLE_KINDS.map((kind) => (
                <Checkbox key={kind} value={kind} label={t(`access.kind.${kind}`)} />
              ))}
            </Stack>
          </Checkbox.Group>
        </div>
      ) : null}
    </div>
  );
}

interface RolesProps {
  value: readonly string[];
  onChange: (roles: readonly string[]) => void;
  error: string | undefined;
}

function Roles({ value, onChange, error }: RolesProps) {
  const { t } = useT();
  const roleWord = useRoleWord();
  const can = useCan();
  const known = api.useQuery(
    "get",
    "/roles",
    {},
    { staleTime: FRESH_MS, enabled: can("identity.account.read") },
  );
  const names = known.data?.items.map(({ role }) => role) ?? [];
  const all = [...new Set([...names, ...value])];
  if (all.length === 0) return null;
  return (
    <Checkbox.Group
      label={t("access.roles")}
      description={t("access.rolesHelp")}
      value={[...value]}
      onChange={onChange}
      error={error}
    >
      <Stack gap={6} mt={4}>
        {all.map((role) => (
          <Checkbox key={role} value={role} label={roleWord(role)} />
        ))}
      </Stack>
    </Checkbox.Group>
  );
}
