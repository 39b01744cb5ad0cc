//! The 13 operations and the closed word lists of their parameters.
//!
//! Owns: names, metric names.
//! Not here: what an operation does (`server/`).
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

/// The parameter `messagetype`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum MessageType {
    /// A document.
    Edoc,
    /// A status message.
    Status,
}

impl MessageType {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Edoc, Self::Status];

    /// The word on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Edoc => "edoc",
            Self::Status => "status",
        }
    }

    /// Reads the word; its case does not matter.
    #[must_use]
    pub fn of(text: &str) -> Option<Self> {
        let is = |kind: &Self| text.eq_ignore_ascii_case(kind.as_str());
        Self::ALL.into_iter().find(is)
    }
}

/// The parameter `status` of `updateStatus`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Progress {
    /// Fetched, in work.
    Processing,
    /// Acknowledged for good.
    Done,
    /// Cannot be used.
    Fail,
}

impl Progress {
    /// All three.
    pub const ALL: [Self; 3] = [Self::Processing, Self::Done, Self::Fail];

    /// The word on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Processing => "processing",
            Self::Done => "done",
            Self::Fail => "fail",
        }
    }

    /// Reads the word; its case does not matter.
    #[must_use]
    pub fn of(text: &str) -> Option<Self> {
        let is = |progress: &Self| text.eq_ignore_ascii_case(progress.as_str());
        Self::ALL.into_iter().find(is)
    }
}
