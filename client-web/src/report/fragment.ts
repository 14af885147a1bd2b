// The part of the address behind `#`, which no browser sends: the poster's QR code says in it which channel is meant.
import type { Pin } from './contract';

export interface Fragment {
  pin: Pin | null; // null: the page was not opened by the poster
  server: string | null; // in reporter.html only: the channel's origin
}

const org = /^[0-9a-f]{64}$/;
const seq = /^(?:0|[1-9][0-9]{0,8})$/;
const server =
  /^(?:https:\/\/[a-z0-9.-]{1,253}|http:\/\/(?:localhost|127\.0\.0\.1|\[::1\]|[a-z0-9.-]{1,240}\.onion))(?::[1-9][0-9]{0,4})?$/;

/**
 * Reads `#org=<64 hex>&seq=<n>`, in reporter.html also `&server=<origin>`, in any order. Undefined when it is anything
 * else: a damaged pin must not quietly become no pin.
 */
export function parseFragment(hash: string, withServer: boolean): Fragment | undefined {
  const text = hash.replace(/^#/, '');
  const found = new Map<string, string>();
  if (text.length > 512) return undefined;
  for (const part of text === '' ? [] : text.split('&')) {
    const at = part.indexOf('=');
    const name = part.slice(0, at);
    const known = name === 'org' || name === 'seq' || (withServer && name === 'server');
    if (at < 0 || !known || found.has(name)) return undefined;
    found.set(name, part.slice(at + 1));
  }
  const [o, s, address] = [found.get('org'), found.get('seq'), found.get('server')];
  if (address !== undefined && !isOrigin(address)) return undefined;
  if ((o === undefined) !== (s === undefined)) return undefined;
  if (o === undefined || s === undefined) return { pin: null, server: address ?? null };
  if (!org.test(o) || !seq.test(s)) return undefined;
  return { pin: { org: o, seq: Number(s) }, server: address ?? null };
}

/** An origin as the protocol writes it (section 5): small letters, no path, http for loopback and onion hosts only. */
export function isOrigin(text: string): boolean {
  return server.test(text);
}

/** A fingerprint typed as 64 hexadecimal digits, blanks and capitals forgiven. Undefined when it is not one. */
export function parseFingerprint(text: string): string | undefined {
  if (text.length > 256) return undefined;
  const digits = text.replace(/[\s-]/g, '').toLowerCase();
  return org.test(digits) ? digits : undefined;
}
