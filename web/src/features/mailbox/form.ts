// The letter being written: its fields, its starting values, what is sent.
//
// Invariant: texts are NFC; empty fields are not sent; the server decides what is missing.

import type { DocumentDetail, LetterRequest, Party } from "../../api/types.ts";

export interface Letter {
  from: string | null;
  to: readonly Party[];
  subject: string;
  content: string;
  number: string;
  notation: string;
  promulgation_date: string;
  place: string;
  document_type: string;
  priority: number;
  due_date: string;
  signer: string;
  position: string;
  reason: string;
}

/** What the letter refers to: an answer, an update, a replacement. */
export interface Reference {
  relation: "answer" | "update" | "replace";
  document: DocumentDetail;
}

export function emptyLetter(from: string | null, today: string): Letter {
  return {
    from,
    to: [],
    subject: "",
    content: "",
    number: "",
    notation: "",
    promulgation_date: today,
    place: "",
    document_type: "",
    priority: 0,
    due_date: "",
    signer: "",
    position: "",
    reason: "",
  };
}

function receiverOf({ code, name, agency }: Party): Party {
  return { code: agency ?? code, name };
}

/** What an answer or a new version starts from. */
export function letterFrom(reference: Reference, start: Letter): Letter {
  const { document } = reference;
  if (reference.relation === "answer") {
    const own = document.to.find((receiver) => receiver.agency === start.from) ?? document.to[0];
    return {
      ...start,
      from: start.from ?? own?.agency ?? own?.code ?? null,
      to: [receiverOf(document.from)],
    };
  }
  return {
    ...start,
    from: document.from.agency ?? document.from.code,
    to: document.to.map(receiverOf),
    subject: document.subject,
    content: document.content ?? "",
    priority: document.priority,
    signer: document.signer?.full_name ?? "",
    position: document.signer?.position ?? "",
  };
}

const BUSINESS_TYPE = { answer: 0, update: 2, replace: 3 } as const;

/** The fields that hold something, trimmed and composed. */
function filled(texts: Record<string, string>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(texts)
      .map(([name, text]) => [name, text.trim().normalize("NFC")] as const)
      .filter(([, text]) => text !== ""),
  );
}

/** The JSON part of the request. */
export function requestOf(letter: Letter, reference: Reference | null): LetterRequest {
  const texts = {
    content: letter.content,
    number: letter.number,
    notation: letter.notation,
    promulgation_date: letter.promulgation_date,
    place: letter.place,
    document_type: letter.document_type,
    due_date: letter.due_date,
    reason: reference && reference.relation !== "answer" ? letter.reason : "",
  };
  const signer = filled({ full_name: letter.signer, position: letter.position });
  const about = reference
    ? reference.relation === "answer"
      ? { response_for: reference.document.id }
      : { target: reference.document.id, business_type: BUSINESS_TYPE[reference.relation] }
    : {};
  return {
    from: letter.from ?? "",
    to: letter.to.map((receiver) => receiver.code),
    subject: letter.subject.trim().normalize("NFC"),
    priority: letter.priority,
    ...filled(texts),
    ...(Object.keys(signer).length > 0 ? { signer } : {}),
    ...about,
  };
}
