//! SAML: signatures as others see them, attacks, fuzz loops.

mod agreement;
mod attacks;
mod encryption;
mod flow;
mod fuzz;
mod generate;
pub(crate) mod kit;
mod metadata;
mod requests;
