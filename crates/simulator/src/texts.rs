//! Believable content for demo traffic: subjects, types, notations, a small file.
//!
//! Owns: Vietnamese texts of synthetic documents and of status codes.
//! Not here: who sends to whom (`province/`, `axis/actors.rs`).
//! Invariant: no real person, no real document; every file says that it is synthetic.
//! Follows: Decree 30/2020/NĐ-CP (types and notations of administrative documents).

use crate::clock;
use crate::edxml::{AttachmentDraft, AttachmentForm, Business, DocumentDraft, Party, Signer};
use crate::rng::Rng;

/// Type number, type name, notation part, beginnings of subjects.
type DocumentType = (
    &'static str,
    &'static str,
    &'static str,
    &'static [&'static str],
);

const TYPES: &[DocumentType] = &[
    (
        "18",
        "Công văn",
        "CV",
        &[
            "V/v",
            "V/v đề nghị",
            "V/v đôn đốc",
            "V/v hướng dẫn",
            "V/v phối hợp",
        ],
    ),
    (
        "3",
        "Báo cáo",
        "BC",
        &["Báo cáo kết quả", "Báo cáo sơ kết", "Báo cáo tình hình"],
    ),
    (
        "9",
        "Kế hoạch",
        "KH",
        &["Kế hoạch", "Kế hoạch triển khai", "Kế hoạch kiểm tra"],
    ),
    (
        "13",
        "Thông báo",
        "TB",
        &["Thông báo về", "Thông báo kết luận về"],
    ),
    (
        "6",
        "Giấy mời",
        "GM",
        &["Giấy mời họp về", "Giấy mời dự hội nghị về"],
    ),
    (
        "11",
        "Tờ trình",
        "TTr",
        &["Tờ trình về", "Tờ trình đề nghị phê duyệt"],
    ),
    (
        "2",
        "Quyết định",
        "QĐ",
        &["Quyết định về", "Quyết định phê duyệt"],
    ),
];

const MATTERS: &[(&str, &str)] = &[
    ("công tác cải cách hành chính và chuyển đổi số", "VX"),
    ("thực hiện Đề án 06 trên địa bàn tỉnh", "NC"),
    ("cung cấp dịch vụ công trực tuyến toàn trình", "KSTTHC"),
    ("rà soát, cập nhật thủ tục hành chính", "KSTTHC"),
    (
        "phòng, chống thiên tai và tìm kiếm cứu nạn mùa mưa bão",
        "NL",
    ),
    ("giải ngân vốn đầu tư công", "KT"),
    ("lập dự toán ngân sách nhà nước", "TH"),
    (
        "công tác quản lý, bảo vệ rừng và phòng cháy chữa cháy rừng",
        "NL",
    ),
    ("xây dựng nông thôn mới", "NL"),
    ("tiêm chủng mở rộng và phòng, chống dịch bệnh", "VX"),
    ("tổ chức kỳ thi tốt nghiệp trung học phổ thông", "VX"),
    ("cấp giấy chứng nhận quyền sử dụng đất", "TN"),
    ("bảo đảm trật tự, an toàn giao thông", "NC"),
    ("hỗ trợ sản xuất cho hộ nghèo, hộ cận nghèo", "VX"),
    (
        "quản lý văn bản và hồ sơ công việc trên môi trường mạng",
        "HC",
    ),
    ("an toàn thông tin mạng cho hệ thống thông tin", "VX"),
    ("phát triển du lịch cộng đồng", "VX"),
    ("sắp xếp đơn vị hành chính cấp xã", "NC"),
    ("kiểm kê đất đai", "TN"),
    ("phòng, chống hạn hán và xâm hại cây trồng", "NL"),
];

const POSITIONS: &[(&str, &str)] = &[
    ("", "Giám đốc"),
    ("KT. GIÁM ĐỐC", "Phó Giám đốc"),
    ("TL. CHỦ TỊCH", "Chánh Văn phòng"),
    ("", "Chủ tịch"),
];

/// Text of a status code.
pub(crate) fn status(code: &str) -> &'static str {
    match code {
        "01" => "Đã đến - Phần mềm QLVB đã nhận nhưng văn thư chưa xử lý",
        "02" => "Từ chối nhận văn bản - Văn bản gửi không đúng thẩm quyền",
        "03" => "Đã tiếp nhận - Văn thư đã tiếp nhận, vào sổ",
        "04" => "Phân công - Lãnh đạo đã phân công xử lý",
        "05" => "Đang xử lý - Chuyên viên đang xử lý",
        "06" => "Hoàn thành - Văn bản đã được xử lý xong",
        "13" => "Đề nghị lấy lại văn bản - Văn bản có sai sót",
        "15" => "Đồng ý cập nhật, lấy lại văn bản",
        "16" => "Từ chối cập nhật, lấy lại văn bản",
        _ => "Trạng thái khác",
    }
}

/// A new document of believable content.
pub(crate) fn document(rng: &mut Rng, from: Party, to: Vec<Party>, at_ms: i64) -> DocumentDraft {
    let fallback = ("18", "Công văn", "CV", &["V/v"] as &[&str]);
    let (type_number, type_name, short, starts) = rng.pick(TYPES).copied().unwrap_or(fallback);
    let (matter, field) = rng
        .pick(MATTERS)
        .copied()
        .unwrap_or(("công tác chung", "VP"));
    let start = rng.pick(starts).copied().unwrap_or("V/v");
    let subject = format!("{start} {matter}");
    let number = rng.between(1, 4_999).to_string();
    let notation = if short == "CV" {
        format!("{}-{field}", initials(&from.name))
    } else {
        format!("{short}-{}", initials(&from.name))
    };
    let (competence, position) = rng.pick(POSITIONS).copied().unwrap_or(("", "Giám đốc"));
    let priority = *rng.pick(&[0, 0, 0, 0, 0, 0, 0, 1, 1, 2]).unwrap_or(&0);
    let due_date = if rng.chance(0.4) {
        clock::edxml_date(at_ms + rng.between(2, 15) * 86_400_000)
    } else {
        String::new()
    };
    let document_id = format!(
        "{},{},{number}/{notation}-{}",
        from.code,
        clock::edxml_date(at_ms),
        short_token(rng)
    );
    let attachment = attachment(rng, &number, &subject, &from.name);
    DocumentDraft {
        from,
        to,
        document_id,
        number,
        notation,
        place: "Kon Tum".into(),
        at_ms,
        document_type: (type_number.into(), type_name.into()),
        content: format!("{subject} (văn bản mẫu, không có giá trị pháp lý)"),
        subject,
        signer: Signer {
            competence: competence.into(),
            position: position.into(),
            full_name: "Nguyễn Văn Mẫu".into(),
        },
        due_date,
        priority,
        pages: 1,
        response_for: Vec::new(),
        steering: if rng.chance(0.2) { 2 } else { 1 },
        business: Business::New,
        attachments: vec![attachment],
    }
}

/// Numbers repeat between restarts; this keeps the identity of each document its own.
fn short_token(rng: &mut Rng) -> String {
    let text = rng.uuid().simple().to_string();
    text.get(..10).unwrap_or_default().to_owned()
}

/// First letters of a body's name, as notations have them.
fn initials(name: &str) -> String {
    let letters: String = name
        .split_whitespace()
        .filter_map(|word| word.chars().next())
        .filter(|letter| letter.is_alphabetic())
        .flat_map(char::to_uppercase)
        .map(without_marks)
        .take(6)
        .collect();
    if letters.is_empty() {
        "CQ".into()
    } else {
        letters
    }
}

/// Notations keep Đ but no tone marks: Ủy ban is UB.
fn without_marks(letter: char) -> char {
    match letter {
        'Ủ' | 'Ú' | 'Ù' | 'Ụ' | 'Ư' | 'Ứ' => 'U',
        'Ấ' | 'Á' | 'À' | 'Ă' | 'Â' | 'Ẩ' => 'A',
        'Ô' | 'Ố' | 'Ơ' | 'Ó' | 'Ổ' => 'O',
        'Ê' | 'É' | 'Ế' => 'E',
        'Í' | 'Ỷ' | 'Ý' => 'I',
        other => other,
    }
}

fn attachment(rng: &mut Rng, number: &str, subject: &str, from: &str) -> AttachmentDraft {
    let pages = usize::try_from(rng.between(4, 40)).unwrap_or(4);
    AttachmentDraft {
        name: format!("{number}_van_ban_mau.pdf"),
        media_type: "application/pdf".into(),
        bytes: pdf(subject, from, pages),
        form: if rng.chance(0.8) {
            AttachmentForm::Zip
        } else {
            AttachmentForm::Raw
        },
    }
}

/// A one-page PDF that any reader opens; lines beyond ASCII are left out of the visible text.
fn pdf(subject: &str, from: &str, lines: usize) -> Vec<u8> {
    let mut text =
        String::from("BT /F1 12 Tf 56 780 Td 14 TL (SYNTHETIC DOCUMENT - VAN BAN MAU) Tj T*");
    for line in 1..=lines {
        text.push_str(&format!(" (Noi dung mau, dong {line}.) Tj T*"));
    }
    text.push_str(" ET");
    let objects = [
        "<< /Type /Catalog /Pages 2 0 R >>".to_owned(),
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>".to_owned(),
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R \
         /Resources << /Font << /F1 5 0 R >> >> >>"
            .to_owned(),
        format!("<< /Length {} >>\nstream\n{text}\nendstream", text.len()),
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>".to_owned(),
    ];
    let mut out = format!("%PDF-1.4\n% {subject} - {from}\n");
    let mut offsets = Vec::with_capacity(objects.len());
    for (place, object) in objects.iter().enumerate() {
        offsets.push(out.len());
        out.push_str(&format!("{} 0 obj\n{object}\nendobj\n", place + 1));
    }
    let table_at = out.len();
    out.push_str(&format!(
        "xref\n0 {}\n0000000000 65535 f \n",
        objects.len() + 1
    ));
    for offset in offsets {
        out.push_str(&format!("{offset:010} 00000 n \n"));
    }
    out.push_str(&format!(
        "trailer\n<< /Size {} /Root 1 0 R >>\nstartxref\n{table_at}\n%%EOF\n",
        objects.len() + 1
    ));
    out.into_bytes()
}
