//! The SCIM face: users, groups, lists, bulk, clients.

mod bulk;
mod clients;
mod conditions;
mod groups;
mod kit;
mod lists;
mod users;
