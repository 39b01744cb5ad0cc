//! The 13 operations.
//!
//! Owns: names, metric names.
//! Not here: what an operation does (`../server/`), the words of its parameters (`service`).
//! Follows: design document "Document exchange", section 7.3.

macro_rules! operations {
    ($($variant:ident = $name:literal, $event:literal;)+) => {
        /// One of the 13 operations.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Operation {
            $(#[doc = $name] $variant,)+
        }

        impl Operation {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$variant,)+];

            /// Last part of its path.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)+ }
            }

            /// Name of its metric on the server's side.
            #[must_use]
            pub const fn event(self) -> &'static str {
                match self { $(Self::$variant => concat!("vxp.", $event),)+ }
            }

            /// Name of its metric on the client's side.
            #[must_use]
            pub const fn client_event(self) -> &'static str {
                match self { $(Self::$variant => concat!("axis.", $event),)+ }
            }
        }
    };
}

operations! {
    GetAgenciesList = "getAgenciesList", "get_agencies_list";
    GetAgenciesListQd20 = "getAgenciesListQD20", "get_agencies_list_qd20";
    GetSynchronizeUnit = "getSynchronizeUnit", "get_synchronize_unit";
    RegisterAgency = "registerAgency", "register_agency";
    DeleteAgency = "deleteAgency", "delete_agency";
    GetReceivedEdocList = "getReceivedEdocList", "get_received_edoc_list";
    GetEdoc = "getEdoc", "get_edoc";
    DownloadEdoc = "downloadEdoc", "download_edoc";
    SendEdoc = "sendEdoc", "send_edoc";
    GetSentEdocList = "getSentEdocList", "get_sent_edoc_list";
    UpdateStatus = "updateStatus", "update_status";
    CountReceiveEdoc = "countReceiveEdoc", "count_receive_edoc";
    CountReceiveStatus = "countReceiveStatus", "count_receive_status";
}

impl Operation {
    /// The operation of this name, exactly spelled.
    #[must_use]
    pub fn of(name: &str) -> Option<Self> {
        Self::ALL
            .iter()
            .copied()
            .find(|operation| operation.name() == name)
    }
}
