#!/usr/bin/env python3
"""Writes demo-province.toml, the agencies of the demo province.

Owns: turning the public package `vietnamadminunits` (MIT) into our seed file, and the small
hand-made tables that no package holds (departments, bodies outside the province).
Not here: the meaning of the fields (`../src/seed.rs` reads them).
Run:  pip install --no-deps vietnamadminunits==1.0.4 && python3 generate.py > demo-province.toml
      (or: python3 generate.py <folder that holds the package> > demo-province.toml)
"""
import importlib.util
import json
import pathlib
import sqlite3
import sys

PACKAGE = "vietnamadminunits"
LAST_DAY, FIRST_DAY = "2025-06-30", "2025-07-01"
NQ1677 = "1677/NQ-UBTVQH15"
NQ202 = "202/2025/QH15"
NQ176 = "176/2025/QH15"
DEMO_CODE = "demo code: no public list gives the sub-codes of this province"

# The twenty specialised bodies of the province in the plan of 2020. The codes are ours.
# short code, name, short name, kind, codes of the bodies that took over on 1 July 2025.
DEPARTMENTS_OLD = [
    ("01", "Văn phòng Ủy ban nhân dân tỉnh Kon Tum", "Văn phòng UBND tỉnh", "office", ["01"]),
    ("02", "Sở Nội vụ tỉnh Kon Tum", "Sở Nội vụ", "department", ["02"]),
    ("03", "Sở Tư pháp tỉnh Kon Tum", "Sở Tư pháp", "department", ["03"]),
    ("04", "Sở Kế hoạch và Đầu tư tỉnh Kon Tum", "Sở KH&ĐT", "department", ["04"]),
    ("05", "Sở Tài chính tỉnh Kon Tum", "Sở Tài chính", "department", ["04"]),
    ("06", "Sở Công Thương tỉnh Kon Tum", "Sở Công Thương", "department", ["05"]),
    ("07", "Sở Nông nghiệp và Phát triển nông thôn tỉnh Kon Tum", "Sở NN&PTNT", "department", ["06"]),
    ("08", "Sở Giao thông vận tải tỉnh Kon Tum", "Sở GTVT", "department", ["07"]),
    ("09", "Sở Xây dựng tỉnh Kon Tum", "Sở Xây dựng", "department", ["07"]),
    ("10", "Sở Tài nguyên và Môi trường tỉnh Kon Tum", "Sở TN&MT", "department", ["06"]),
    ("11", "Sở Thông tin và Truyền thông tỉnh Kon Tum", "Sở TT&TT", "department", ["08"]),
    ("12", "Sở Lao động - Thương binh và Xã hội tỉnh Kon Tum", "Sở LĐ-TB&XH", "department", ["02", "06", "10", "11"]),
    ("13", "Sở Văn hóa, Thể thao và Du lịch tỉnh Kon Tum", "Sở VH,TT&DL", "department", ["09"]),
    ("14", "Sở Khoa học và Công nghệ tỉnh Kon Tum", "Sở KH&CN", "department", ["08"]),
    ("15", "Sở Giáo dục và Đào tạo tỉnh Kon Tum", "Sở GD&ĐT", "department", ["10"]),
    ("16", "Sở Y tế tỉnh Kon Tum", "Sở Y tế", "department", ["11"]),
    ("17", "Sở Ngoại vụ tỉnh Kon Tum", "Sở Ngoại vụ", "department", ["12"]),
    ("18", "Thanh tra tỉnh Kon Tum", "Thanh tra tỉnh", "inspectorate", ["13"]),
    ("19", "Ban Dân tộc tỉnh Kon Tum", "Ban Dân tộc", "board", ["14"]),
    ("20", "Ban Quản lý Khu kinh tế tỉnh Kon Tum", "BQL Khu kinh tế", "board", ["15"]),
]
DEPARTMENTS_NEW = [
    ("01", "Văn phòng Ủy ban nhân dân tỉnh Quảng Ngãi", "Văn phòng UBND tỉnh", "office"),
    ("02", "Sở Nội vụ tỉnh Quảng Ngãi", "Sở Nội vụ", "department"),
    ("03", "Sở Tư pháp tỉnh Quảng Ngãi", "Sở Tư pháp", "department"),
    ("04", "Sở Tài chính tỉnh Quảng Ngãi", "Sở Tài chính", "department"),
    ("05", "Sở Công Thương tỉnh Quảng Ngãi", "Sở Công Thương", "department"),
    ("06", "Sở Nông nghiệp và Môi trường tỉnh Quảng Ngãi", "Sở NN&MT", "department"),
    ("07", "Sở Xây dựng tỉnh Quảng Ngãi", "Sở Xây dựng", "department"),
    ("08", "Sở Khoa học và Công nghệ tỉnh Quảng Ngãi", "Sở KH&CN", "department"),
    ("09", "Sở Văn hóa, Thể thao và Du lịch tỉnh Quảng Ngãi", "Sở VH,TT&DL", "department"),
    ("10", "Sở Giáo dục và Đào tạo tỉnh Quảng Ngãi", "Sở GD&ĐT", "department"),
    ("11", "Sở Y tế tỉnh Quảng Ngãi", "Sở Y tế", "department"),
    ("12", "Sở Ngoại vụ tỉnh Quảng Ngãi", "Sở Ngoại vụ", "department"),
    ("13", "Thanh tra tỉnh Quảng Ngãi", "Thanh tra tỉnh", "inspectorate"),
    ("14", "Sở Dân tộc và Tôn giáo tỉnh Quảng Ngãi", "Sở DT&TG", "department"),
    ("15", "Ban Quản lý Khu kinh tế Dung Quất và các Khu công nghiệp Quảng Ngãi", "BQL KKT Dung Quất", "board"),
]
# Bodies outside the province. code, name, short name, code confirmed by samples or a named
# document, last day, successors on the day after.
MINISTRIES = [
    ("G01", "Bộ Công an", "Bộ Công an", False, None, []),
    ("G02", "Bộ Công Thương", "Bộ Công Thương", False, None, []),
    ("G06", "Bộ Khoa học và Công nghệ", "Bộ KH&CN", False, None, []),
    ("G09", "Bộ Nội vụ", "Bộ Nội vụ", False, None, []),
    ("G12", "Bộ Tài chính", "Bộ Tài chính", False, None, []),
    ("G14", "Bộ Thông tin và Truyền thông", "Bộ TT&TT", False, "2025-02-28", ["G06"]),
    ("G15", "Bộ Tư pháp", "Bộ Tư pháp", False, None, []),
    ("G18", "Bộ Y tế", "Bộ Y tế", False, None, []),
    ("G22", "Văn phòng Chính phủ", "VPCP", True, None, []),
]
PROVINCES = [
    ("H14", "Tỉnh Cao Bằng", None),
    ("H22", "Tỉnh Hà Giang", LAST_DAY),
    ("H29", "Thành phố Hồ Chí Minh", None),
    ("H37", "Tỉnh Lạng Sơn", None),
    ("H41", "Tỉnh Nghệ An", None),
    ("H49", "Tỉnh Quảng Ninh", None),
]
AREA_KINDS = {
    "Tỉnh": "province", "Thành phố": "city", "Huyện": "district", "Phường": "ward",
    "Xã": "commune", "Thị trấn": "township", "Đặc khu": "special_zone",
}


def folder() -> pathlib.Path:
    """The data folder of the package: the argument's, else the installed one's."""
    if len(sys.argv) > 1:
        return pathlib.Path(sys.argv[1]) / PACKAGE / "data"
    spec = importlib.util.find_spec(PACKAGE)
    if spec is None:
        sys.exit(f"{PACKAGE} is not installed")
    return pathlib.Path(spec.submodule_search_locations[0]) / "data"


def area_kind(area: str) -> str:
    """"Thị trấn Măng Đen" -> "township"."""
    return next(kind for prefix, kind in AREA_KINDS.items() if area.startswith(prefix + " "))


def committee(area: str) -> dict:
    """The people's committee of an administrative unit."""
    lowered = area[0].lower() + area[1:]
    return {
        "name": f"Ủy ban nhân dân {lowered}", "short": f"UBND {lowered}",
        "area": area, "area_kind": area_kind(area),
    }


def pair(province: str, level2: str, level3: str = "00") -> dict:
    """Both forms of a demo code; real pairs come from the axis and are never computed."""
    new = f"{province}.{level2}" + (f".{level3}" if level3 != "00" else "")
    return {"code": new, "code102": f"000.{level3}.{level2}.{province}"}


def toml(value) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return "[" + ", ".join(toml(v) for v in value) + "]"
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{k} = {toml(v)}" for k, v in value.items()) + " }"
    return json.dumps(value, ensure_ascii=False)


def group(note: str, head: dict, members: list) -> None:
    print("\n[[group]]")
    print(f"# {note}")
    for key, value in head.items():
        print(f"{key} = {toml(value)}")
    print("members = [")
    for member in members:
        member = {k: v for k, v in member.items() if v not in (None, [], False)}
        print(f"  {toml(member)},")
    print("]")


def main() -> None:
    base = folder()
    db = sqlite3.connect(base / "dataset.db")
    mapping = json.loads((base / "converter_2025.json").read_text("utf-8"))
    merged = mapping["DICT_PROVINCE_WARD_NO_DIVIDED"]["tinhquangngai"]
    districts = db.execute(
        "select distinct districtCode, district, districtKey from admin_units_legacy"
        " where provinceShort = 'Kon Tum' order by districtCode").fetchall()
    communes = db.execute(
        "select districtKey, wardCode, ward, wardKey from admin_units_legacy"
        " where provinceShort = 'Kon Tum' order by wardCode").fetchall()
    new_units = db.execute(
        "select wardCode, ward, wardKey from admin_units"
        " where provinceShort = 'Quảng Ngãi' order by wardCode").fetchall()
    came_from = lambda key: [k for k in merged.get(key, []) if k.startswith("tinhkontum_")]
    highland = [u for u in new_units if came_from(u[2])]
    lowland = [u for u in new_units if not came_from(u[2])]
    assert (len(districts), len(communes), len(highland), len(lowland)) == (10, 102, 40, 56)

    successor = {}
    for index, (_, _, key) in enumerate(highland):
        for old in came_from(key):
            assert old not in successor, f"{old} is divided: list both successors by hand"
            successor[old] = f"H48.{51 + index}"

    print("# Agencies of the demo province: Kon Tum as the plan of 2020 describes it, and the")
    print("# merger into Quảng Ngãi on 1 July 2025. Written by generate.py; do not edit by hand.")
    print("# Names and GSO codes of administrative units: PyPI vietnamadminunits 1.0.4 (MIT).")
    print("# Everything marked demo is ours and stands in no public list. See README.md.")
    group("The province.",
          {"level": "province", "kind": "peoples_committee", "valid_to": LAST_DAY,
           "code_source": "level-1 code of Kon Tum (unverified)",
           "succession": {"date": FIRST_DAY, "decision": NQ202}},
          [{"code": "H34", "code102": "000.00.00.H34", "gso": "62", **committee("Tỉnh Kon Tum"),
            "email": "h34@kontum.example", "successors": ["H48"]}])
    group("Its twenty departments. That they lasted until the merger is a simplification.",
          {"level": "department", "parent": "H34", "valid_to": LAST_DAY,
           "code_source": DEMO_CODE, "code_demo": True,
           "succession": {"date": FIRST_DAY, "demo": True}},
          [{**pair("H34", c), "name": n, "short": s, "kind": k,
            "email": f"h34.{c}@kontum.example", "successors": [f"H48.{t}" for t in to]}
           for c, n, s, k, to in DEPARTMENTS_OLD])
    rows = []
    for index, (gso, name, key) in enumerate(districts):
        code = f"{21 + index}"
        heirs = sorted({successor[f"tinhkontum_{d}_{w}"] for d, _, _, w in communes if d == key})
        rows.append({**pair("H34", code), "gso": gso, **committee(name),
                     "email": f"h34.{code}@kontum.example", "successors": heirs})
    group("Its ten district-level units; what a district did went to the communes of its area.",
          {"level": "district", "kind": "peoples_committee", "parent": "H34",
           "valid_to": LAST_DAY, "code_source": DEMO_CODE, "code_demo": True,
           "succession": {"date": FIRST_DAY, "decision": NQ1677}}, rows)
    for index, (_, name, key) in enumerate(districts):
        code = f"{21 + index}"
        inside = [c for c in communes if c[0] == key]
        group(f"Communes, wards and townships of {name}.",
              {"level": "commune", "kind": "peoples_committee", "parent": f"H34.{code}",
               "valid_to": LAST_DAY, "code_source": DEMO_CODE, "code_demo": True,
               "succession": {"date": FIRST_DAY, "decision": NQ1677}},
              [{**pair("H34", code, f"{number:02}"), "gso": gso, **committee(ward),
                "successors": [successor[f"tinhkontum_{d}_{w}"]]}
               for number, (d, gso, ward, w) in enumerate(inside, 1)])
    group("The province that Kon Tum became a part of. Whether it keeps H48 is unverified.",
          {"level": "province", "kind": "peoples_committee", "code_demo": True,
           "code_source": "level-1 code of Quảng Ngãi (unverified)"},
          [{"code": "H48", "code102": "000.00.00.H48", "gso": "51", **committee("Tỉnh Quảng Ngãi")}])
    group("Its departments after the merger (demo assumption; names as of 2025).",
          {"level": "department", "parent": "H48", "valid_from": FIRST_DAY,
           "code_source": DEMO_CODE, "code_demo": True},
          [{**pair("H48", c), "name": n, "short": s, "kind": k} for c, n, s, k in DEPARTMENTS_NEW])
    group("The forty commune-level units of the former Kon Tum area.",
          {"level": "commune", "kind": "peoples_committee", "parent": "H48",
           "valid_from": FIRST_DAY, "code_source": DEMO_CODE, "code_demo": True},
          [{**pair("H48", str(51 + i)), "gso": g, **committee(w)} for i, (g, w, _) in enumerate(highland)])
    group("The other fifty-six units of the merged province; they have no code of the old form.",
          {"level": "commune", "kind": "peoples_committee", "parent": "H48",
           "valid_from": FIRST_DAY, "code_source": DEMO_CODE, "code_demo": True},
          [{"code": f"H48.{101 + i}", "gso": g, **committee(w)} for i, (g, w, _) in enumerate(lowland)])
    group("National bodies. Codes without a mark were seen in traffic or in a named document.",
          {"level": "ministry", "kind": "ministry",
           "code_source": "level-1 code", "succession": {"date": "2025-03-01", "decision": NQ176}},
          [{"code": c, "code102": f"000.00.00.{c}", "name": n, "short": s, "demo": not sure,
            "kind": "office" if c == "G22" else None, "valid_to": to, "successors": heirs}
           for c, n, s, sure, to, heirs in MINISTRIES])
    group("Other provinces with a confirmed code.",
          {"level": "province", "kind": "peoples_committee",
           "code_source": "level-1 code, confirmed"},
          [{"code": c, "code102": f"000.00.00.{c}", **committee(a), "valid_to": to}
           for c, a, to in PROVINCES])
    group("A test unit of the national axis; it stands in recorded traffic.",
          {"level": "other", "kind": "other", "scheme": "local",
           "code_source": "recorded traffic of 2025"},
          [{"code": "vxp.saas.03", "name": "Đơn vị test vxp 3"}])


main()
