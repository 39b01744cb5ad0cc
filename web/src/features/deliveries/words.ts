// What an address says: an agency, or its tray for status messages behind a stroke.

export function isStatus(address: string): boolean {
  return address.endsWith("/status");
}

export function agencyOf(address: string): string {
  return address.split("/")[0] ?? address;
}
