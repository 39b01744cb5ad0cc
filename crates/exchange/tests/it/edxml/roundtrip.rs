//! Properties: what is written is read equal, and what is read is written and read equal.

use super::{Edxml, InMemory, LineEnd, bytes_of, collect, smallest_document, tolerant};
use lgsp_exchange::edxml::model::{
    Agency, Attachment, Business, BusinessType, Code, DocumentType, DocumentUpdate, Extra,
    OtherInfo, Party, Promulgation, Receiver, Reference, Replacement, ResponseFor, Signature,
    Signer, StaffInfo, TraceHeader,
};
use lgsp_exchange::edxml::{
    DateText, Document, InstantText, Limits, Packing, StatusMessage, WriteOptions, rewrite,
};
use proptest::collection::vec;
use proptest::option::of;
use proptest::prelude::*;
use uuid::Uuid;

/// Free text that is not blank: markup characters, Vietnamese, white space, other planes.
fn text() -> impl Strategy<Value = String> {
    "[ -~\t\u{a0}-\u{24f}\u{1ea0}-\u{1eff}\u{1f600}\r\n]{0,20}[!-~ă][ -~\r]{0,4}"
        .prop_map(|text| text.replace("]]>", "]]"))
}

/// Text without white space around it.
fn token() -> impl Strategy<Value = String> {
    "[!-~đ]([ -~]{0,12}[!-~])?".prop_map(|text| text.replace("]]>", "]]"))
}

fn organ() -> impl Strategy<Value = String> {
    prop_oneof![
        "H[0-9]{2}(\\.[0-9A-Z]{1,4}){0,3}",
        "[0-9]{3}\\.[0-9]{2}\\.[0-9]{2}\\.[A-Z][0-9]{2}",
        "[a-z]{2,5}\\.[a-z0-9]{1,4}",
    ]
}

fn date() -> impl Strategy<Value = DateText> {
    (1990..2100, 1..13, 1..29)
        .prop_map(|(year, month, day)| DateText::from_text(&format!("{year}/{month:02}/{day:02}")))
}

fn instant() -> impl Strategy<Value = InstantText> {
    (0..4_000_000_000_000_i64).prop_map(|ms| InstantText::from_unix_ms(ms).unwrap())
}

fn party() -> impl Strategy<Value = Party> {
    (
        organ(),
        [of(text()), of(text()), of(text())],
        [of(text()), of(text()), of(text()), of(text())],
    )
        .prop_map(
            |(organ_id, [in_charge, name, address], [email, telephone, fax, website])| Party {
                organ_id,
                in_charge,
                name,
                address,
                email,
                telephone,
                fax,
                website,
            },
        )
}

fn filled<T: Default + PartialEq>(part: T) -> Option<T> {
    (part != T::default()).then_some(part)
}

fn response_for() -> impl Strategy<Value = ResponseFor> {
    (organ(), of(token()), of(token()), of(date())).prop_map(
        |(organ_id, code, document_id, promulgation_date)| ResponseFor {
            organ_id: Some(organ_id),
            code,
            document_id,
            promulgation_date,
        },
    )
}

fn staff() -> impl Strategy<Value = Option<StaffInfo>> {
    [of(text()), of(text()), of(text()), of(text())].prop_map(
        |[department, staff, email, mobile]| {
            filled(StaffInfo {
                department,
                staff,
                email,
                mobile,
            })
        },
    )
}

fn business() -> impl Strategy<Value = Business> {
    let receiver = (organ(), of(token())).prop_map(|(organ_id, receiver_type)| Receiver {
        organ_id,
        receiver_type,
    });
    let update = (of(token()), of(token()), vec(receiver, 0..3)).prop_map(
        |(document_info, document_receiver, receivers)| {
            filled(DocumentUpdate {
                document_info,
                document_receiver,
                receivers,
            })
        },
    );
    let replacement =
        (token(), vec(organ(), 0..3)).prop_map(|(document_id, organ_ids)| Replacement {
            document_id,
            organ_ids,
        });
    (
        of(token()),
        0..4_u8,
        of(text()),
        of(token()),
        update,
        vec(replacement, 0..3),
        staff(),
    )
        .prop_map(
            |(document_id, kind, reason, paper, update, replacements, staff)| Business {
                document_id,
                kind: BusinessType::try_from(kind).unwrap(),
                reason,
                paper,
                update,
                replacements,
                staff,
            },
        )
}

fn traces() -> impl Strategy<Value = Vec<TraceHeader>> {
    let trace = (
        of(organ()),
        of(instant()),
        vec(("[a-z]{1,5}", text()), 0..2),
    )
        .prop_map(|(organ_id, timestamp, mut attributes)| {
            attributes.dedup_by(|a, b| a.0 == b.0);
            TraceHeader {
                organ_id,
                timestamp,
                attributes,
            }
        });
    vec(trace, 0..4)
}

fn other_info() -> impl Strategy<Value = OtherInfo> {
    (
        [of(token()), of(token()), of(token())],
        of(text()),
        of(text()),
        any::<bool>(),
        vec(text(), 0..3),
    )
        .prop_map(
            |([priority, copies, pages], sphere, typer_notation, direction, appendixes)| {
                OtherInfo {
                    priority,
                    sphere,
                    typer_notation,
                    copies,
                    pages,
                    direction,
                    appendixes,
                }
            },
        )
}

type Details = (
    Option<Code>,
    Option<Promulgation>,
    Option<DocumentType>,
    Option<Signer>,
    Option<Agency>,
);

fn details() -> impl Strategy<Value = Details> {
    let code =
        [of(token()), of(token())].prop_map(|[number, notation]| filled(Code { number, notation }));
    let promulgation =
        (of(text()), of(date())).prop_map(|(place, date)| filled(Promulgation { place, date }));
    let document_type =
        (of(token()), of(token()), of(text())).prop_map(|(number, detail, name)| {
            filled(DocumentType {
                number,
                detail,
                name,
            })
        });
    let signer =
        [of(text()), of(text()), of(text())].prop_map(|[competence, position, full_name]| {
            filled(Signer {
                competence,
                position,
                full_name,
            })
        });
    let agency = (of(organ()), of(text()), of(token()), of(text()), of(text())).prop_map(
        |(organ_id, organ_name, department_id, department_name, execute_role)| {
            filled(Agency {
                organ_id,
                organ_name,
                department_id,
                department_name,
                execute_role,
            })
        },
    );
    (code, promulgation, document_type, signer, agency)
}

/// Unknown elements where they are allowed, and in the place where they are read back.
fn extras() -> impl Strategy<Value = Vec<Extra>> {
    let header = "/edXML/edXMLEnvelope/edXMLHeader";
    let places = vec![
        ("/edXML".to_owned(), "edXMLEnvelope"),
        (header.to_owned(), "MessageHeader"),
        (format!("{header}/MessageHeader"), "From"),
        (format!("{header}/MessageHeader"), "DocumentId"),
        (format!("{header}/MessageHeader/From"), ""),
        (format!("{header}/MessageHeader/To"), "OrganId"),
        (format!("{header}/MessageHeader/DocumentId"), ""),
    ];
    let xml = prop_oneof![
        Just("<edXML:Khac xmlns:edXML=\"http://www.mic.gov.vn/TBT/QCVN_102_2016\" />".to_owned()),
        Just(
            "<k:Khac xmlns:k=\"urn:khac\" a='1'>\r\n  <k:x><!-- c --></k:x>&amp;</k:Khac>"
                .to_owned()
        ),
        Just("<Khac><![CDATA[<&]]></Khac>".to_owned()),
    ];
    vec((proptest::sample::select(places), xml), 0..4).prop_map(|picked| {
        let mut extras: Vec<Extra> = picked
            .into_iter()
            .map(|((parent, after), xml)| Extra {
                parent,
                after: after.to_owned(),
                xml,
            })
            .collect();
        extras.sort_by(|a, b| (&a.parent, &a.after).cmp(&(&b.parent, &b.after)));
        extras
    })
}

fn attachments() -> impl Strategy<Value = (Vec<Reference>, Vec<Attachment>, InMemory)> {
    let one = (
        [of(text()), of(text()), of(text())],
        (of(token()), of(token()), of(text())),
        vec(any::<u8>(), 0..300),
        of(any::<u128>()),
    );
    vec(one, 0..4).prop_map(|items| {
        let mut all = (Vec::new(), Vec::new(), InMemory::default());
        for (index, ([name, description, link], (kind, other, role), content, entry)) in
            items.into_iter().enumerate()
        {
            all.0.push(Reference {
                content_id: format!("cid:{index}"),
                content_type: kind,
                description: description.clone(),
                attachment_name: name.clone(),
                xlink_href: link,
                xlink_role: role,
                xlink_type: None,
            });
            all.1.push(Attachment {
                content_id: format!("cid:{index}"),
                attachment_name: name,
                description,
                content_type: other,
            });
            let packing = entry.map_or(Packing::Raw, |entry| Packing::Zip {
                entry: Uuid::from_u128(entry),
            });
            all.2.contents.push((content, packing));
        }
        all
    })
}

fn signature() -> impl Strategy<Value = Option<Signature>> {
    of(any::<bool>().prop_map(|is_xmldsig| {
        let xmlns = if is_xmldsig {
            " xmlns=\"http://www.w3.org/2000/09/xmldsig#\""
        } else {
            ""
        };
        Signature {
            is_xmldsig,
            xml: format!("<Signature{xmlns}><SignedInfo/></Signature>"),
        }
    }))
}

fn document() -> impl Strategy<Value = (Document, InMemory)> {
    let identity = (party(), vec(party(), 1..4), token(), text(), of(text()));
    let dates = (of(date()), of(other_info()), vec(response_for(), 0..3));
    let lists = (
        of(token()),
        vec(text(), 0..3),
        vec(text(), 0..3),
        of(token()),
    );
    let trace = (traces(), of(business()), signature(), extras());
    (identity, details(), dates, lists, trace, attachments()).prop_map(
        |(identity, details, dates, lists, trace, (references, attachments, contents))| {
            let document = Document {
                from: identity.0,
                to: identity.1,
                document_id: identity.2,
                subject: identity.3,
                content: identity.4,
                code: details.0,
                promulgation: details.1,
                document_type: details.2,
                signer: details.3,
                agency: details.4,
                due_date: dates.0,
                other_info: dates.1,
                response_for: dates.2,
                steering_type: lists.0,
                to_places: lists.1,
                response_for_tasks: lists.2,
                application_type: lists.3,
                traces: trace.0,
                business: trace.1,
                signature: trace.2,
                extras: trace.3,
                references,
                attachments,
            };
            (document, contents)
        },
    )
}

fn status() -> impl Strategy<Value = StatusMessage> {
    (
        party(),
        response_for(),
        staff(),
        "[0-9]{2}",
        of(text()),
        of(instant()),
    )
        .prop_map(
            |(from, response_for, staff, status_code, description, timestamp)| StatusMessage {
                from,
                response_for,
                staff,
                status_code,
                description,
                timestamp,
                ..StatusMessage::default()
            },
        )
}

/// Line ends inside of XML are one line feed, unless written as a reference, which we do.
fn line_end() -> impl Strategy<Value = LineEnd> {
    prop_oneof![Just(LineEnd::CrLf), Just(LineEnd::Lf), Just(LineEnd::None)]
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(160) })]

    #[test]
    fn a_document_is_read_as_it_was_written((document, contents) in document(), line_end in line_end()) {
        let message = Edxml::Document(Box::new(document));
        let bytes = bytes_of(&message, &contents, line_end);
        let (reading, decoded) = collect(&bytes);
        prop_assert_eq!(&reading.message, &message);
        prop_assert!(!reading.has_broken_attachment());
        for (facts, (content, packing)) in reading.attachments.iter().zip(&contents.contents) {
            if *packing == Packing::Raw {
                prop_assert_eq!(&decoded[facts.index], content);
            } else {
                prop_assert_eq!(facts.inner_size_bytes, content.len() as u64);
            }
        }
        let mut again = Vec::new();
        let options = WriteOptions { line_end };
        rewrite(&reading.message, &bytes[..], &Limits::default(), &options, &mut again).unwrap();
        prop_assert_eq!(again, bytes);
    }

    #[test]
    fn a_status_is_read_as_it_was_written(status in status(), line_end in line_end()) {
        let message = Edxml::Status(status);
        let bytes = bytes_of(&message, &InMemory::default(), line_end);
        prop_assert_eq!(tolerant(&bytes).unwrap().message, message);
    }

    #[test]
    fn arbitrary_bytes_never_panic(bytes in vec(any::<u8>(), 0..400)) {
        lgsp_exchange::edxml::fuzz_edxml(&bytes);
    }
}

#[test]
fn unknown_elements_keep_place_bytes_and_namespaces() {
    let (document, contents) = smallest_document();
    let clean = bytes_of(
        &Edxml::Document(Box::new(document)),
        &contents,
        LineEnd::CrLf,
    );
    let clean = String::from_utf8(clean).unwrap();
    let first = "<v:A   b='1'><v:C/>\r\n\t&lt;</v:A >";
    let bytes = clean
        .replace("<edXML xmlns", "<edXML xmlns:v=\"urn:v\" xmlns")
        .replace("<edXML:DocumentId>", &format!("{first}<edXML:DocumentId>"))
        .replace(
            "</Attachment>",
            "<edXML:Z xmlns:edXML=\"http://www.mic.gov.vn/TBT/QCVN_102_2016\"/></Attachment>",
        );
    let reading = tolerant(bytes.as_bytes()).unwrap();
    let extras = &reading.message.as_document().unwrap().extras;
    let in_header = extras
        .iter()
        .find(|extra| extra.parent.ends_with("MessageHeader"))
        .unwrap();
    assert_eq!(in_header.after, "To");
    assert_eq!(
        in_header.xml,
        first.replace("<v:A ", "<v:A xmlns:v=\"urn:v\" ")
    );
    assert_eq!(extras.len(), 2);
    let again = bytes_of(&reading.message, &contents, LineEnd::CrLf);
    assert_eq!(tolerant(&again).unwrap().message, reading.message);
}

#[test]
fn fields_of_the_other_kind_of_message_are_kept() {
    let status = Edxml::Status(super::status_message("13"));
    let bytes = String::from_utf8(bytes_of(&status, &InMemory::default(), LineEnd::CrLf)).unwrap();
    let bytes = bytes.replace(
        "<edXML:StatusCode>",
        "<edXML:To><edXML:OrganId>H48.01</edXML:OrganId></edXML:To><edXML:DocumentId>a,b</edXML:DocumentId>\
         <edXML:Khac/><edXML:DueDate>2026/12/01</edXML:DueDate><edXML:StatusCode>",
    );
    let reading = tolerant(bytes.as_bytes()).unwrap();
    let kept = reading.message.as_status().unwrap();
    assert_eq!(kept.to.len(), 1);
    assert!(
        kept.extras[0]
            .xml
            .contains("<edXML:DocumentId>a,b</edXML:DocumentId>")
    );
    let again = bytes_of(&reading.message, &InMemory::default(), LineEnd::CrLf);
    assert_eq!(tolerant(&again).unwrap().message, reading.message);
}
