//! The service over a database, without any HTTP face.

mod alarms;
mod business;
mod delivering;
mod kit;
mod large;
mod messages;
mod officials;
mod partner;
mod reading;
mod refusals;
mod repeats;
mod speed;
mod statuses;
mod systems;
mod upstream;
