// Before all tests: what the demo lacks. It may run again against the same server.
import { test } from "./sign-on/kit.ts";

const EXCEPTION = "ngoai-le-demo";

// The demo's exception takes the rules of security level 3 from everybody.
test("citizens keep the rules of security level 3", async ({ office }) => {
  const { spec } = await office.call("get", `/resources/sign-in-policy/${EXCEPTION}`);
  const kinds = ["administrator", "operator", "official"];
  await office.put("sign-in-policy", EXCEPTION, { ...spec, kinds });
  await office.put("sign-in-policy", "cong-dan-hai-lop", {
    title: "Công dân dùng xác thực hai lớp",
    kinds: ["citizen"],
    second_factor: "required",
  });
});

test("there is a group", async ({ office }) => {
  const { items } = await office.call("get", "/groups?limit=1");
  if (items.length > 0) return;
  const group = await office.call("post", "/groups", {
    name: "to-xu-ly-ho-so",
    display_name: "Tổ xử lý hồ sơ",
    agency: "H34",
  });
  const person = await office.person();
  await office.call("post", `/groups/${group.id}/members`, { add: [person.id] });
});
