//! Tests of the edXML codec; helpers that they share.

mod defects;
mod forwarding;
mod golden;
mod hostile;
mod large;
mod limits;
mod roundtrip;
mod samples;

use std::path::{Path, PathBuf};

use lgsp_exchange::edxml::model::{
    Business, BusinessType, Code, DocumentType, DocumentUpdate, OtherInfo, Party, Promulgation,
    Receiver, Replacement, ResponseFor, Signer, StaffInfo, TraceHeader,
};
use lgsp_exchange::edxml::{
    Collect, DateText, DefectCode, Discard, Document, Edxml, InMemory, InstantText, LineEnd,
    Packing, ReadError, ReadOptions, Reading, StatusMessage, WriteOptions, read, write,
};
use uuid::Uuid;

pub(crate) fn golden_folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden")
}

/// The folder of public samples, when it lies beside the project.
pub(crate) fn samples_folder() -> Option<PathBuf> {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .ancestors()
        .map(|folder| folder.join("shared/samples"))
        .find(|folder| folder.is_dir())
}

pub(crate) fn tolerant(bytes: &[u8]) -> Result<Reading, ReadError> {
    read(bytes, &ReadOptions::tolerant(), &mut Discard)
}

pub(crate) fn strict(bytes: &[u8]) -> Result<Reading, ReadError> {
    read(bytes, &ReadOptions::strict(), &mut Discard)
}

/// The message and the decoded content of its attachments.
pub(crate) fn collect(bytes: &[u8]) -> (Reading, Vec<Vec<u8>>) {
    let mut sink = Collect::default();
    let reading = read(bytes, &ReadOptions::tolerant(), &mut sink).unwrap();
    (reading, sink.contents)
}

pub(crate) fn codes(reading: &Reading) -> Vec<DefectCode> {
    reading.defects.iter().map(|defect| defect.code).collect()
}

pub(crate) fn rejection(outcome: Result<Reading, ReadError>) -> DefectCode {
    match outcome {
        Ok(reading) => panic!("accepted with {:?}", reading.defects),
        Err(error) => error.rejection().unwrap().code(),
    }
}

pub(crate) fn bytes_of(message: &Edxml, contents: &InMemory, line_end: LineEnd) -> Vec<u8> {
    let mut out = Vec::new();
    write(
        message,
        &mut contents.clone(),
        &WriteOptions { line_end },
        &mut out,
    )
    .unwrap();
    out
}

/// An entry name that stays the same in each run.
pub(crate) fn zipped() -> Packing {
    Packing::Zip {
        entry: Uuid::from_u128(0x7b1f_8f0e_2f5c_4a55_9d51_3f6f_3c1d_2a10),
    }
}

pub(crate) fn party(code: &str, name: &str) -> Party {
    Party {
        address: Some("Số 1, đường Mẫu, tỉnh Quảng Ngãi".to_owned()),
        email: Some("vanthu@example.vn".to_owned()),
        telephone: Some("0255 000 0001".to_owned()),
        ..Party::new(code, name)
    }
}

/// A document that uses every part, with one wrapped and one bare attachment.
pub(crate) fn full_document(kind: BusinessType) -> (Document, InMemory) {
    let target = "H48.01,2026/11/20,18/UBND-VP".to_owned();
    let mut document = Document {
        from: party("H48.01", "Văn phòng Ủy ban nhân dân tỉnh (mẫu)"),
        to: vec![
            party("H48.02", "Sở Mẫu A"),
            party("002.00.20.H13", "Sở Mẫu B & C"),
        ],
        document_id: "H48.01,2026/11/22,19/UBND-VP".to_owned(),
        code: Some(Code {
            number: Some("19".to_owned()),
            notation: Some("UBND-VP".to_owned()),
        }),
        promulgation: Some(Promulgation {
            place: Some("Quảng Ngãi".to_owned()),
            date: Some(DateText::from_text("2026/11/22")),
        }),
        document_type: Some(DocumentType {
            number: Some("1".to_owned()),
            detail: Some("0".to_owned()),
            name: Some("Công văn".to_owned()),
        }),
        subject: "V/v liên thông văn bản <mẫu> & kiểm tra".to_owned(),
        content: Some("Trích yếu \"mẫu\"".to_owned()),
        signer: Some(Signer {
            competence: Some("TM".to_owned()),
            position: Some("Chủ tịch".to_owned()),
            full_name: Some("Người Ký Mẫu".to_owned()),
        }),
        due_date: Some(DateText::from_text("2026/12/01")),
        other_info: Some(other_info()),
        steering_type: Some("1".to_owned()),
        to_places: vec!["Như trên".to_owned(), "Lưu: VT".to_owned()],
        traces: vec![TraceHeader {
            organ_id: Some("H48.01".to_owned()),
            timestamp: Some(InstantText::from_text("2026/11/22 13:15:00")),
            attributes: Vec::new(),
        }],
        business: Some(Business {
            kind,
            reason: Some("Văn bản mẫu".to_owned()),
            paper: Some("0".to_owned()),
            staff: Some(staff("Văn thư")),
            ..Business::default()
        }),
        ..Document::default()
    };
    if let Some(business) = &mut document.business {
        set_target(business, &mut document.response_for, kind, &target);
    }
    document.attach(
        "cid:7b1f8f0e-2f5c-4a55-9d51-3f6f3c1d2a10",
        "cong-van.pdf",
        "application/pdf",
        true,
    );
    document.attach(
        "cid:7b1f8f0e-2f5c-4a55-9d51-3f6f3c1d2a11",
        "phu-luc.txt",
        "text/plain",
        false,
    );
    let contents = InMemory {
        contents: vec![
            (b"%PDF-1.7\n%mau\n%%EOF\n".to_vec(), zipped()),
            ("Phụ lục mẫu\r\n".as_bytes().to_vec(), Packing::Raw),
        ],
    };
    (document, contents)
}

fn other_info() -> OtherInfo {
    OtherInfo {
        priority: Some("1".to_owned()),
        sphere: Some("Liên thông".to_owned()),
        typer_notation: Some("TVC".to_owned()),
        copies: Some("2".to_owned()),
        pages: Some("3".to_owned()),
        direction: false,
        appendixes: vec!["Phụ lục I".to_owned(), "Phụ lục II".to_owned()],
    }
}

fn staff(department: &str) -> StaffInfo {
    StaffInfo {
        department: Some(department.to_owned()),
        staff: Some("Cán Bộ Mẫu".to_owned()),
        email: Some("canbo@example.vn".to_owned()),
        mobile: Some("0900000000".to_owned()),
    }
}

fn set_target(
    business: &mut Business,
    response_for: &mut Vec<ResponseFor>,
    kind: BusinessType,
    target: &str,
) {
    let named = ResponseFor {
        organ_id: Some("H48.01".to_owned()),
        code: Some("18/UBND-VP".to_owned()),
        document_id: Some(target.to_owned()),
        promulgation_date: Some(DateText::from_text("2026/11/20")),
    };
    match kind {
        BusinessType::New => {}
        BusinessType::Revoke => response_for.push(named),
        BusinessType::Update => {
            business.document_id = Some(target.to_owned());
            business.update = Some(DocumentUpdate {
                document_info: Some("1".to_owned()),
                document_receiver: Some("1".to_owned()),
                receivers: vec![
                    Receiver {
                        organ_id: "H48.03".to_owned(),
                        receiver_type: Some("1".to_owned()),
                    },
                    Receiver {
                        organ_id: "H48.02".to_owned(),
                        receiver_type: Some("0".to_owned()),
                    },
                ],
            });
        }
        BusinessType::Replace => {
            let replacement = Replacement {
                document_id: target.to_owned(),
                organ_ids: vec!["H48.02".to_owned(), "002.00.20.H13".to_owned()],
            };
            business.replacements = vec![replacement.clone(), replacement];
        }
    }
}

/// The smallest document: required fields and one attachment.
pub(crate) fn smallest_document() -> (Document, InMemory) {
    let mut document = Document {
        from: Party {
            organ_id: "H48.01".to_owned(),
            ..Party::default()
        },
        to: vec![Party {
            organ_id: "H48.02".to_owned(),
            ..Party::default()
        }],
        document_id: "9fbfbad2-f1f8-4256-a2eb-50fb1061cddb".to_owned(),
        subject: "Mẫu".to_owned(),
        ..Document::default()
    };
    document.attach("cid:1", "mau.txt", "text/plain", false);
    (
        document,
        InMemory {
            contents: vec![(b"mau".to_vec(), Packing::Raw)],
        },
    )
}

pub(crate) fn status_message(code: &str) -> StatusMessage {
    StatusMessage {
        from: party("H48.02", "Sở Mẫu A"),
        response_for: ResponseFor {
            organ_id: Some("H48.01".to_owned()),
            code: Some("19/UBND-VP".to_owned()),
            document_id: Some("H48.01,2026/11/22,19/UBND-VP".to_owned()),
            promulgation_date: Some(DateText::from_text("2026/11/22")),
        },
        staff: Some(staff("Phòng Hành chính")),
        status_code: code.to_owned(),
        description: Some(format!("Trạng thái {code} (mẫu)")),
        timestamp: Some(InstantText::from_text("2026/11/22 14:00:00")),
        ..StatusMessage::default()
    }
}
