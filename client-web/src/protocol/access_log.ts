// What reviewers and admins did, as a chain of lines; docs/protocol.md, section 9.2.
//
//   h[0] = 32 zero bytes        h[n] = H(32, "changgu/access-log/v1", org, h[n-1], entry n)
import { equal, toBase64 } from './bytes';
import { fail } from './errc';
import { H } from './hash';
import type { JsonObject, Members } from './json';
import { label } from './labels';

/** How much of the log there is, and what it ends with. */
export interface AccessPosition {
  size: number;
  hash: Uint8Array; // 32 bytes
}

/** Errors: bad_field. */
export function readAccessPosition(members: Members, name: string): AccessPosition {
  const position = members.object(name);
  return { size: position.integer('size'), hash: position.bytes('hash', 32) };
}
export function accessPositionJson({ size, hash }: AccessPosition): JsonObject {
  return { size, hash: toBase64(hash) };
}

/** Follows the log from its first entry, past the position that was seen before. */
export class AccessChain {
  at: AccessPosition = { size: 0, hash: new Uint8Array(32) };

  constructor(
    private readonly org: Uint8Array,
    private readonly seen: AccessPosition | undefined,
  ) {}

  /** Errors: bad_field, log_forked. */
  append(entry: string): void {
    if (!/^[!-~]+(?: [!-~]+)*$/.test(entry) || entry.length > 200) fail('bad_field');
    this.at = { size: this.at.size + 1, hash: H(32, label.accessLog, this.org, this.at.hash, entry) };
    const { seen, at } = this;
    if (seen?.size === at.size && !equal(seen.hash, at.hash)) fail('log_forked');
  }

  /** At its end. Errors: log_forked: it has become shorter. */
  finish(): void {
    if (this.seen !== undefined && this.seen.size > this.at.size) fail('log_forked');
  }
}
