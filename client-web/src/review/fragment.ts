// The admin's invitation, carried in the address's fragment, which no server sees: `#enrol=CODE&org=HEX`.
export interface Invitation {
  code: string;
  org: string | null; // 64 hexadecimal digits
}

/** Null: no invitation. `bad`: one that is not as it should be; it stops the page rather than being guessed at. */
export function readInvitation(fragment: string): Invitation | null | 'bad' {
  if (!/^#(.*&)?(enrol|org)=/s.test(fragment)) return null;
  const members = new Map<string, string>();
  for (const part of fragment.slice(1).split('&')) {
    const [, key, value] = /^(enrol|org)=([0-9A-Za-z-]{1,80})$/.exec(part) ?? [];
    if (key === undefined || value === undefined || members.has(key)) return 'bad';
    members.set(key, value);
  }
  const code = members.get('enrol')?.replaceAll('-', '').toLowerCase();
  const org = members.get('org') ?? null;
  if (code === undefined || !/^[a-z2-7]{40}$/.test(code)) return 'bad';
  if (org !== null && !/^[0-9a-f]{64}$/.test(org)) return 'bad';
  return { code, org };
}
