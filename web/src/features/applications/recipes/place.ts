// Where the secret belongs in a ready text.

export const SECRET = "<client-secret>";
