// A password field whose eye button has a name in the person's language.

import { PasswordInput, type PasswordInputProps } from "@mantine/core";
import { useState } from "react";
import { useKitTexts } from "./texts.ts";

export function PasswordField(props: PasswordInputProps) {
  const { t } = useKitTexts();
  const [isShown, setShown] = useState(false);
  return (
    <PasswordInput
      {...props}
      visible={isShown}
      onVisibilityChange={setShown}
      visibilityToggleButtonProps={{
        "aria-label": isShown ? t("password.hide") : t("password.show"),
      }}
    />
  );
}
