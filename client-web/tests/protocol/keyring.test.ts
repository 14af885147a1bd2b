import { describe, expect, it } from 'vitest';
import { fromUtf8, utf8 } from '../../src/protocol/bytes';
import { openKeyring, sealKeyring, unwrapKeyring, wrapKeyring } from '../../src/protocol/keyring';
import { Locker } from '../../src/protocol/locker';
import { ReviewerKeyring } from '../../src/protocol/reviewer_keyring';
import { ready } from '../../src/protocol/sodium';
import { outcome, vectorTests } from '../vectors';

vectorTests('keyring', (c, expected) => {
  const opened = outcome(() => openKeyring(c.bytes('keyring'), utf8(c.text('passphrase'))));
  expect(opened.class).toBe(expected);
  if (opened.value === undefined) return;
  const json = opened.value;
  expect(fromUtf8(json)).toBe(c.text('json'));
  if (!c.has('holds')) return;
  const keyring = outcome(() => ReviewerKeyring.fromJsonText(json));
  // An admin's keyring is nothing that these pages open.
  expect(keyring.class).toBe(c.text('holds') === 'reviewer' ? 'ok' : 'bad_field');
  if (keyring.value !== undefined) expect(fromUtf8(keyring.value.toJsonText())).toBe(c.text('json'));
});

vectorTests('locker', (c, expected) => {
  if (c.has('passphrase')) {
    const locker = Locker.open(utf8(c.text('passphrase')), c.bytes('org'), c.number('number'));
    expect(locker.key.publicKey).toEqual(c.bytes('locker_public_key'));
    expect(locker.wrappingKey(c.bytes('pepper'))).toEqual(c.bytes('wrapping_key'));
    return;
  }
  const opened = outcome(() => unwrapKeyring(c.bytes('wrapped'), c.bytes('wrapping_key')));
  expect(opened.class).toBe(expected);
  if (opened.value !== undefined) expect(fromUtf8(opened.value)).toBe(c.text('json'));
});

describe('a keyring of our own', () => {
  const cheap = { passes: 1, memoryKib: 8_192 };

  it('opens again, and takes the least size that fits', async () => {
    await ready();
    for (const [length, size] of [
      [0, 4_096],
      [4_019, 4_096],
      [4_020, 16_384],
    ] as const) {
      const json = utf8('x'.repeat(length));
      const file = sealKeyring(json, utf8('비밀'), cheap);
      expect(file.length).toBe(size);
      expect(openKeyring(file, utf8('비밀'))).toEqual(json);
      const key = new Uint8Array(32).fill(7);
      expect(unwrapKeyring(wrapKeyring(json, key), key)).toEqual(json);
    }
    expect(outcome(() => sealKeyring(new Uint8Array(1_048_500), utf8('x'), cheap)).class).toBe('too_large');
  });
});
