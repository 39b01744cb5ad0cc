//! Writing the fields of `MessageHeader`.
//!
//! Owns: the order of elements in documents and in status messages, which differ. Not here: the
//! frame around them (`mod`). Invariant: absent fields are left out.
//! Follows: design document "Document exchange", sections 2.1, 2.2 and 3.

use std::io;

use super::super::model::{
    Agency, Code, Document, DocumentType, OtherInfo, Party, Promulgation, ResponseFor, Signer,
    StaffInfo, StatusMessage,
};
use super::xml::Xml;

/// Which of two orders is written.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Order {
    Document,
    Status,
}

impl Xml<'_> {
    pub(super) fn document_fields(&mut self, document: &Document) -> io::Result<()> {
        self.parties(&document.to, Order::Document)?;
        self.optional("DocumentId", filled(&document.document_id))?;
        self.part("Code", document.code.as_ref(), Self::code)?;
        self.part(
            "PromulgationInfo",
            document.promulgation.as_ref(),
            Self::promulgation,
        )?;
        self.part(
            "DocumentType",
            document.document_type.as_ref(),
            Self::document_type,
        )?;
        self.optional("Subject", filled(&document.subject))?;
        self.optional("Content", document.content.as_deref())?;
        self.part("SignerInfo", document.signer.as_ref(), Self::signer)?;
        self.optional(
            "DueDate",
            document.due_date.as_ref().map(|date| date.as_str()),
        )?;
        self.part("OtherInfo", document.other_info.as_ref(), Self::other_info)?;
        for (index, response) in document.response_for.iter().enumerate() {
            self.response_for(index + 1, response, Order::Document)?;
        }
        self.optional("SteeringType", document.steering_type.as_deref())?;
        self.list("ToPlaces", "Place", &document.to_places)?;
        self.list("ResponseForTask", "TaskCode", &document.response_for_tasks)?;
        self.optional("ApplicationType", document.application_type.as_deref())?;
        self.part("Agency", document.agency.as_ref(), Self::agency)
    }

    pub(super) fn status_fields(&mut self, status: &StatusMessage) -> io::Result<()> {
        self.parties(&status.to, Order::Status)?;
        if status.response_for != ResponseFor::default() {
            self.response_for(1, &status.response_for, Order::Status)?;
        }
        self.staff(status.staff.as_ref(), Order::Status)?;
        self.optional("StatusCode", filled(&status.status_code))?;
        self.optional("Description", status.description.as_deref())?;
        self.optional(
            "Timestamp",
            status.timestamp.as_ref().map(|instant| instant.as_str()),
        )
    }

    fn parties(&mut self, parties: &[Party], order: Order) -> io::Result<()> {
        for (index, party) in parties.iter().enumerate() {
            self.party("To", index + 1, party, order)?;
        }
        Ok(())
    }

    pub(super) fn party(
        &mut self,
        element: &str,
        number: usize,
        party: &Party,
        order: Order,
    ) -> io::Result<()> {
        self.open(element, number, "")?;
        self.field("OrganId", 1, &party.organ_id)?;
        let in_charge = ("OrganizationInCharge", party.in_charge.as_deref());
        let name = ("OrganName", party.name.as_deref());
        let [first, second] = match order {
            Order::Document => [in_charge, name],
            Order::Status => [name, in_charge],
        };
        self.optional(first.0, first.1)?;
        self.optional(second.0, second.1)?;
        self.optional("OrganAdd", party.address.as_deref())?;
        self.optional("Email", party.email.as_deref())?;
        self.optional("Telephone", party.telephone.as_deref())?;
        self.optional("Fax", party.fax.as_deref())?;
        self.optional("Website", party.website.as_deref())?;
        self.close(element, number)
    }

    /// An optional part; one that holds nothing but unknown elements is written for their sake.
    pub(super) fn part<T: Default>(
        &mut self,
        name: &str,
        part: Option<&T>,
        fields: fn(&mut Self, &T) -> io::Result<()>,
    ) -> io::Result<()> {
        if part.is_none() && !self.has_extras_in(name, 1) {
            return self.place_extras(name, 1);
        }
        self.open(name, 1, "")?;
        if let Some(part) = part {
            fields(self, part)?;
        }
        self.close(name, 1)
    }

    fn code(&mut self, code: &Code) -> io::Result<()> {
        self.optional("CodeNumber", code.number.as_deref())?;
        self.optional("CodeNotation", code.notation.as_deref())
    }

    fn promulgation(&mut self, promulgation: &Promulgation) -> io::Result<()> {
        self.optional("Place", promulgation.place.as_deref())?;
        self.optional(
            "PromulgationDate",
            promulgation.date.as_ref().map(|date| date.as_str()),
        )
    }

    fn document_type(&mut self, document_type: &DocumentType) -> io::Result<()> {
        self.optional("Type", document_type.number.as_deref())?;
        self.optional("TypeDetail", document_type.detail.as_deref())?;
        self.optional("TypeName", document_type.name.as_deref())
    }

    fn signer(&mut self, signer: &Signer) -> io::Result<()> {
        self.optional("Competence", signer.competence.as_deref())?;
        self.optional("Position", signer.position.as_deref())?;
        self.optional("FullName", signer.full_name.as_deref())
    }

    fn other_info(&mut self, info: &OtherInfo) -> io::Result<()> {
        self.optional("Priority", info.priority.as_deref())?;
        self.optional("SphereOfPromulgation", info.sphere.as_deref())?;
        self.optional("TyperNotation", info.typer_notation.as_deref())?;
        self.optional("PromulgationAmount", info.copies.as_deref())?;
        self.optional("PageAmount", info.pages.as_deref())?;
        self.field(
            "Direction",
            1,
            if info.direction { "true" } else { "false" },
        )?;
        self.list("Appendixes", "Appendix", &info.appendixes)
    }

    fn response_for(
        &mut self,
        number: usize,
        response: &ResponseFor,
        order: Order,
    ) -> io::Result<()> {
        self.open("ResponseFor", number, "")?;
        self.optional("OrganId", response.organ_id.as_deref())?;
        self.optional("Code", response.code.as_deref())?;
        let id = ("DocumentId", response.document_id.as_deref());
        let date = response
            .promulgation_date
            .as_ref()
            .map(|date| date.as_str());
        let date = ("PromulgationDate", date);
        let [first, second] = match order {
            Order::Document => [id, date],
            Order::Status => [date, id],
        };
        self.optional(first.0, first.1)?;
        self.optional(second.0, second.1)?;
        self.close("ResponseFor", number)
    }

    fn agency(&mut self, agency: &Agency) -> io::Result<()> {
        self.optional("OrganId", agency.organ_id.as_deref())?;
        self.optional("OrganName", agency.organ_name.as_deref())?;
        self.optional("DepartmentId", agency.department_id.as_deref())?;
        self.optional("DepartmentName", agency.department_name.as_deref())?;
        self.optional("ExecuteRole", agency.execute_role.as_deref())
    }

    pub(super) fn staff(&mut self, staff: Option<&StaffInfo>, order: Order) -> io::Result<()> {
        match order {
            Order::Document => self.part("StaffInfo", staff, Self::staff_of_business),
            Order::Status => self.part("StaffInfo", staff, Self::staff_of_status),
        }
    }

    fn staff_of_business(&mut self, staff: &StaffInfo) -> io::Result<()> {
        self.optional("Department", staff.department.as_deref())?;
        self.optional("Staff", staff.staff.as_deref())?;
        self.optional("Email", staff.email.as_deref())?;
        self.optional("Mobile", staff.mobile.as_deref())
    }

    fn staff_of_status(&mut self, staff: &StaffInfo) -> io::Result<()> {
        self.optional("Department", staff.department.as_deref())?;
        self.optional("Staff", staff.staff.as_deref())?;
        self.optional("Mobile", staff.mobile.as_deref())?;
        self.optional("Email", staff.email.as_deref())
    }
}

fn filled(text: &str) -> Option<&str> {
    (!text.is_empty()).then_some(text)
}
