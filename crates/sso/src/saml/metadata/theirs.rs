//! A service provider's resource from its metadata.
//!
//! Owns: `import`: the specification, and what a person should know before keeping it.
//! Not here: keeping it (`routes/import.rs`).
//! Invariant: nothing is fetched; the person who pastes the file answers for where it is from.
//! Follows: SAML 2.0 Metadata, 2.4.4.

use lgsp_platform::error::Sentence;

use super::super::{
    encryption::{Encryption, Recipient, Wish, wishes},
    kind::{
        AssertionConsumer, AttributeMapping, LogoutBinding, LogoutService, NameIdFormat, SamlSp,
    },
    names::{METADATA, POST_BINDING, PROTOCOL, REDIRECT_BINDING, SOAP_BINDING},
    refused::Refused,
    signature::{DS, certificate},
    xml::{Document, Element},
};
use crate::{access::ApplicationAccess, attributes::PersonAttribute, kinds::is_application_url};

/// Attributes that applications usually ask for, by their registered names.
const USUAL: [(&str, &str, PersonAttribute); 11] = [
    (
        "urn:oid:0.9.2342.19200300.100.1.1",
        "uid",
        PersonAttribute::Username,
    ),
    (
        "urn:oid:2.16.840.1.113730.3.1.241",
        "displayName",
        PersonAttribute::DisplayName,
    ),
    (
        "urn:oid:0.9.2342.19200300.100.1.3",
        "mail",
        PersonAttribute::Email,
    ),
    ("urn:oid:2.5.4.42", "givenName", PersonAttribute::GivenName),
    ("urn:oid:2.5.4.4", "sn", PersonAttribute::FamilyName),
    ("urn:oid:2.5.4.3", "cn", PersonAttribute::DisplayName),
    (
        "urn:oid:2.5.4.20",
        "telephoneNumber",
        PersonAttribute::Phone,
    ),
    ("urn:oid:2.5.4.12", "title", PersonAttribute::Position),
    ("urn:oid:2.5.4.10", "o", PersonAttribute::AgencyName),
    ("urn:oid:2.5.4.11", "ou", PersonAttribute::AgencyCode),
    (
        "urn:oid:1.3.6.1.4.1.5923.1.5.1.1",
        "isMemberOf",
        PersonAttribute::Groups,
    ),
];
/// How many of those an application is given that names none.
const USUAL_DEFAULT: usize = 3;

/// What was read from metadata.
#[derive(Debug, Clone)]
pub struct Imported {
    /// The specification.
    pub spec: SamlSp,
    /// What a person should know before keeping it.
    pub warnings: Vec<Sentence>,
}

/// Reads the metadata of one service provider.
///
/// # Errors
/// [`Refused::Metadata`] names what is missing; [`Refused::Unreadable`].
pub fn import(xml: &[u8]) -> Result<Imported, Refused> {
    let document = Document::parse(xml)?;
    let entity = entity(&document.root)?;
    let role = entity
        .named(METADATA, "SPSSODescriptor")
        .find(|role| {
            let protocols = role.attribute("protocolSupportEnumeration");
            protocols.is_some_and(|list| list.split_whitespace().any(|name| name == PROTOCOL))
        })
        .ok_or(Refused::Metadata("SPSSODescriptor"))?;
    let entity_id = entity.attribute("entityID").unwrap_or_default().to_owned();
    if entity_id.is_empty() {
        return Err(Refused::Metadata("entityID"));
    }
    let mut warnings = Vec::new();
    let consumers = consumers(role, &mut warnings);
    if consumers.is_empty() {
        return Err(Refused::Metadata("AssertionConsumerService"));
    }
    let Found {
        certificates,
        encryption,
        is_asked,
    } = keys(role, &mut warnings)?;
    let logout_services = logout_services(role, &mut warnings);
    if certificates.is_empty() && !logout_services.is_empty() {
        warnings.push(Sentence::new(
            "Không có chứng thư: yêu cầu đăng xuất từ ứng dụng sẽ bị từ chối vì không kiểm tra \
             được chữ ký.",
            "No certificate: requests to sign out from the application will be refused, because \
             their signature cannot be checked.",
        ));
    }
    let is_signed = |name| matches!(role.attribute(name), Some("true" | "1"));
    let spec = SamlSp {
        title: title(entity, role)?.unwrap_or_else(|| entity_id.clone()),
        entity_id,
        assertion_consumers: consumers,
        logout_services,
        requests_signed: is_signed("AuthnRequestsSigned") && !certificates.is_empty(),
        certificates,
        response_signed: false,
        encrypt_assertion: is_asked && encryption.is_some(),
        encryption,
        encrypt_logout_name: true,
        name_id_formats: formats(role)?,
        attributes: attributes(role),
        acr_min: 1,
        idp_initiated: false,
        access: ApplicationAccess::default(),
        enabled: true,
        owner: None,
    };
    Ok(Imported { spec, warnings })
}

/// The one entity with a service provider in it.
fn entity(root: &Element) -> Result<&Element, Refused> {
    if root.is(METADATA, "EntityDescriptor") {
        return Ok(root);
    }
    if !root.is(METADATA, "EntitiesDescriptor") {
        return Err(Refused::Metadata("EntityDescriptor"));
    }
    let mut found = root
        .named(METADATA, "EntityDescriptor")
        .filter(|entity| entity.child(METADATA, "SPSSODescriptor").is_some());
    match (found.next(), found.next()) {
        (Some(entity), None) => Ok(entity),
        _ => Err(Refused::Metadata("EntityDescriptor")),
    }
}

fn title(entity: &Element, role: &Element) -> Result<Option<String>, Refused> {
    let of_service = role
        .child(METADATA, "AttributeConsumingService")
        .and_then(|service| service.child(METADATA, "ServiceName"));
    let of_organisation = entity
        .child(METADATA, "Organization")
        .and_then(|organisation| organisation.child(METADATA, "OrganizationDisplayName"));
    let Some(found) = of_service.or(of_organisation) else {
        return Ok(None);
    };
    let text = found.text()?;
    Ok((!text.is_empty()).then(|| text.to_owned()))
}

fn consumers(role: &Element, warnings: &mut Vec<Sentence>) -> Vec<AssertionConsumer> {
    let mut consumers = Vec::new();
    for service in role.named(METADATA, "AssertionConsumerService") {
        let url = service.attribute("Location").unwrap_or_default();
        if service.attribute("Binding") != Some(POST_BINDING) {
            continue;
        }
        if !is_application_url(url) {
            warnings.push(left_out(url));
            continue;
        }
        let index = service
            .attribute("index")
            .and_then(|text| text.parse().ok());
        consumers.push(AssertionConsumer {
            url: url.to_owned(),
            index: index.unwrap_or_default(),
            is_default: matches!(service.attribute("isDefault"), Some("true" | "1")),
        });
    }
    consumers
}

fn logout_services(role: &Element, warnings: &mut Vec<Sentence>) -> Vec<LogoutService> {
    let mut services = Vec::new();
    for service in role.named(METADATA, "SingleLogoutService") {
        let binding = match service.attribute("Binding") {
            Some(REDIRECT_BINDING) => LogoutBinding::Redirect,
            Some(POST_BINDING) => LogoutBinding::Post,
            Some(SOAP_BINDING) => LogoutBinding::Soap,
            _ => continue,
        };
        let url = service.attribute("Location").unwrap_or_default();
        let response_url = service.attribute("ResponseLocation");
        if !is_application_url(url) || !response_url.is_none_or(is_application_url) {
            warnings.push(left_out(url));
            continue;
        }
        services.push(LogoutService {
            binding,
            url: url.to_owned(),
            response_url: response_url.map(str::to_owned),
        });
    }
    services
}

fn left_out(url: &str) -> Sentence {
    Sentence::new(
        format!("Bỏ qua địa chỉ {url}: không dùng https."),
        format!("Address {url} is left out: it is not https."),
    )
}

/// The keys of a service provider.
#[derive(Default)]
struct Found {
    /// Certificates of keys that sign.
    certificates: Vec<String>,
    /// The first key for encryption that can be used.
    encryption: Option<Encryption>,
    /// Whether a key is there for encryption alone: then assertions are wished encrypted.
    is_asked: bool,
}

fn keys(role: &Element, warnings: &mut Vec<Sentence>) -> Result<Found, Refused> {
    let mut found = Found::default();
    for descriptor in role.named(METADATA, "KeyDescriptor") {
        let usage = descriptor.attribute("use");
        let data = descriptor.child(DS, "KeyInfo").into_iter();
        let data = data.flat_map(|info| info.named(DS, "X509Data"));
        let mut texts = Vec::new();
        for element in data.flat_map(|data| data.named(DS, "X509Certificate")) {
            texts.push(element.text()?.split_whitespace().collect::<String>());
        }
        if usage != Some("encryption") {
            for text in &texts {
                let read = certificate::decode(text).and_then(|der| certificate::public_key(&der));
                if read.is_err() {
                    warnings.push(Sentence::new(
                        "Bỏ qua một chứng thư: không đọc được hoặc khóa không được chấp nhận.",
                        "A certificate is left out: it cannot be read, or its key is not accepted.",
                    ));
                } else if !found.certificates.contains(text) {
                    found.certificates.push(text.clone());
                }
            }
        }
        if usage != Some("signing") && !found.is_asked {
            let encryption = encryption(descriptor, &texts);
            // A key without a usage signs first of all; it may be meant for nothing else.
            found.is_asked = usage == Some("encryption") && encryption.is_ok();
            match encryption {
                Ok(encryption) => found.encryption = Some(encryption),
                Err(why) if usage == Some("encryption") => warnings.push(why),
                Err(_) => {}
            }
        }
    }
    if found.encryption.is_some() && !found.is_asked {
        warnings.push(Sentence::new(
            "Khóa của ứng dụng không ghi rõ dùng để mã hóa, nên thông tin gửi đi chưa được mã \
             hóa; bật “Mã hóa thông tin gửi đi” nếu ứng dụng giải mã được AES-GCM.",
            "The application's key is not marked for encryption, so assertions are not encrypted; \
             switch “Encrypt assertions” on if the application can decrypt AES-GCM.",
        ));
    }
    Ok(found)
}

/// The key of a descriptor for encryption, or why it is none.
fn encryption(descriptor: &Element, certificates: &[String]) -> Result<Encryption, Sentence> {
    let (content_cipher, key_transport) = match wishes(descriptor) {
        Wish::Met(cipher, transport) => (cipher, transport),
        Wish::Cipher => {
            return Err(Sentence::new(
                "Ứng dụng chỉ nhận mã hóa kiểu cũ như AES-CBC, vốn không an toàn nên không được \
                 dùng. Thông tin gửi đi sẽ không mã hóa riêng; hãy đề nghị ứng dụng hỗ trợ AES-GCM.",
                "The application accepts only old ciphers such as AES-CBC, which are unsafe and \
                 not used. Assertions will not be encrypted; ask its maker for AES-GCM.",
            ));
        }
        Wish::Transport => {
            return Err(Sentence::new(
                "Ứng dụng chỉ nhận khóa theo cách không được dùng ở đây (như RSA PKCS #1 v1.5). \
                 Thông tin gửi đi sẽ không mã hóa riêng; hãy đề nghị ứng dụng hỗ trợ RSA-OAEP.",
                "The application accepts keys only in ways that are not used here (such as RSA \
                 PKCS #1 v1.5). Assertions will not be encrypted; ask its maker for RSA-OAEP.",
            ));
        }
    };
    let usable = certificates.iter().map(|certificate| Encryption {
        certificate: certificate.clone(),
        content_cipher,
        key_transport,
    });
    let mut usable = usable.filter(|encryption| Recipient::of(encryption).is_ok());
    usable.next().ok_or_else(|| {
        Sentence::new(
            "Khóa mã hóa của ứng dụng không đọc được, hoặc không phải khóa RSA từ 2048 đến 8192 \
             bit, nên thông tin gửi đi sẽ không mã hóa riêng.",
            "The application's key for encryption cannot be read, or is not RSA of 2,048 to 8,192 \
             bits, so assertions will not be encrypted.",
        )
    })
}

/// The formats that are named and known; else those that reveal nothing.
fn formats(role: &Element) -> Result<Vec<NameIdFormat>, Refused> {
    let mut formats = Vec::new();
    for element in role.named(METADATA, "NameIDFormat") {
        if let Some(format) = NameIdFormat::from_uri(element.text()?)
            && !formats.contains(&format)
        {
            formats.push(format);
        }
    }
    if formats.is_empty() {
        formats.extend([NameIdFormat::Persistent, NameIdFormat::Transient]);
    }
    Ok(formats)
}

/// What is asked for and known; a few usual ones when nothing is asked for.
fn attributes(role: &Element) -> Vec<AttributeMapping> {
    let asked: Vec<&Element> = role
        .named(METADATA, "AttributeConsumingService")
        .flat_map(|service| service.named(METADATA, "RequestedAttribute"))
        .collect();
    if asked.is_empty() {
        return USUAL
            .iter()
            .take(USUAL_DEFAULT)
            .map(|(name, friendly, source)| AttributeMapping {
                source: *source,
                name: (*name).to_owned(),
                friendly_name: Some((*friendly).to_owned()),
            })
            .collect();
    }
    let known = |element: &&Element| {
        let name = element.attribute("Name")?;
        let friendly = element.attribute("FriendlyName");
        let usual = USUAL.iter().find(|(oid, short, _)| {
            name == *oid || name.eq_ignore_ascii_case(short) || friendly == Some(*short)
        });
        usual.map(|(_, _, source)| AttributeMapping {
            source: *source,
            name: name.to_owned(),
            friendly_name: friendly.map(str::to_owned),
        })
    };
    asked.iter().filter_map(known).collect()
}
