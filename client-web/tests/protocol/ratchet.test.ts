import { expect } from 'vitest';
import { Ratchet } from '../../src/protocol/ratchet';
import { outcome, vectorTests } from '../vectors';

vectorTests('ratchet', (c, expected) => {
  const ratchet = new Ratchet(c.number('index'), c.bytes('seed'));
  const pair = outcome(() => ratchet.intake(c.number('epoch')));
  expect(pair.class).toBe(expected);
  expect(ratchet.currentSeed).toEqual(c.bytes('seed'));
  if (pair.value === undefined) return;
  expect(pair.value).toEqual({ publicKey: c.bytes('public_key'), secretKey: c.bytes('secret_key') });
  ratchet.advanceTo(c.number('epoch'));
  expect(ratchet.currentSeed).toEqual(c.bytes('seed_at_epoch'));
  expect(ratchet.index).toBe(c.number('epoch'));
});
