// Pure parts of the kit and the pages: pretty printing, CSV, problems, differences, geometry.
import { describe, expect, it } from "vitest";
import { ApiError, asProblem, fieldErrors, problemText } from "../src/api/problem.ts";
import { pairsOf, pictureOf, REST, shortName } from "../src/features/home/layout.ts";
import { ceilingOf } from "../src/features/home/series.ts";
import { emptyLetter, letterFrom, requestOf } from "../src/features/mailbox/form.ts";
import { changesBetween } from "../src/features/registry/changes.ts";
import { parseSearch, stringifySearch } from "../src/kit/address.tsx";
import { tableOf, toCsv } from "../src/kit/csv.ts";
import { piecesOf, prettyJson, prettyXml } from "../src/kit/pretty.ts";

describe("pretty printing", () => {
  it("indents XML and keeps a lone text on its line", () => {
    expect(prettyXml("<?xml version='1.0'?><a><b x=\"1\">chữ</b><c/><!-- d --></a>")).toBe(
      ["<?xml version='1.0'?>", "<a>", '  <b x="1">chữ</b>', "  <c/>", "  <!-- d -->", "</a>"].join(
        "\n",
      ),
    );
  });

  it("survives what is not XML or JSON", () => {
    expect(prettyXml("<a><b>")).toBe("<a>\n  <b>");
    expect(prettyXml("")).toBe("");
    expect(prettyJson("{oops")).toBe("{oops");
  });

  it("loses no character when it colours", () => {
    for (const [text, language] of [
      ['<a x="1"><b>&lt;ẫ</b></a>', "xml"],
      ['{"a": [1, "hai", null]}', "json"],
    ] as const) {
      expect(
        piecesOf(text, language)
          .map((piece) => piece.text)
          .join(""),
      ).toBe(text);
    }
  });
});

describe("CSV", () => {
  it("starts with the mark that Excel needs and quotes what must be", () => {
    const columns = [{ header: "Tên", text: (row: string) => row }, { header: "Ẩn" }];
    expect(toCsv(columns, ['Sở "A", B', "=1+1"])).toBe('\uFEFFTên\r\n"Sở ""A"", B"\r\n\'=1+1\r\n');
  });
});

describe("a table", () => {
  it("has the head first and leaves out columns without a text", () => {
    const columns = [{ header: "Tên", text: (row: string) => row }, { header: "Ẩn" }];
    expect(tableOf(columns, ["=1+1"])).toEqual([["Tên"], ["=1+1"]]);
  });
});

describe("addresses", () => {
  it("are read back as they were written", () => {
    const query = { q: "Đắk & 1", page: "007" };
    expect(parseSearch(stringifySearch(query))).toEqual(query);
    expect(stringifySearch({ q: "", x: undefined })).toBe("");
  });
});

describe("problems", () => {
  const problem = {
    title: "Văn bản chưa hợp lệ",
    status: 422,
    code: "exchange.document.invalid",
    messages: { vi: "Văn bản chưa hợp lệ", en: "invalid document" },
    errors: [
      {
        pointer: "/document/subject",
        code: "required",
        messages: { vi: "Cần trích yếu", en: "subject needed" },
      },
      { pointer: "/to/0", code: "unknown", messages: { vi: "Không có nơi này", en: "unknown" } },
    ],
  };

  it("speak the person's language", () => {
    expect(problemText(problem, "en")).toBe("invalid document");
    expect(fieldErrors(problem, "vi", "/document")).toEqual({
      "/subject": "Cần trích yếu",
      "/to/0": "Không có nơi này",
    });
  });

  it("are made of anything thrown", () => {
    expect(asProblem(new ApiError(problem)).code).toBe("exchange.document.invalid");
    expect(asProblem(new TypeError("fetch failed")).code).toBe("console.network");
    expect(asProblem("?").code).toBe("console.fault");
  });
});

describe("differences", () => {
  it("name each place", () => {
    const before = { a: 1, list: ["x", "y"], same: { z: 1 } };
    const after = { a: 2, list: ["x"], same: { z: 1 }, fresh: true };
    expect(changesBetween(before, after)).toEqual([
      { pointer: "/a", before: 1, after: 2 },
      { pointer: "/list/1", before: "y", after: undefined },
      { pointer: "/fresh", before: undefined, after: true },
    ]);
  });
});

describe("the flow picture", () => {
  const flow = (from: string, to: string, group: string, documents: number) => ({
    from: { code: from, name: from, group },
    to: { code: to, name: to, group: "commune" },
    documents,
    failed: 1,
  });
  const many = Array.from({ length: 30 }, (_, index) =>
    flow(`S${index}`, `X${index % 12}`, index % 2 ? "department" : "district", index + 1),
  );
  const total = many.reduce((sum, one) => sum + one.documents, 0);

  it.each(["group", "agency"] as const)("by %s keeps every document", (by) => {
    expect(pairsOf(many, by).reduce((sum, pair) => sum + pair.documents, 0)).toBe(total);
  });

  it("gathers the quiet agencies", () => {
    const picture = pictureOf(pairsOf(many, "agency"), "agency", 400);
    expect(picture.left.length).toBeLessThanOrEqual(8);
    expect(picture.left.at(-1)?.id).toBe(REST);
  });

  it("fills each bar with its ribbons and overlaps no bars", () => {
    const picture = pictureOf(pairsOf(many, "agency"), "agency", 400);
    for (const bar of picture.left) {
      const widths = picture.ribbons
        .filter((ribbon) => ribbon.from === bar)
        .reduce((sum, ribbon) => sum + ribbon.documents, 0);
      expect(widths).toBe(bar.documents);
    }
    picture.right.forEach((bar, index) => {
      const next = picture.right[index + 1];
      if (next) expect(bar.y + bar.height).toBeLessThanOrEqual(next.y);
    });
  });

  it("is empty without documents", () => {
    expect(pictureOf(pairsOf([], "group"), "group", 300).ribbons).toEqual([]);
  });
});

describe("short names", () => {
  it.each([
    ["Sở Nội vụ tỉnh Kon Tum", "Sở Nội vụ"],
    ["Văn phòng Ủy ban nhân dân tỉnh Kon Tum", "Văn phòng UBND"],
    ["Ủy ban nhân dân tỉnh Kon Tum", "UBND tỉnh Kon Tum"],
    ["Ủy ban nhân dân huyện Sa Thầy", "UBND huyện Sa Thầy"],
    ["Bộ Tài chính", "Bộ Tài chính"],
  ])("%s is %s", (name, short) => {
    expect(shortName(name, "tỉnh Kon Tum")).toBe(short);
  });
});

describe("the series", () => {
  it.each([
    [0, 4],
    [7, 8],
    [35, 40],
    [81, 100],
    [1_201, 2_000],
  ])("of at most %i has the ceiling %i", (most, ceiling) => {
    expect(ceilingOf([{ at: "", accepted: most, delivered: 0, failed: 0 }])).toBe(ceiling);
  });
});

describe("a letter", () => {
  const start = { ...emptyLetter("H34.01", "2026-03-05"), subject: " Trích yếu ".normalize("NFD") };

  it("is sent composed, trimmed, without empty fields", () => {
    expect(requestOf(start, null)).toEqual({
      from: "H34.01",
      to: [],
      priority: 0,
      subject: "Trích yếu",
      promulgation_date: "2026-03-05",
    });
  });

  it("that answers goes to the sender and names the document", () => {
    const document = {
      id: "d1",
      document_id: "x",
      subject: "s",
      from: { code: "H34.02", agency: "H34.02", name: "Sở" },
      to: [
        {
          code: "000.00.01.H34",
          agency: "H34.01",
          name: "VP",
          state: "sent",
          transport: "mailbox",
        },
      ],
      to_count: 1,
      direction: "internal",
      is_withdrawn: false,
      other_info: {},
      business_type: 0,
      priority: 0,
      created_at: "",
      state_summary: "sent",
      has_attachments: false,
      alarms: [],
      attachments: [],
      defects: [],
      copies: [],
      hops: [],
      related: [],
      digest: "",
      size_bytes: 0,
    };
    const answer = { relation: "answer", document } as const;
    const letter = letterFrom(answer, start);
    expect(letter.to).toEqual([{ code: "H34.02", name: "Sở" }]);
    expect(requestOf(letter, answer)).toMatchObject({ response_for: "d1" });
    const replace = { relation: "replace", document } as const;
    expect(requestOf(letterFrom(replace, start), replace)).toMatchObject({
      target: "d1",
      business_type: 3,
      to: ["H34.01"],
    });
  });
});
