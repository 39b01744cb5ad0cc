//! `MessageHeader`: the fields of documents and status messages.
//!
//! Owns: sections 2.1 and 2.2. Not here: which message it is (`message`). Invariant: blank
//! optional elements are absent.
//! Follows: design document "Document exchange", sections 2.1 and 2.2.

use std::io::BufRead;

use super::super::defects::DefectCode;
use super::super::limits::LimitName;
use super::super::model::{
    Agency, Code, DocumentType, OtherInfo, Party, Promulgation, ResponseFor, Signer, StaffInfo,
};
use super::message::Draft;
use super::scanner::{Outcome, Scanner};
use super::schema::{self, Child, Frame};

impl<R: BufRead> Scanner<'_, R> {
    pub(super) fn read_message_header(&mut self, draft: &mut Draft) -> Outcome<()> {
        let mut frame = Frame::new(schema::MESSAGE);
        while let Some(name) = self.next_child(&mut frame)? {
            if !self.read_identity(name, draft, &mut frame)? {
                self.read_detail(name, draft, &mut frame)?;
            }
        }
        Ok(())
    }

    /// The fields that every document has; false when `name` is none of them.
    fn read_identity(&mut self, name: &str, draft: &mut Draft, frame: &mut Frame) -> Outcome<bool> {
        let document = &mut draft.document;
        match name {
            "From" => {
                frame.keep();
                document.from = self.read_party()?;
            }
            "To" => {
                frame.keep();
                if document.to.len() >= self.options.limits.recipients {
                    return Err(self.limit(LimitName::Recipients));
                }
                document.to.push(self.read_party()?);
                draft.has_document_field = true;
            }
            "DocumentId" => {
                document.document_id = self.token(frame)?.unwrap_or_default();
                draft.has_document_field = true;
            }
            "Code" => document.code = self.read_code(frame)?,
            "PromulgationInfo" => document.promulgation = self.read_promulgation(frame)?,
            "DocumentType" => document.document_type = self.read_document_type(frame)?,
            "Subject" => {
                document.subject = self.field(frame)?.unwrap_or_default();
                draft.has_document_field = true;
            }
            "Content" => document.content = self.field(frame)?,
            "SignerInfo" => document.signer = self.read_signer(frame)?,
            "DueDate" => document.due_date = self.date(frame)?,
            "OtherInfo" => document.other_info = self.read_other_info(frame)?,
            _ => return Ok(false),
        }
        Ok(true)
    }

    fn read_detail(&mut self, name: &str, draft: &mut Draft, frame: &mut Frame) -> Outcome<()> {
        let document = &mut draft.document;
        match name {
            "ResponseFor" => {
                if document.response_for.len() >= self.options.limits.response_fors {
                    return Err(self.limit(LimitName::ResponseFors));
                }
                document.response_for.extend(self.read_response_for(frame)?);
            }
            "SteeringType" => document.steering_type = self.token(frame)?,
            "ToPlaces" => document.to_places = self.read_list(frame, schema::TO_PLACES)?,
            "ResponseForTask" => {
                document.response_for_tasks = self.read_list(frame, schema::TASKS)?
            }
            "ApplicationType" => document.application_type = self.token(frame)?,
            "Agency" => document.agency = self.read_agency(frame)?,
            "StaffInfo" => draft.staff = self.read_staff(frame)?,
            "StatusCode" => draft.status_code = self.token(frame)?,
            "Description" => draft.description = self.field(frame)?,
            _ => draft.timestamp = self.instant(frame)?,
        }
        Ok(())
    }

    fn read_party(&mut self) -> Outcome<Party> {
        let mut party = Party::default();
        let mut frame = Frame::new(schema::PARTY);
        while let Some(name) = self.next_child(&mut frame)? {
            let slot = match name {
                "OrganId" => {
                    party.organ_id = self.organ(&mut frame)?.unwrap_or_default();
                    continue;
                }
                "OrganizationInCharge" => &mut party.in_charge,
                "OrganName" => &mut party.name,
                "OrganAdd" => &mut party.address,
                "Email" => &mut party.email,
                "Telephone" => &mut party.telephone,
                "Fax" => &mut party.fax,
                _ => &mut party.website,
            };
            *slot = self.field(&mut frame)?;
        }
        Ok(party)
    }

    fn read_code(&mut self, outer: &mut Frame) -> Outcome<Option<Code>> {
        let mut code = Code::default();
        let mut frame = Frame::new(schema::CODE);
        while let Some(name) = self.next_child(&mut frame)? {
            match name {
                "CodeNumber" => code.number = self.token(&mut frame)?,
                _ => code.notation = self.token(&mut frame)?,
            }
        }
        Ok(kept(code, outer))
    }

    fn read_promulgation(&mut self, outer: &mut Frame) -> Outcome<Option<Promulgation>> {
        let mut promulgation = Promulgation::default();
        let mut frame = Frame::new(schema::PROMULGATION);
        while let Some(name) = self.next_child(&mut frame)? {
            match name {
                "Place" => promulgation.place = self.field(&mut frame)?,
                _ => promulgation.date = self.date(&mut frame)?,
            }
        }
        Ok(kept(promulgation, outer))
    }

    fn read_document_type(&mut self, outer: &mut Frame) -> Outcome<Option<DocumentType>> {
        let mut document_type = DocumentType::default();
        let mut frame = Frame::new(schema::DOCUMENT_TYPE);
        while let Some(name) = self.next_child(&mut frame)? {
            match name {
                "Type" => document_type.number = self.token(&mut frame)?,
                "TypeDetail" => document_type.detail = self.token(&mut frame)?,
                _ => document_type.name = self.field(&mut frame)?,
            }
        }
        Ok(kept(document_type, outer))
    }

    fn read_signer(&mut self, outer: &mut Frame) -> Outcome<Option<Signer>> {
        let mut signer = Signer::default();
        let mut frame = Frame::new(schema::SIGNER);
        while let Some(name) = self.next_child(&mut frame)? {
            match name {
                "Competence" => signer.competence = self.field(&mut frame)?,
                "Position" => signer.position = self.field(&mut frame)?,
                _ => signer.full_name = self.field(&mut frame)?,
            }
        }
        Ok(kept(signer, outer))
    }

    fn read_other_info(&mut self, outer: &mut Frame) -> Outcome<Option<OtherInfo>> {
        let mut info = OtherInfo::default();
        let mut has_direction = false;
        let mut frame = Frame::new(schema::OTHER_INFO);
        while let Some(name) = self.next_child(&mut frame)? {
            match name {
                "Priority" => info.priority = self.token(&mut frame)?,
                "SphereOfPromulgation" => info.sphere = self.field(&mut frame)?,
                "TyperNotation" => info.typer_notation = self.field(&mut frame)?,
                "PromulgationAmount" => info.copies = self.token(&mut frame)?,
                "PageAmount" => info.pages = self.token(&mut frame)?,
                "Direction" => {
                    let text = self.token(&mut frame)?;
                    has_direction |= text.is_some();
                    info.direction = matches!(text.as_deref(), Some("true" | "True" | "1"));
                }
                _ => info.appendixes = self.read_list(&mut frame, schema::APPENDIXES)?,
            }
        }
        if has_direction {
            outer.keep();
            return Ok(Some(info));
        }
        Ok(kept(info, outer))
    }

    fn read_response_for(&mut self, outer: &mut Frame) -> Outcome<Option<ResponseFor>> {
        let place = (self.event_at, self.path_text(""));
        let extras = self.extras.len();
        let mut response = ResponseFor::default();
        let mut frame = Frame::new(schema::RESPONSE_FOR);
        while let Some(name) = self.next_child(&mut frame)? {
            match name {
                "OrganId" => response.organ_id = self.organ(&mut frame)?,
                "Code" => response.code = self.token(&mut frame)?,
                "DocumentId" => response.document_id = self.token(&mut frame)?,
                _ => response.promulgation_date = self.date(&mut frame)?,
            }
        }
        let response = item(response, outer, self.extras.len() > extras);
        if response.is_none() {
            let now = std::mem::replace(&mut self.event_at, place.0);
            let leaf = place.1.rsplit('/').next().unwrap_or_default();
            self.note(DefectCode::ResponseForEmpty, leaf)?;
            self.event_at = now;
        }
        Ok(response)
    }

    /// The texts of a list whose table has one kind of child.
    pub(super) fn read_list(
        &mut self,
        outer: &mut Frame,
        children: &'static [Child],
    ) -> Outcome<Vec<String>> {
        let mut list = Vec::new();
        let mut frame = Frame::new(children);
        while self.next_child(&mut frame)?.is_some() {
            let extras = self.extras.len();
            let text = self.field(&mut frame)?;
            list.extend(
                text.or_else(|| item(String::new(), &mut frame, self.extras.len() > extras)),
            );
        }
        if !list.is_empty() {
            outer.keep();
        }
        Ok(list)
    }

    fn read_agency(&mut self, outer: &mut Frame) -> Outcome<Option<Agency>> {
        let mut agency = Agency::default();
        let mut frame = Frame::new(schema::AGENCY);
        while let Some(name) = self.next_child(&mut frame)? {
            match name {
                "OrganId" => agency.organ_id = self.organ(&mut frame)?,
                "OrganName" => agency.organ_name = self.field(&mut frame)?,
                "DepartmentId" => agency.department_id = self.token(&mut frame)?,
                "DepartmentName" => agency.department_name = self.field(&mut frame)?,
                _ => agency.execute_role = self.field(&mut frame)?,
            }
        }
        Ok(kept(agency, outer))
    }

    pub(super) fn read_staff(&mut self, outer: &mut Frame) -> Outcome<Option<StaffInfo>> {
        let mut staff = StaffInfo::default();
        let mut frame = Frame::new(schema::STAFF);
        while let Some(name) = self.next_child(&mut frame)? {
            match name {
                "Department" => staff.department = self.field(&mut frame)?,
                "Staff" => staff.staff = self.field(&mut frame)?,
                "Email" => staff.email = self.field(&mut frame)?,
                _ => staff.mobile = self.field(&mut frame)?,
            }
        }
        Ok(kept(staff, outer))
    }
}

/// A part in which nothing stands is absent.
pub(super) fn kept<T: Default + PartialEq>(part: T, outer: &mut Frame) -> Option<T> {
    if part == T::default() {
        return None;
    }
    outer.keep();
    Some(part)
}

/// Like [`kept`], for one of many: unknown elements inside keep it, so that their place stays.
pub(super) fn item<T: Default + PartialEq>(
    part: T,
    outer: &mut Frame,
    has_extras: bool,
) -> Option<T> {
    if has_extras && part == T::default() {
        outer.keep();
        return Some(part);
    }
    kept(part, outer)
}
