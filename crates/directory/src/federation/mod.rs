//! Federation: people and groups from OpenLDAP, 389-ds and Active Directory.
//!
//! Owns: directory connections, synchronisation, pass-through sign-in.
