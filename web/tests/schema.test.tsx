// Forms from schemas: every shape is understood, drawn, and told apart from nonsense.
import { MantineProvider } from "@mantine/core";
import { QueryClientProvider } from "@tanstack/react-query";
import { renderToStaticMarkup } from "react-dom/server";
import { describe, expect, it } from "vitest";
import { queryClient } from "../src/api/client.ts";
import { SchemaForm } from "../src/kit/schema/SchemaForm.tsx";
import {
  labelOf,
  type Node,
  pointerTo,
  shapeOf,
  startOf,
  withoutNull,
} from "../src/kit/schema/schema.ts";

const L = (vi: string, en: string) => ({ "x-label": { vi, en } });
const root: Node = {
  type: "object",
  required: ["title", "mode", "agencies", "transport"],
  $defs: {
    Mode: {
      oneOf: [
        { const: "strict", ...L("Chặt chẽ", "Strict") },
        { const: "tolerant", ...L("Dung thứ", "Tolerant") },
      ],
    },
    Contact: {
      type: "object",
      required: ["name"],
      properties: { name: { type: "string", ...L("Người liên hệ", "Contact") } },
    },
  },
  properties: {
    transport: {
      oneOf: [
        {
          type: "object",
          ...L("Hộp văn bản", "Mailbox"),
          properties: { type: { const: "mailbox" } },
          required: ["type"],
        },
        {
          type: "object",
          ...L("Gọi HTTP", "HTTP"),
          properties: {
            type: { const: "http" },
            url: { type: "string", ...L("Địa chỉ", "Address") },
          },
          required: ["type", "url"],
        },
      ],
      ...L("Cách giao", "Transport"),
    },
    title: { type: "string", ...L("Tên hệ thống", "Title"), "x-order": 1 },
    mode: { $ref: "#/$defs/Mode", ...L("Cách đọc", "Reading"), "x-order": 2 },
    agencies: {
      type: "array",
      items: { type: "string", ...L("Cơ quan", "Agency") },
      ...L("Gửi nhận thay", "Speaks for"),
    },
    limit: { type: ["integer", "null"], minimum: 1, ...L("Hạn mức", "Limit") },
    contact: { anyOf: [{ $ref: "#/$defs/Contact" }, { type: "null" }], ...L("Liên hệ", "Contact") },
    labels: { type: "object", additionalProperties: { type: "string" }, ...L("Nhãn", "Labels") },
    secret: { type: "string", "x-widget": "secret", ...L("Khóa", "Secret"), "x-advanced": true },
    odd: { "x-widget": "no-such-widget", ...L("Lạ", "Odd") },
    colours: { type: "array", items: { enum: ["red", "blue"] }, ...L("Màu", "Colours") },
  },
};
const property = (name: string): Node => {
  const all = root.properties;
  const found: unknown = Object.entries(all ?? {}).find(([key]) => key === name)?.[1];
  if (typeof found !== "object" || found === null) throw new Error(`no property ${name}`);
  return { ...found };
};
const shape = (name: string) => shapeOf(withoutNull(property(name), root).node, root, "vi");

describe("shapes", () => {
  it.each([
    ["title", "text"],
    ["mode", "choice"],
    ["agencies", "list"],
    ["limit", "number"],
    ["contact", "group"],
    ["labels", "map"],
    ["transport", "variants"],
    ["odd", "json"],
    ["colours", "list"],
  ])("%s is drawn as %s", (name, type) => {
    expect(shape(name).type).toBe(type);
  });

  it("keep the labels of a reference's place, not of its target", () => {
    expect(labelOf(withoutNull(property("contact"), root).node, "contact", "vi")).toBe("Liên hệ");
  });

  it("know what may be left out", () => {
    expect(withoutNull(property("limit"), root).isNullable).toBe(true);
    expect(withoutNull(property("title"), root).isNullable).toBe(false);
  });

  it("end when a schema refers to itself", () => {
    const loop: Node = { $defs: { A: { $ref: "#/$defs/A" } }, $ref: "#/$defs/A" };
    expect(shapeOf(withoutNull(loop, loop).node, loop, "vi").type).toBe("json");
  });

  it("start with what is required, choosing the first of choices", () => {
    expect(startOf(root, root)).toEqual({
      title: "",
      mode: "strict",
      agencies: [],
      transport: { type: "mailbox" },
    });
  });
});

describe("pointers", () => {
  it("escape as RFC 6901 says", () => {
    expect(pointerTo("/a", "b/c~d")).toBe("/a/b~1c~0d");
  });
});

function draw(value: unknown, errors: Record<string, string> = {}, schema: Node = root): string {
  return renderToStaticMarkup(
    <MantineProvider>
      <QueryClientProvider client={queryClient}>
        <SchemaForm
          schema={schema}
          value={value}
          onChange={() => undefined}
          errors={errors}
          label="x"
        />
      </QueryClientProvider>
    </MantineProvider>,
  );
}

describe("the form", () => {
  it("shows a label for every property", () => {
    const html = draw(startOf(root, root));
    for (const node of Object.values(root.properties ?? {})) {
      expect(html).toContain(labelOf({ ...Object(node) }, "", "vi"));
    }
  });

  it("puts the server's error at its field", () => {
    const html = draw(
      { ...Object(startOf(root, root)), agencies: ["H34.99"] },
      { "/agencies/0": "Không có cơ quan này" },
    );
    expect(html).toContain("Không có cơ quan này");
  });

  it("opens the advanced part when an error is inside", () => {
    expect(draw({}, { "/secret": "Quá ngắn" })).toMatch(/<details[^>]*open/);
    expect(draw({})).not.toMatch(/<details[^>]*open/);
  });

  it("draws the fields of the chosen variant", () => {
    expect(draw({ transport: { type: "http", url: "" } })).toContain("Địa chỉ");
    expect(draw({ transport: { type: "mailbox" } })).not.toContain("Địa chỉ");
  });

  it("shows a picture that it knows, a colour to choose, and room for long texts", () => {
    const text = (label: string, widget: string) => ({
      type: "string",
      "x-widget": widget,
      ...L(label, label),
    });
    const schema: Node = {
      type: "object",
      properties: {
        logo: text("Logo", "image"),
        accent: text("Màu nhấn", "color"),
        welcome: text("Lời chào", "text"),
      },
    };
    const html = draw({ logo: "iVBORw0KGgo=", accent: "#2b66b1" }, {}, schema);
    expect(html).toContain('src="data:image/png;base64,iVBORw0KGgo="');
    expect(html).toMatch(/type="color"[^>]*value="#2b66b1"|value="#2b66b1"[^>]*type="color"/);
    expect(html).toContain("<textarea");
    // What is no picture is never given to the browser as one.
    expect(draw({ logo: "PHN2Zz4=" }, {}, schema)).not.toContain("<img");
    expect(draw({ accent: "đỏ" }, {}, schema)).not.toMatch(/type="color"[^>]*value="đỏ"/);
  });
});
